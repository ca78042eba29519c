/** A position in words: "row 3, column 5". */
export function placeWords(position: readonly number[], names: readonly string[]): string {
  return position.map((p, i) => `${names[i] ?? "position"} ${p}`).join(", ");
}

/** How many units of each layer one list holds: a single one where there are many layers. The facts have `most` of each. */
export function listedUnits(layers: number, most: number): number {
  return layers > 8 ? 1 : most;
}

/** "64 × 3 × 7 × 7" */
export const by = (shape: readonly number[]): string => shape.join(" × ");

/** "3, 7 and 12"; the rest counted where there are many. */
export function list(items: readonly (string | number)[], most = 8): string {
  const texts = items.slice(0, most).map(String);
  if (items.length > most) return `${texts.join(", ")} and ${(items.length - most).toLocaleString("en-US")} more`;
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)!}`;
}

/** The key of something that belongs to a parameter, or to one block of it. */
export const keyOf = (kind: string, parameter: string, block: string): string => `${kind}/${parameter}${block === "" ? "" : `/${block.replaceAll(/[ ,]+/g, "-")}`}`;

/** What a parameter, or one block of it, is called in a title. */
export const titled = (parameter: string, block: string): string => (block === "" ? parameter : `${parameter}, ${block}`);

import { fileURLToPath } from "node:url";
import { memorySource, parseModelSpec, type Engine, type Model, type Picture } from "@vitrine/core";
import { fileSource, readWholeFile } from "@vitrine/files-node";
import { findZooModel } from "@vitrine/zoo";
import { drawPicture, OBJECTS, USUAL, type ObjectName } from "@vitrine/zoo-tools";

/** Side of the zoo's pictures. */
export const side = 128;

/** A picture that no training has seen, with where its object is seen. */
export interface Unseen {
  readonly object: ObjectName;
  readonly picture: Picture;
  /** 1 where the object is, row by row. */
  readonly mask: Uint8Array;
}

/** Pictures of each thing in turn, before its usual background, where both networks are right. */
export function unseenPictures(count: number): Unseen[] {
  return Array.from({ length: count }, (_, i) => {
    const object = OBJECTS[i % OBJECTS.length]!;
    const { rgb, mask } = drawPicture({ seed: `bench/${i}`, object, background: USUAL[object], size: side });
    const data = new Uint8Array(side * side * 4).fill(255);
    for (let at = 0; at < side * side; at++) data.set(rgb.subarray(3 * at, 3 * at + 3), 4 * at);
    return { object, mask, picture: { width: side, height: side, data } };
  });
}

export async function openZoo(engine: Engine, name: string): Promise<Model> {
  const found = findZooModel(name);
  if (!found) throw new Error(`The zoo has no model ${name}.`);
  const spec = await parseModelSpec(JSON.parse(new TextDecoder().decode(await readWholeFile(fileURLToPath(found.spec)))), name, { readSibling: (file) => fileSource(fileURLToPath(found.file)).sibling(file) });
  return engine.load(memorySource(found.name, await readWholeFile(fileURLToPath(found.file))), { spec });
}

/** The probability that a value of `high` exceeds one of `low`, ties counted half. */
export function auc(high: readonly number[], low: readonly number[]): number {
  let wins = 0;
  for (const a of high) for (const b of low) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (high.length * low.length);
}

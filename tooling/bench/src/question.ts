import { fileURLToPath } from "node:url";
import { memorySource, parseModelSpec, toFloat32, type Engine, type Model, type Picture } from "@vitrine/core";
import { fileSource, readWholeFile } from "@vitrine/files-node";
import { occlusion } from "@vitrine/method-occlusion";
import { findZooModel } from "@vitrine/zoo";
import { drawPicture, OBJECTS, USUAL, type SceneRequest } from "@vitrine/zoo-tools";
import { median, table } from "./measure.js";
import { benchEngine } from "./setup.js";

const pictures = 200;
/** Side of the zoo's pictures. */
const side = 128;
/** How far from the object the strongest point may lie, in pixels: 3 % of the side, as the 15 pixels of Zhang et al. 2018 on pictures of 500. */
const tolerance = 4;
/** A grey square of about a quarter of the side, as large as the parts that tell these things apart; a third of it apart. */
const params = { window: [3, 30, 30], stride: [3, 10, 10], baseline: { kind: "pixel", value: 127.5 } } as const;

/**
 * The question of questions: does the map lie on the object where the network looks at the object, and elsewhere where it does not?
 * On pictures that no training has seen, each thing before its usual background, where both networks are right.
 */
export async function question(): Promise<string> {
  const engine = benchEngine();
  try {
    const items = Array.from({ length: pictures }, (_, i): SceneRequest => {
      const object = OBJECTS[i % OBJECTS.length]!;
      return { seed: `bench/${i}`, object, background: USUAL[object], size: side };
    });
    const honest = await lookAt(engine, await openZoo(engine, "scenes"), items);
    const cheating = await lookAt(engine, await openZoo(engine, "scenes-cheating"), items);
    const area = median(honest.map(({ area: share }) => share));
    const hits = honest.filter(({ hit }) => hit).length / honest.length;
    return [
      `Where the occlusion map lies, on ${pictures} unseen pictures (${params.window.slice(1).join(" × ")} grey square, ${params.stride[1]} apart)`,
      table([
        ["", "honest", "cheating"],
        ["answers right", right(honest), right(cheating)],
        ["share of the map's mass on the object, median", median(honest.map(({ share }) => share)), median(cheating.map(({ share }) => share))],
        [`strongest point on the object (pointing game, ${tolerance} pixels of tolerance)`, hits, cheating.filter(({ hit }) => hit).length / cheating.length],
        ["the object's share of the picture, median", area, area],
      ]),
      `AUC of the share, honest against cheating: ${auc(honest.map(({ share }) => share), cheating.map(({ share }) => share)).toFixed(3)} (goal ≥ .95)`,
      `Pointing game of the honest network: ${(100 * hits).toFixed(1)} % (goal ≥ 90 %), ${(hits / area).toFixed(1)} × the mask's area (goal ≥ 3)`,
    ].join("\n");
  } finally {
    await engine.dispose();
  }
}

interface Look {
  readonly share: number;
  readonly hit: boolean;
  readonly right: boolean;
  readonly area: number;
}

const right = (looks: readonly Look[]): number => looks.filter((look) => look.right).length / looks.length;

async function openZoo(engine: Engine, name: string): Promise<Model> {
  const found = findZooModel(name);
  if (!found) throw new Error(`The zoo has no model ${name}.`);
  const spec = await parseModelSpec(JSON.parse(new TextDecoder().decode(await readWholeFile(fileURLToPath(found.spec)))), name, { readSibling: (file) => fileSource(fileURLToPath(found.file)).sibling(file) });
  return engine.load(memorySource(found.name, await readWholeFile(fileURLToPath(found.file))), { spec });
}

async function lookAt(engine: Engine, model: Model, items: readonly SceneRequest[]): Promise<Look[]> {
  const looks: Look[] = [];
  for (const item of items) {
    const { rgb, mask } = drawPicture(item);
    const index = model.labels.indexOf(item.object);
    const report = await engine.run(occlusion, { model, input: picture(rgb), target: { kind: "class", index }, params, batch: 32 });
    const map = toFloat32(report.tensors["attribution"]!.tensor);
    looks.push({ ...judge(map, mask), right: report.facts["baselineScore"] !== undefined && Number(report.facts["baselineScore"]) > 0.5, area: mask.reduce((sum: number, one) => sum + one, 0) / mask.length });
  }
  await model.dispose();
  return looks;
}

function picture(rgb: Uint8Array): Picture {
  const data = new Uint8Array((rgb.length / 3) * 4).fill(255);
  for (let i = 0; i < rgb.length / 3; i++) data.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
  return { width: side, height: side, data };
}

/**
 * The share of what speaks for the class that lies on the object, and whether the strongest point does: the middle of the strongest
 * places, which are one step of the window wide. All channels of a window are hidden together, so one stands for all.
 */
function judge(map: Float32Array, mask: Uint8Array): { share: number; hit: boolean } {
  let on = 0;
  let all = 0;
  let most = -Infinity;
  for (let i = 0; i < mask.length; i++) {
    const value = Math.max(0, map[i]!);
    all += value;
    if (mask[i] === 1) on += value;
    most = Math.max(most, map[i]!);
  }
  let [row, column, count] = [0, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (map[i]! < most - 1e-6 * Math.abs(most)) continue;
    row += Math.floor(i / side);
    column += i % side;
    count++;
  }
  return { share: all === 0 ? 0 : on / all, hit: near(mask, Math.round(row / count), Math.round(column / count)) };
}

/** Whether the object is seen within the tolerance of a point. */
function near(mask: Uint8Array, row: number, column: number): boolean {
  for (let y = Math.max(0, row - tolerance); y <= Math.min(side - 1, row + tolerance); y++) {
    for (let x = Math.max(0, column - tolerance); x <= Math.min(side - 1, column + tolerance); x++) if (mask[y * side + x] === 1) return true;
  }
  return false;
}

/** The probability that a value of `high` exceeds one of `low`, ties counted half. */
function auc(high: readonly number[], low: readonly number[]): number {
  let wins = 0;
  for (const a of high) for (const b of low) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (high.length * low.length);
}

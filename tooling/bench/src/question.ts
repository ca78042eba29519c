import { toFloat32, type Engine } from "@vitrine/core";
import { occlusion } from "@vitrine/method-occlusion";
import { table } from "./measure.js";
import { benchEngine } from "./setup.js";
import { auc, openZoo, side, unseenPictures, type Unseen } from "./zoo-pictures.js";

const pictures = 200;
/** How far from the object the strongest point may lie, in pixels: 3 % of the side, as the 15 pixels of Zhang et al. 2018 on pictures of 500. */
const tolerance = 4;
/**
 * The square that `occlusion` takes when nothing is said, for which the goals are; and one of a quarter of the side, beside it: what
 * a larger square tells of two networks it tells more surely, and of a place less exactly.
 */
const squares = [
  { called: "occlusion's default square", params: {}, judged: true },
  { called: "for comparison, a square of a quarter of the side", params: { window: [3, 32, 32], stride: [3, 8, 8] }, judged: false },
] as const;
type Params = (typeof squares)[number]["params"];

/**
 * The question of questions: does the map lie on the object where the network looks at the object, and elsewhere where it does not?
 * On pictures that no training has seen, each thing before its usual background, where both networks are right.
 */
export async function question(): Promise<string> {
  const engine = benchEngine();
  try {
    const items = unseenPictures(pictures);
    const answers: string[] = [];
    for (const { called, params, judged } of squares) {
      const honest = await lookAt(engine, "scenes", items, params);
      const cheating = await lookAt(engine, "scenes-cheating", items, params);
      answers.push(answer(called, judged, honest, cheating));
    }
    return answers.join("\n\n");
  } finally {
    await engine.dispose();
  }
}

function answer(called: string, judged: boolean, honest: readonly Look[], cheating: readonly Look[]): string {
  const { window, stride } = honest[0]!;
  const both = (of: (look: Look) => number): [number, number] => [mean(honest.map(of)), mean(cheating.map(of))];
  const [right, share, area] = [both((look) => Number(look.right)), both((look) => look.share), both((look) => look.area)];
  const [exact, near] = [both((look) => Number(look.hit)), both((look) => Number(look.near))];
  const goal = (text: string): string => (judged ? ` (goal ${text})` : "");
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  return [
    `Where the occlusion map lies, on ${pictures} unseen pictures: ${called}, ${window.join(" × ")} pixels, ${stride} apart`,
    table([
      ["", "honest", "cheating"],
      ["answers right", ...right],
      ["share of the map's positive mass on the object, mean", ...share],
      ["the object's share of the picture, mean", ...area],
      ["strongest point on the object (pointing game)", ...exact],
      [`strongest point within ${tolerance} pixels of the object`, ...near],
    ]),
    `AUC of the share, honest against cheating: ${auc(honest.map((look) => look.share), cheating.map((look) => look.share)).toFixed(3)}${goal("≥ .95")}`,
    `Pointing game of the honest network: ${percent(exact[0])} without tolerance, ${percent(near[0])} within ${tolerance} pixels${goal("≥ 90 %")}`,
    `Share of the honest network's map on the object: ${(share[0] / area[0]).toFixed(2)} × the object's area${goal("≥ 3")}`,
  ].join("\n");
}

interface Look {
  readonly share: number;
  /** Whether the strongest point lies on the object, and whether it does so within the tolerance. */
  readonly hit: boolean;
  readonly near: boolean;
  readonly right: boolean;
  readonly area: number;
  /** Rows and columns of the square, and its step. */
  readonly window: readonly number[];
  readonly stride: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function lookAt(engine: Engine, name: string, items: readonly Unseen[], params: Params): Promise<Look[]> {
  const model = await openZoo(engine, name);
  const looks: Look[] = [];
  for (const { object, picture, mask } of items) {
    const index = model.labels.indexOf(object);
    const report = await engine.run(occlusion, { model, input: picture, target: { kind: "class", index }, params, batch: 32 });
    const map = toFloat32(report.tensors["attribution"]!.tensor);
    const { baselineScore, window, stride } = report.facts as { readonly baselineScore: number; readonly window: number[]; readonly stride: number[] };
    looks.push({ ...judge(map, mask), right: baselineScore > 0.5, area: mean([...mask]), window: window.slice(1), stride: stride[1]! });
  }
  await model.dispose();
  return looks;
}

/**
 * The share of what speaks for the class that lies on the object, and whether the strongest point does: the middle of the strongest
 * places, which are one step of the window wide. All channels of a window are hidden together, so one stands for all.
 */
function judge(map: Float32Array, mask: Uint8Array): Pick<Look, "share" | "hit" | "near"> {
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
  const [y, x] = [Math.round(row / count), Math.round(column / count)];
  return { share: all === 0 ? 0 : on / all, hit: seenAt(mask, y, x, 0), near: seenAt(mask, y, x, tolerance) };
}

/** Whether the object is seen within so many pixels of a point. */
function seenAt(mask: Uint8Array, row: number, column: number, within: number): boolean {
  for (let y = Math.max(0, row - within); y <= Math.min(side - 1, row + within); y++) {
    for (let x = Math.max(0, column - within); x <= Math.min(side - 1, column + within); x++) if (mask[y * side + x] === 1) return true;
  }
  return false;
}

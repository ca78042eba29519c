import { concat, positionMap, type Engine, type Method, type Model, type ParameterInput, type ParameterShape, type PositionReduction, type Tensor } from "@vitrine/core";
import { gradCam, guidedGradCam, inputXGradient, integratedGradients, saliency, smoothgrad } from "@vitrine/method-attribution";
import { deconv } from "@vitrine/method-deconv";
import { median, table } from "./measure.js";
import { benchEngine } from "./setup.js";
import { auc, openZoo, unseenPictures, type Unseen } from "./zoo-pictures.js";

const pictures = 200;
/** Pictures of one run. */
const together = 20;

interface Way {
  readonly name: string;
  readonly method: Method;
  readonly params: Readonly<Record<string, unknown>>;
  readonly tensor: string;
  /** How the channels of a position become one number, as in the method's own picture; what speaks against the class does not count. */
  readonly reduction: PositionReduction;
}

const way = <P extends ParameterShape>(name: string, method: Method<P>, reduction: PositionReduction, params: ParameterInput<P> = {}, tensor = "attribution"): Way =>
  ({ name, method: method as unknown as Method, params, tensor, reduction });

// Cheap ones first: each is told as soon as it is known.
const ways: readonly Way[] = [
  way("saliency", saliency, "max"),
  way("input × gradient", inputXGradient, "sum"),
  way("Grad-CAM", gradCam, "sum"),
  way("guided Grad-CAM", guidedGradCam, "norm"),
  way("gradient", deconv, "norm", { rule: "plain" }, "gradient"),
  way("DeconvNet", deconv, "norm", { rule: "deconvnet" }, "gradient"),
  way("guided backprop", deconv, "norm", { rule: "guided" }, "gradient"),
  way("SmoothGrad", smoothgrad, "norm"),
  way("integrated gradients", integratedGradients, "sum"),
];

/**
 * The question of questions, of every attribution by gradients and every projection: how much of the map lies on the object, for the network that looks at
 * the object and for its twin that looks at the background?
 */
export async function attribution(): Promise<string> {
  const engine = benchEngine();
  try {
    const items = unseenPictures(pictures);
    const [honest, cheating] = [await openZoo(engine, "scenes"), await openZoo(engine, "scenes-cheating")];
    const rows: (string | number)[][] = [];
    for (const each of ways) {
      const began = performance.now();
      const [high, low] = [await shares(engine, honest, items, each), await shares(engine, cheating, items, each)];
      rows.push([each.name, median(high), median(low), auc(high, low).toFixed(3), (performance.now() - began) / (2 * pictures)]);
      console.error(table(rows.slice(-1)));
    }
    const area = median(items.map(({ mask }) => mask.reduce((sum: number, one) => sum + one, 0) / mask.length));
    return [
      `Where attributions lie, on ${pictures} unseen pictures: share of the map's positive mass on the object, median (the object's own share of the picture: ${area.toFixed(2)})`,
      table([["", "honest", "cheating", "AUC", "ms a picture"], ...rows]),
      "Goal: an AUC of .95 or more for at least two methods.",
    ].join("\n");
  } finally {
    await engine.dispose();
  }
}

async function shares(engine: Engine, model: Model, items: readonly Unseen[], { method, params, tensor, reduction }: Way): Promise<number[]> {
  const [name] = model.inputs.map((input) => input.name) as [string];
  const found: number[] = [];
  for (let start = 0; start < items.length; start += together) {
    const group = items.slice(start, start + together);
    const input = concat(group.map(({ picture }) => model.prepare(picture)[name]!.tensor), 0);
    const target = group.map(({ object }) => ({ kind: "class", label: object }) as const);
    const report = await engine.run(method, { model, input: { [name]: input }, target, params, batch: together });
    const map = report.tensors[tensor]!.tensor;
    group.forEach(({ mask }, sample) => found.push(shareOn(map, sample, reduction, mask)));
  }
  return found;
}

/** Of what is positive in a map over [batch, channels, rows, columns], the share on the object. */
function shareOn(source: Tensor, sample: number, reduction: PositionReduction, mask: Uint8Array): number {
  const { data } = positionMap(source, { batchAxis: 0, unitAxis: 1, spatialAxes: [2, 3] }, sample, reduction).tensor;
  let [on, all] = [0, 0];
  data.forEach((value, i) => {
    const positive = Math.max(0, value);
    all += positive;
    if (mask[i] === 1) on += positive;
  });
  return all === 0 ? 0 : on / all;
}

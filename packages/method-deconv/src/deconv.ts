import {
  defineMethod, differentiation, explainedValues, gradientGraph, onRectifiers, silenceNotice, silentSamples,
  type BackwardRule, type Explained, type Fact, type Findings, type FindingTensor, type Job, type RectifierKind, type Tensor, type Update,
} from "@vitrine/core";
import { citations } from "./citations.js";
import { deconvParameters } from "./parameters.js";
import { placeOf, watchedUnits, type Place } from "./place.js";
import { passingThrough, rules } from "./rules.js";
import { draw, drawnSamples } from "./views.js";
import { idleNotice, ruleNotice, unconditionalNotice } from "./words.js";

/**
 * Projects a target back onto the input: the gradient, DeconvNet or guided backpropagation.
 *
 * Tensors: `gradient` (the input's shape, or that of the layer `--wrt`), `gradient/NAME` for further inputs; `projection` and
 * `picture`, [rows, columns, 3] bytes, where the input is a picture; of one place of a layer `crop/picture` and `crop/projection`, its part of them.
 */
export const deconv = defineMethod({
  id: "deconv",
  title: "Projection onto the input",
  summary: "What pattern does this unit or class respond to? Sends it back through the network, by the gradient, DeconvNet or guided backprop.",
  citations: [citations.zeilerFergus, citations.springenberg, citations.simonyan, citations.yosinski, citations.adebayo],
  params: deconvParameters,
  needs: [differentiation],
  report: [{ ways: ({ samples }) => [{ params: { rule: "guided" as const }, passes: 4 * samples }] }],
  examples: [
    "run deconv zoo:scenes --input zoo:dog-grass --rule guided --out out",
    'run deconv model.onnx --input dog.jpg --target "channel-max:layer3.0.conv2[17]" --out out',
    "run deconv model.onnx --input x.npy --target class:7 --rule guided --rule-on all --out out",
  ],
  async *run(job): AsyncGenerator<Update, Findings> {
    const { params } = job;
    const wrt = await explainedValues(job, params.wrt);
    const told = counting(rules[params.rule], params.ruleOn);
    yield { kind: "progress", done: 0, total: job.samples, what: "projections" };
    const watched = await watchedUnits(job);
    const graph = await gradientGraph(job, { wrt, read: watched.read, rule: params.lrn === "through" ? passingThrough(told.rule, "LRN") : told.rule, seedWith: params.seedWith, score: params.score });
    const { gradients, scores, values } = await graph.all();
    yield { kind: "progress", done: job.samples, total: job.samples, what: "projections" };

    const tensors: Record<string, FindingTensor> = {};
    const notices: (string | undefined)[] = [ruleNotice(params.rule, told.applied, told.left)];
    // Where the rule was met by nothing that it is about, what comes out is the plain gradient, and is drawn and told as that.
    const shown = told.applied.size === 0 ? "plain" : params.rule;
    if (shown === "deconvnet" && params.seedWith === "one" && told.left.size === 0 && !told.chose()) notices.push(unconditionalNotice(watched.units.some((unit) => unit && !unit.position)));
    graph.wrt.forEach((explained, index) => {
      const gradient = gradients.get(explained.value)!;
      tensors[index === 0 ? "gradient" : `gradient/${explained.name}`] = { tensor: gradient, meaning: `the target sent back to ${explained.name} by ${rules[params.rule].title}`, value: explained.value };
      notices.push(silenceNotice(gradient, explained.batchAxis, graph.target.titles, explained.name));
    });
    const places = Array.from({ length: job.samples }, (_, sample) => placeOf(watched, values, sample));
    notices.push(idleNotice(places, scores, shown), await cutOffNotice(job, places, graph.wrt, gradients));
    if (job.samples > drawnSamples) notices.push(`Pictures are drawn of the first ${drawnSamples} of ${job.samples} samples; the tensors hold all.`);
    const drawn = draw({ explained: graph.wrt, gradients, titles: graph.target.titles, places, params: { ...params, rule: shown } });
    const perSample = (values: readonly Fact[]): Fact => (values.length === 1 ? values[0]! : values);
    const kept = notices.filter((notice) => notice !== undefined);
    return {
      tensors: { ...tensors, ...drawn.tensors },
      facts: { score: perSample([...scores]), rule: params.rule, rectifiers: Object.fromEntries(told.applied), rectifiersLeft: Object.fromEntries(told.left), wrt: graph.wrt.map(({ name }) => name) },
      views: drawn.views,
      ...(kept.length > 0 && { notices: kept }),
    };
  },
});

/** Of a unit that its own activation cuts off, the layer before it, which is not cut off; undefined where there is none. */
async function cutOffNotice({ model, feeds }: Pick<Job, "model" | "feeds">, places: readonly (Place | undefined)[], wrt: readonly Explained[], gradients: ReadonlyMap<string, Tensor>): Promise<string | undefined> {
  const silent = new Set(wrt.flatMap(({ value, batchAxis }) => silentSamples(gradients.get(value)!, batchAxis)));
  const place = places.find((found, sample) => found?.layer.kind === "activation" && silent.has(sample));
  const input = place && model.graph.nodes.find(({ name }) => name === place.layer.node)?.inputs[0];
  const before = input === undefined ? undefined : await model.layer(input, feeds).catch(() => undefined);
  if (!place || !before) return undefined;
  const { unit, position, layer } = place;
  return `Unit ${unit} of ${layer.name} is cut off by its own activation. The layer before that is not: --target "unit:${before.name}[${unit}]@${position.join(",")}".`;
}

type Counts = ReadonlyMap<RectifierKind, number>;

/** A rule that is watched at work. */
interface Counted {
  readonly rule: BackwardRule;
  /** The activations that it was applied to, and left to their derivative. */
  readonly applied: Counts;
  readonly left: Counts;
  /** Whether anything on the way chose by the input what goes back: a max pooling's switches, a product of two activations. */
  chose(): boolean;
}

/** Operators whose derivative is the same for every input, or hides nothing of where it came from. */
const linear: ReadonlySet<string> = new Set([
  "Conv", "ConvTranspose", "Gemm", "MatMul", "Add", "Sub", "Sum", "Mul", "Div", "Mean", "Neg", "Identity", "Cast", "Dropout", "BatchNormalization", "AveragePool", "GlobalAveragePool", "ReduceMean", "ReduceSum",
  "Concat", "Split", "Slice", "Pad", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Expand", "Tile", "DepthToSpace", "SpaceToDepth", "Resize", "Gather",
]);
/** Of these, ones that multiply what they are given: linear while one of the factors is a constant. */
const products: ReadonlySet<string> = new Set(["Mul", "Div", "MatMul", "Gemm", "Conv", "ConvTranspose"]);

/** The rule on the chosen activations, counting those that it meets. */
function counting(rule: BackwardRule, on: (typeof deconvParameters.ruleOn)["default"]): Counted {
  const applied = new Map<RectifierKind, number>();
  const left = new Map<RectifierKind, number>();
  const inner = onRectifiers(rule, on ?? "relu,relu6");
  if (!rule.rectifier) return { rule, applied, left, chose: () => true };
  let chose = false;
  const rectifier: NonNullable<BackwardRule["rectifier"]> = (site) => {
    const result = inner.rectifier!(site);
    const counts = result === undefined ? left : applied;
    counts.set(site.rectifier.kind, (counts.get(site.rectifier.kind) ?? 0) + 1);
    return result;
  };
  const operator: NonNullable<BackwardRule["operator"]> = (site) => {
    const { op, domain, inputs } = site.node;
    chose ||= domain !== "" || !linear.has(op) || (products.has(op) && inputs.filter((_, i) => site.needs(i)).length > 1);
    return inner.operator?.(site);
  };
  return { rule: { ...inner, rectifier, operator }, applied, left, chose: () => chose };
}

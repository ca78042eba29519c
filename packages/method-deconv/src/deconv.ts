import {
  defineMethod, differentiation, explainedValues, gradientGraph, onRectifiers, silenceNotice,
  type BackwardRule, type Fact, type Findings, type FindingTensor, type RectifierKind, type Update,
} from "@vitrine/core";
import { citations } from "./citations.js";
import { deconvParameters } from "./parameters.js";
import { placeOf, watchedUnits } from "./place.js";
import { passingThrough, rules } from "./rules.js";
import { draw, drawnSamples } from "./views.js";
import { idleNotice, ruleNotice } from "./words.js";

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
    graph.wrt.forEach((explained, index) => {
      const gradient = gradients.get(explained.value)!;
      tensors[index === 0 ? "gradient" : `gradient/${explained.name}`] = { tensor: gradient, meaning: `the target sent back to ${explained.name} by ${rules[params.rule].title}`, value: explained.value };
      notices.push(silenceNotice(gradient, explained.batchAxis, graph.target.titles, explained.name));
    });
    const places = Array.from({ length: job.samples }, (_, sample) => placeOf(watched, values, sample));
    notices.push(idleNotice(places, scores, params.rule));
    if (job.samples > drawnSamples) notices.push(`Pictures are drawn of the first ${drawnSamples} of ${job.samples} samples; the tensors hold all.`);
    const drawn = draw({ explained: graph.wrt, gradients, titles: graph.target.titles, places, params });
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

type Counts = ReadonlyMap<RectifierKind, number>;

/** The rule on the chosen activations, counting those that it meets. */
function counting(rule: BackwardRule, on: (typeof deconvParameters.ruleOn)["default"]): { rule: BackwardRule; applied: Counts; left: Counts } {
  const applied = new Map<RectifierKind, number>();
  const left = new Map<RectifierKind, number>();
  const inner = onRectifiers(rule, on ?? "relu,relu6");
  if (!rule.rectifier) return { rule, applied, left };
  const rectifier: NonNullable<BackwardRule["rectifier"]> = (site) => {
    const result = inner.rectifier!(site);
    const counts = result === undefined ? left : applied;
    counts.set(site.rectifier.kind, (counts.get(site.rectifier.kind) ?? 0) + 1);
    return result;
  };
  return { rule: { ...inner, rectifier }, applied, left };
}

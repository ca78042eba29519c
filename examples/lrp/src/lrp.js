import {
  concat, defineMethod, differentiation, explainedValues, float32, GraphBuilder, p, positionMap, positionView, samplePicture, take, toFloat32, toNumbers,
} from "@vitrine/core";
import { lrpEpsilon } from "./rule.js";

/** @typedef {import("@vitrine/core").Tensor} Tensor */

/** More samples than these are in the tensors only. */
const drawnSamples = 8;

/**
 * Layer-wise relevance propagation, the ε rule: the score is shared out backwards, layer by layer, in proportion to what each
 * element contributed. What arrives at the input sums to the score, but for what biases and ε take, which is counted.
 *
 * Tensors: `relevance` (the input's shape; `relevance/NAME` of further inputs), `absorbed/biases` and `absorbed/epsilon` [samples].
 */
export const lrp = defineMethod({
  id: "lrp",
  title: "Layer-wise relevance propagation",
  summary: "How much did each element contribute? Shares the score out backwards, layer by layer (LRP-ε).",
  citations: [{ authors: "Bach and others", year: 2015, title: "On Pixel-Wise Explanations for Non-Linear Classifier Decisions by Layer-Wise Relevance Propagation", where: "doi:10.1371/journal.pone.0130140" }],
  params: {
    epsilon: p.number({ default: 1e-6, min: 0, description: "Added to every quotient's divisor, away from zero: larger ones leave less noise, and take more relevance." }),
    wrt: p.layer({ description: "The layer where relevance is read, instead of the input." }),
  },
  needs: [differentiation],
  examples: ["run lrp model.onnx --input dog.jpg --out relevance", "run lrp model.onnx --input x.npy --target class:7 --epsilon 0.01 --out relevance"],

  async *run(job) {
    const { model, params } = job;
    const engine = job.require(differentiation);
    const explained = await explainedValues(job, params.wrt);
    const values = explained.map(({ value }) => value);
    const builder = new GraphBuilder(model.graph);
    const target = await job.target(builder, job.targets, "logit");
    // One sample after the other, or as many as the model insists on: what is lost is one number of a run.
    const size = model.batch.fixed ?? 1;
    const rows = (/** @type {Tensor} */ tensor, /** @type {number | undefined} */ axis, /** @type {number} */ sample) => (axis === undefined ? tensor : take(tensor, axis, Array.from({ length: size }, () => sample)));
    const feedsOf = (/** @type {number} */ sample) => ({
      ...Object.fromEntries(Object.entries(job.feeds).map(([name, tensor]) => [name, rows(tensor, model.batch.axes[name], sample)])),
      ...Object.fromEntries(Object.entries(target.feeds).map(([name, tensor]) => [name, rows(tensor, 0, sample)])),
    });
    /** @type {{ biases: string, epsilon: string }[]} */
    const lost = [];
    const shapes = await job.shapes(builder, [...engine.valuesBetween(builder, target.of, values), target.of, ...values], feedsOf(0));
    // What is shared out is the score itself: relevance at the target is its value.
    const seed = builder.mul(target.of, target.seed);
    const relevance = engine.differentiate(builder, { of: target.of, seed, wrt: values, shapes, rule: lrpEpsilon(params.epsilon, (each) => lost.push(each)) });
    const sum = (/** @type {readonly string[]} */ names) => names.reduce((a, b) => builder.add(a, b), builder.scalar(0));
    const absorbed = [sum(lost.map(({ biases }) => biases)), sum(lost.map(({ epsilon }) => epsilon))];
    const graph = builder.build({ outputs: [target.score, ...absorbed.map((value) => builder.identity(value)), ...values.map((value) => /** @type {string} */ (relevance.get(value)))] });

    /** @type {{ score: number, biases: number, epsilon: number, relevance: Tensor[] }[]} */
    const found = [];
    for (let sample = 0; sample < job.samples; sample++) {
      yield { kind: "progress", done: sample, total: job.samples, what: "samples" };
      const results = await job.run(graph, feedsOf(sample));
      const [score, biases, epsilon, ...each] = graph.outputs.map(({ name }) => /** @type {Tensor} */ (results[name]));
      found.push({
        score: Number(toNumbers(score)[0]), biases: Number(toNumbers(biases)[0]) / size, epsilon: Number(toNumbers(epsilon)[0]) / size,
        relevance: each.map((tensor, i) => (explained[i].batchAxis === undefined ? tensor : take(tensor, explained[i].batchAxis, [0]))),
      });
    }
    return findings(found, explained, target.titles);
  },
});

/**
 * @param {readonly { score: number, biases: number, epsilon: number, relevance: Tensor[] }[]} found
 * @param {readonly import("@vitrine/core").Explained[]} explained
 * @param {readonly string[]} titles
 * @returns {import("@vitrine/core").Findings}
 */
function findings(found, explained, titles) {
  /** @type {Record<string, import("@vitrine/core").FindingTensor>} */
  const tensors = {};
  /** @type {import("@vitrine/core").View[]} */
  const views = [];
  explained.forEach((each, index) => {
    const end = index === 0 ? "" : `/${each.name}`;
    found.forEach(({ relevance, score }, sample) => {
      if (sample >= drawnSamples) return;
      const suffix = `${end}${found.length === 1 ? "" : `/${sample}`}`;
      const map = positionMap(relevance[index], each, 0, "sum");
      tensors[`map${suffix}`] = { tensor: map.tensor, meaning: "relevance per position, summed over channels", value: each.value };
      if (map.kind === "series") tensors[`position${suffix}`] = { tensor: float32([map.tensor.data.length], Array.from(map.tensor.data, (_, i) => i)), meaning: "position" };
      const picture = each.input && samplePicture(each.input, each.batchAxis, sample);
      if (picture) {
        tensors[`picture${suffix}`] = { tensor: picture, meaning: "the input as the network gets it, as a picture", value: each.value };
        views.push({ kind: "image", title: "What the network gets", tensor: `picture${suffix}`, group: "relevance" });
      }
      views.push(positionView(map, `map${suffix}`, `position${suffix}`, {
        title: `What ${titles[sample]} is made of`, caption: `Its score, ${Number(score.toPrecision(3))}, shared out over ${each.name}.`, group: "relevance", unit: "relevance", signed: true, outliers: 2, places: `position in ${each.name}`,
      }));
    });
    tensors[`relevance${end}`] = { tensor: each.batchAxis === undefined ? found[0].relevance[index] : concat(found.map(({ relevance }) => relevance[index]), each.batchAxis), meaning: `the share of each element of ${each.name} in the score`, value: each.value };
  });
  const column = (/** @type {(one: (typeof found)[number]) => number} */ of) => float32([found.length], found.map(of));
  tensors["absorbed/biases"] = { tensor: column(({ biases }) => biases), meaning: "relevance that biases took, per sample" };
  tensors["absorbed/epsilon"] = { tensor: column(({ epsilon }) => epsilon), meaning: "relevance that ε took, per sample" };
  const arrived = found.map(({ relevance }) => relevance.reduce((sum, tensor) => toFloat32(tensor).reduce((total, value) => total + value, sum), 0));
  return { tensors, facts: { score: found.map(({ score }) => score), arrived, biases: found.map(({ biases }) => biases), epsilon: found.map(({ epsilon }) => epsilon) }, views };
}

import { defineMethod, differentiation, explainedValues, float32, gradientGraph, toFloat32, type Findings, type Update } from "@vitrine/core";
import { citations } from "./citations.js";
import { findingsOf } from "./findings.js";
import { commonParameters } from "./parameters.js";

/** Input (or layer) × gradient, element by element. Tensor: `attribution`. */
export const inputXGradient = defineMethod({
  id: "input-x-gradient",
  title: "Input × gradient",
  summary: "How much does each element of the input add to the score, were the network linear? The input times the gradient.",
  citations: [citations.shrikumar],
  params: commonParameters,
  needs: [differentiation],
  report: [{ ways: ({ samples }) => [{ passes: 4 * samples }] }],
  examples: ["run input-x-gradient zoo:scenes --input zoo:dog-grass --out out", "run input-x-gradient model.onnx --input x.npy --target class:7 --out out"],
  async *run(job): AsyncGenerator<Update, Findings> {
    const { wrt, score, outliers } = job.params;
    yield { kind: "progress", done: 0, total: job.samples, what: "gradients" };
    const explained = await explainedValues(job, wrt);
    const graph = await gradientGraph(job, { wrt: explained, score, read: explained });
    const { gradients, values, scores } = await graph.all();
    yield { kind: "progress", done: job.samples, total: job.samples, what: "gradients" };
    return findingsOf({
      explained: graph.wrt,
      attributions: new Map([...gradients].map(([value, gradient]) => {
        const at = toFloat32(values.get(value)!);
        return [value, float32(gradient.shape, toFloat32(gradient).map((slope, i) => slope * at[i]!))];
      })),
      meaning: "input × gradient of the target",
      titles: graph.target.titles, scores, outliers, reduction: "sum", signed: true, unit: "input × gradient, summed over channels",
      title: (target) => `What speaks for ${target}, to first order`,
      caption: "The input times the gradient. Exact for a linear network, a first-order estimate for any other; where the input as the network gets it is zero (the mean colour), it is blank whatever stands there.",
    });
  },
});

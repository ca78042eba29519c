import { defineMethod, differentiation, explainedValues, float32, gradientGraph, toFloat32, type Findings, type Update } from "@vitrine/core";
import { citations } from "./citations.js";
import { findingsOf } from "./findings.js";
import { commonParameters } from "./parameters.js";

/** |gradient|, of the input's shape; the picture shows its maximum over channels. Tensor: `attribution`. */
export const saliency = defineMethod({
  id: "saliency",
  title: "Saliency",
  summary: "To which elements of the input is the answer most sensitive? The magnitude of the gradient.",
  citations: [citations.simonyan],
  params: commonParameters,
  needs: [differentiation],
  report: [{ ways: ({ samples }) => [{ passes: 4 * samples }] }],
  examples: ["run saliency zoo:scenes --input zoo:dog-grass --out out", "run saliency model.onnx --input x.npy --target class:7 --out out"],
  async *run(job): AsyncGenerator<Update, Findings> {
    const { wrt, score, outliers } = job.params;
    yield { kind: "progress", done: 0, total: job.samples, what: "gradients" };
    const graph = await gradientGraph(job, { wrt: await explainedValues(job, wrt), score });
    const { gradients, scores } = await graph.all();
    yield { kind: "progress", done: job.samples, total: job.samples, what: "gradients" };
    return findingsOf({
      explained: graph.wrt,
      attributions: new Map([...gradients].map(([value, gradient]) => [value, float32(gradient.shape, toFloat32(gradient).map(Math.abs))])),
      meaning: "magnitude of the gradient of the target",
      titles: graph.target.titles, scores, outliers, reduction: "max", signed: false, unit: "largest |gradient| of the channels",
      title: (target) => `Where a small change would move ${target} most`,
      caption: "The magnitude of the gradient, without its sign. It tells what the score is sensitive to just here, not how much of it came from there: evidence that is there in plenty has a small gradient.",
    });
  },
});

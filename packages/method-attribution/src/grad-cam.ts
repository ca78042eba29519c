import { defineMethod, differentiation, explainedValues, gradientGraph, p, type Explained, type Findings, type Job, type Update } from "@vitrine/core";
import { camTensor, gradCamMaps } from "./cam.js";
import { attentionNotice, camLayer } from "./cam-layer.js";
import { citations } from "./citations.js";
import { attributionError } from "./errors.js";
import { findingsOf } from "./findings.js";
import { commonParameters } from "./parameters.js";
import { upsamplings } from "./upsample.js";

/**
 * The maps of one layer, weighed by how much the target gains from each, summed, and what speaks against it cut off (Selvaraju et al. 2017).
 * Tensor: `attribution`, [batch, 1, …places]: the places of the input, or those of the layer with `--upsample none`.
 */
export const gradCam = defineMethod({
  id: "grad-cam",
  title: "Grad-CAM",
  summary: "Which region speaks for the answer, as a late layer sees it? Its maps, weighed by the gradient.",
  citations: [citations.selvaraju],
  params: {
    layer: p.layer({ description: "The layer whose maps are weighed. Default: the last value with places before global pooling or flattening." }),
    relu: p.boolean({ default: true, description: "Whether what speaks against the target is cut off, as in the paper; false leaves both signs, as Captum does." }),
    upsample: p.choice(upsamplings, { default: "bilinear", description: "How the layer's map gets the input's size; none leaves it as it is." }),
    score: commonParameters.score,
    wrt: p.layer({ description: "The layer whose places the map is laid over, instead of the input's." }),
  },
  needs: [differentiation],
  report: [{ ways: ({ samples }) => [{ passes: 4 * samples }] }],
  examples: [
    "run grad-cam zoo:scenes --input zoo:dog-grass --out out",
    "run grad-cam model.onnx --input x.npy --target class:7 --layer layer3 --out out",
  ],
  async *run(job): AsyncGenerator<Update, Findings> {
    const { layer: named, relu, upsample, wrt, score } = job.params;
    yield { kind: "progress", done: 0, total: job.samples, what: "gradients" };
    const inputs = await explainedValues(job, wrt);
    const layer = await camLayer(job as Job, named, inputs, score, upsample !== "none");
    const graph = await gradientGraph(job, { wrt: [layer], read: [layer], score });
    const { gradients, values, scores } = await graph.all();
    yield { kind: "progress", done: job.samples, total: job.samples, what: "gradients" };

    const places = placesOf(layer, inputs);
    const extent = places.spatialAxes.map((axis) => places.shape[axis]!);
    if (upsample !== "none" && extent.length !== layer.spatialAxes.length) {
      throw attributionError("cam-layer-axes", { layer: layer.name, axes: layer.spatialAxes.length, input: places.name, inputAxes: extent.length });
    }
    const notice = named === undefined ? await attentionNotice(job as Job, layer) : undefined;
    const cam = gradCamMaps(values.get(layer.value)!, gradients.get(layer.value)!, layer, job.samples, relu);
    const tensor = camTensor(cam, upsample === "none" ? cam.extent : extent, upsample);
    return findingsOf({
      explained: [places],
      attributions: new Map([[places.value, tensor]]),
      axes: { batchAxis: 0, unitAxis: 1, spatialAxes: tensor.shape.map((_, axis) => axis).slice(2) },
      value: layer.value,
      meaning: `maps of ${layer.name}, weighed by the mean gradient of the target and summed`,
      titles: graph.target.titles, scores, outliers: 0, reduction: "sum", signed: !relu, unit: `weighted activation of ${layer.name}`,
      title: (target) => `The region that speaks for ${target}`,
      caption: `What ${layer.name} (${cam.extent.join(" × ") || "no"} places) holds for the target. It tells regions, not details: a place stands for all that the layer sees from there, and two things side by side run into one. ${relu ? "What speaks against the target is not shown." : "Both signs are shown."}`,
      facts: { layer: layer.name, layerValue: layer.value, layerPlaces: cam.extent },
      notices: notice === undefined ? [] : [notice],
      silence: (target) => `Nothing in ${layer.name} speaks for ${target} on balance: the map is zero everywhere${relu ? ", as what speaks against it is cut off (--relu false shows that)" : ""}.`,
    });
  },
});

/** The explained value whose places the layer's are: of as many axes, else the first. */
function placesOf(layer: Explained, inputs: readonly Explained[]): Explained {
  return inputs.find(({ spatialAxes }) => spatialAxes.length === layer.spatialAxes.length) ?? inputs[0]!;
}

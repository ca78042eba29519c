import {
  backwardRules, defineMethod, differentiation, explainedValues, float32, gradientGraph, onRectifiers, p, rectifierChoices, take, toFloat32,
  type Explained, type Findings, type Job, type Tensor, type Update,
} from "@vitrine/core";
import { along, gradCamMaps, type Cam } from "./cam.js";
import { attentionNotice, camLayer } from "./cam-layer.js";
import { citations } from "./citations.js";
import { attributionError } from "./errors.js";
import { findingsOf } from "./findings.js";
import { commonParameters } from "./parameters.js";
import { upsample as resize, upsamplings, type Upsampling } from "./upsample.js";
import { joined } from "./walk.js";

/**
 * Guided backprop × the upsampled Grad-CAM (Selvaraju et al. 2017): the details that the first shows, where the second says that they speak for the target.
 * Tensor: `attribution`, of the input's shape.
 */
export const guidedGradCam = defineMethod({
  id: "guided-grad-cam",
  title: "Guided Grad-CAM",
  summary: "Which details lie in the region that speaks for the answer? Guided backprop, kept where Grad-CAM is strong.",
  citations: [citations.selvaraju, citations.springenberg, citations.adebayo],
  params: {
    layer: p.layer({ description: "The layer whose maps are weighed. Default: the last value with places before global pooling or flattening." }),
    relu: p.boolean({ default: true, description: "Whether Grad-CAM's negative side is cut off first, as in the paper and in Captum." }),
    upsample: p.choice(upsamplings, { default: "nearest", description: "How the layer's map gets the input's size: nearest as Captum; none where it has that size already." }),
    ruleOn: p.choice(rectifierChoices, { default: "relu,relu6", description: "The activations that guided backprop is about: ReLU alone as in Captum, ReLU and ReLU6, or everything like them." }),
    ...commonParameters,
    outliers: p.number({ default: 10, min: 0, max: 99, description: "Percentage of the map's sum that is cut off at its strongest points in the picture: a product of two maps has few of them, and they would hide the rest." }),
  },
  needs: [differentiation, backwardRules],
  report: [{ ways: ({ samples }) => [{ passes: 8 * samples }] }],
  examples: [
    "run guided-grad-cam zoo:scenes --input zoo:dog-grass --out out",
    "run guided-grad-cam model.onnx --input x.npy --target class:7 --layer layer3 --rule-on all --out out",
  ],
  async *run(job): AsyncGenerator<Update, Findings> {
    const { layer: named, relu, upsample, ruleOn, wrt, score, outliers } = job.params;
    const total = 2 * job.samples;
    yield { kind: "progress", done: 0, total, what: "gradients" };
    const guided = ruleOf(job as Job, "guided");
    const inputs = await explainedValues(job, wrt);
    const layer = await camLayer(job as Job, named, inputs, score, true);
    const explained = inputs.filter(({ spatialAxes }) => spatialAxes.length === layer.spatialAxes.length);
    if (explained.length === 0) throw attributionError("cam-layer-axes", { layer: layer.name, axes: layer.spatialAxes.length, input: inputs[0]!.name, inputAxes: inputs[0]!.spatialAxes.length });
    const camGraph = await gradientGraph(job, { wrt: [layer], read: [layer], score });
    const { gradients: slopes, values } = await camGraph.all();
    const cam = gradCamMaps(values.get(layer.value)!, slopes.get(layer.value)!, layer, job.samples, relu);
    yield { kind: "progress", done: job.samples, total, what: "gradients" };

    const graph = await gradientGraph(job, { wrt: explained, rule: onRectifiers(guided, ruleOn), score });
    const { gradients, scores } = await graph.all();
    yield { kind: "progress", done: total, total, what: "gradients" };
    const left = inputs.filter((each) => !graph.wrt.includes(each)).map(({ name }) => `\`${name}\``);
    const notices = [
      named === undefined ? await attentionNotice(job as Job, layer) : undefined,
      left.length === 0 ? undefined : `There is no map for ${left.join(", ")}: the places of ${layer.name} are not theirs, or the target does not depend on them.`,
    ].filter((notice) => notice !== undefined);
    return findingsOf({
      explained: graph.wrt,
      attributions: new Map(graph.wrt.map((each) => [each.value, product(gradients.get(each.value)!, each, cam, layer.name, job.samples, upsample)])),
      meaning: `guided backprop of the target × its Grad-CAM at ${layer.name}`,
      titles: graph.target.titles, scores, outliers, reduction: "norm", signed: false, unit: "guided backprop × Grad-CAM, norm over channels",
      title: (target) => `Details in the region that speaks for ${target}`,
      caption: `Guided backprop, kept where Grad-CAM at ${layer.name} (${cam.extent.join(" × ")} places) is strong. The region depends on the target; the details within it hardly do, and change little when the last layers are randomised (Adebayo et al. 2018).`,
      facts: { layer: layer.name, layerValue: layer.value, layerPlaces: cam.extent },
      notices,
      silence: (target) => `Nothing is left for ${target}: either nothing in ${layer.name} speaks for it on balance (grad-cam --relu false shows that), or guided backprop is zero where something does.`,
    });
  },
});

function ruleOf(job: Job, id: string): Parameters<typeof onRectifiers>[0] {
  const rules = job.require(backwardRules);
  const found = rules.find((rule) => rule.id === id);
  if (!found) throw attributionError("rule-missing", { rule: id, known: rules.map((rule) => rule.id) });
  return found;
}

function product(gradient: Tensor, each: Explained, cam: Cam, layer: string, samples: number, upsample: Upsampling): Tensor {
  const to = each.spatialAxes.map((axis) => each.shape[axis]!);
  if (upsample === "none" && to.join() !== cam.extent.join()) throw attributionError("cam-size", { layer, extent: cam.extent, input: each.name, expected: to });
  return joined(each, Array.from({ length: samples }, (_, sample) => {
    const one = each.batchAxis === undefined ? gradient : take(gradient, each.batchAxis, [sample]);
    const map = resize(cam.maps[sample]!, cam.extent, to, upsample);
    const placeOf = along(one.shape, each.spatialAxes);
    return float32(one.shape, toFloat32(one).map((slope, i) => slope * map[placeOf(i)]!)).data;
  }));
}

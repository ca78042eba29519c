import { dataValues, type Target } from "@vitrine/core";
import { comparison, notCompared, otherwise } from "../comparisons.js";
import { isRecurrent, savedValues, type Manifest, type ReferenceNetworks, type Saved } from "../networks.js";
import type { MatrixCase, MatrixNetwork } from "./work.js";

/** Rows of the table, by the reference's name. */
export const rowOf: Readonly<Record<string, string>> = {
  activation: "activation", weights: "weights", occlusion: "occlusion", feature_ablation: "feature ablation", gradient: "gradient",
  deconvolution: "deconvnet", deconvolution_relu6: "deconvnet", guided_backprop: "guided backprop", guided_backprop_relu6: "guided backprop",
  saliency: "saliency", input_x_gradient: "input × gradient", smoothgrad: "smoothgrad", ig_gauss: "integrated gradients",
  layer_gradcam: "grad-cam", layer_gradcam_relu: "grad-cam", layer_gradcam_up: "grad-cam", layer_gradcam_last: "grad-cam", guided_gradcam: "guided grad-cam",
};

/** Rows that need no differentiation. */
export const forwardRows: readonly string[] = ["activation", "weights", "occlusion", "feature ablation"];

/** What is allowed, unless float32 itself is further off: differences of scores, as occlusion has them, count as gradients. */
export const limits = { activations: 1e-4, gradients: 1e-3 };

/** SmoothGrad has no reference in the data: its own results on onnxruntime's cpu are. */
const smoothgrad = { samples: 4, seed: 7 };

/** The reference networks, with a run for every reference that there is of a method. */
export async function conformanceNetworks(networks: ReferenceNetworks, names: (name: string) => boolean): Promise<MatrixNetwork[]> {
  return Promise.all(networks.manifests.filter(({ name }) => names(name)).map((manifest) => conformanceNetwork(networks, manifest)));
}

async function conformanceNetwork(networks: ReferenceNetworks, manifest: Manifest): Promise<MatrixNetwork> {
  const { name } = manifest;
  const { file } = manifest.onnx_variants["default"]!;
  const { graph } = await networks.read(file);
  const model = (variant: string): string => `shared/conformance/onnx/${manifest.onnx_variants[variant]!.file}`;
  const npy = (saved: string): string => `shared/conformance/ref/${name}/${saved}`;
  const limit = (key: string, most: number): number => Math.max(most, 10 * (manifest.float64_noise?.[key]?.rel_l2 ?? 0));
  const target = manifest.target.map((index): Target => ({ kind: "class", index }));
  const base = { model: model("default"), tensors: {} };

  // Embedded positions are saved too, and depend on no input: no layer has them.
  const data = dataValues(graph);
  const saved = savedValues(manifest, "default", graph).filter(({ value, file: npyFile }) => data.has(value) && networks.isThere(name, npyFile));
  const values = [{ value: manifest.output_name, file: "logits.npy" }, ...saved];
  const cases: MatrixCase[] = [
    { ...base, row: rowOf["activation"]!, name: "activation", method: "activation", params: { layers: values.map(({ value }) => value) }, wanted: values.map(({ value, file: npyFile }) => ({ value, file: npy(npyFile) })), limit: limit("logits", limits.activations) },
    { ...base, row: rowOf["weights"]!, name: "weights", method: "weights", params: {}, wanted: [], limit: 0 },
  ];
  for (const key of ["occlusion", "feature_ablation"]) {
    const method = manifest.methods[key];
    if (method) cases.push(occlusionCase(key, method));
  }
  if (!isRecurrent(graph)) {
    const gradient = manifest.arrays["grad_logit_x"]!;
    cases.push({ ...base, row: rowOf["gradient"]!, name: "gradient", method: "deconv", params: { rule: "plain" }, wanted: [{ key: "gradient", file: npy(gradient.file) }], limit: limit("grad_logit_x", limits.gradients) });
    for (const [key, method] of Object.entries(manifest.methods)) {
      const how = key === "ig_trapezoid" || Object.hasOwn(notCompared, key) || Object.hasOwn(otherwise, `${name} ${key}`) ? undefined : comparison(key, method, manifest);
      if (how) cases.push({ row: rowOf[key]!, name: key, model: model(how.variant), method: how.method.id, params: how.params, wanted: [{ key: how.tensor, file: npy(method.file) }], limit: limit(key, how.limit) });
    }
    if (manifest.methods["saliency"]) cases.push({ ...base, row: rowOf["smoothgrad"]!, name: "smoothgrad", method: "smoothgrad", params: smoothgrad, wanted: [], limit: limit("grad_logit_x", limits.gradients) });
  }
  return { name, format: "onnx", spec: { inputs: {}, outputs: [{ name: manifest.output_name, kind: "logits" }] }, input: { [manifest.input_name]: npy(manifest.arrays["x"]!.file) }, target, cases };

  function occlusionCase(key: string, { file: npyFile, params = {} }: Saved): MatrixCase {
    const { sliding_window_shapes: window, strides: stride, mask, baseline = 0 } = params;
    return {
      ...base, row: rowOf[key]!, name: key, method: "occlusion",
      params: { preset: "captum", baseline: { kind: "value", value: baseline }, ...(mask === undefined && { window, stride }) },
      ...(mask !== undefined && { tensors: { mask: npy(manifest.arrays[mask]!.file) } }),
      wanted: [{ key: "attribution", file: npy(npyFile) }], limit: limit("logits", limits.gradients),
    };
  }
}

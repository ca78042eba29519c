import type { Method, ParameterInput, ParameterShape } from "@vitrine/core";
import { gradCam, guidedGradCam, inputXGradient, integratedGradients, saliency } from "@vitrine/method-attribution";
import { deconv } from "@vitrine/method-deconv";
import type { Manifest, Saved } from "./networks.js";

/** Relative L2 of attributions. */
export const limit = 1e-3;
/** What the README asks of Captum's trapezoid, which samples the all-zero baseline, where pooling ties. */
export const tiedLimit = 1e-2;

/** References that are not compared, with the reason. */
export const notCompared: Readonly<Record<string, string>> = {
  deeplift: "not offered",
  occlusion: "compared by the suite of occlusion",
  feature_ablation: "compared by the suite of occlusion",
};

/** Single references that are not ours to meet, by network and key. */
export const otherwise: Readonly<Record<string, string>> = {
  "ops_norm layer_gradcam_last": "the layer's channels are its last axis, and Captum takes axis 1 for them: its map is of rows, not places",
  "ops_reduce ig_trapezoid": "the all-zero baseline is sampled, where a standard deviation is √0; PyTorch calls its slope 0, the exported √ has none, and ours refuses NaN",
};

export interface Comparison {
  readonly variant: "default" | ".nofold";
  readonly method: Method;
  readonly params: Readonly<Record<string, unknown>>;
  readonly tensor: string;
  readonly limit: number;
}

export const compare = <P extends ParameterShape>(method: Method<P>, params: ParameterInput<P>, { variant = "default", tensor = "attribution", limit: most = limit }: Partial<Pick<Comparison, "variant" | "tensor" | "limit">> = {}): Comparison =>
  ({ variant, method: method as unknown as Method, params, tensor, limit: most });

/** How each reference of a manifest is computed by ours. */
export function comparison(key: string, { params: { n_steps: steps = 0 } = {}, onnx_tensor: last }: Saved, manifest: Manifest): Comparison | undefined {
  const gradient = { tensor: "gradient" };
  // Batch normalisation that was fused into a convolution leaves no value between them: such layers exist unfused only.
  const layer = manifest.gradcam_onnx_tensor ?? manifest.gradcam_onnx_tensor_nofold;
  const unfused = { variant: manifest.gradcam_onnx_tensor ? "default" : ".nofold" } as const;
  switch (key) {
    case "saliency": return compare(saliency, {});
    case "input_x_gradient": return compare(inputXGradient, {});
    case "guided_backprop": return compare(deconv, { rule: "guided", ruleOn: "relu" }, gradient);
    case "deconvolution": return compare(deconv, { rule: "deconvnet", ruleOn: "relu" }, gradient);
    case "guided_backprop_relu6": return compare(deconv, { rule: "guided", ruleOn: "relu,relu6" }, gradient);
    case "deconvolution_relu6": return compare(deconv, { rule: "deconvnet", ruleOn: "relu,relu6" }, gradient);
    case "ig_gauss": return compare(integratedGradients, { steps, scheme: "gauss-legendre" });
    case "ig_trapezoid": return compare(integratedGradients, { steps, scheme: "captum-trapezoid" }, { limit: tiedLimit });
    case "layer_gradcam": return compare(gradCam, { layer: layer!, relu: false, upsample: "none" }, unfused);
    case "layer_gradcam_relu": return compare(gradCam, { layer: layer!, relu: true, upsample: "none" }, unfused);
    case "layer_gradcam_up": return compare(gradCam, { layer: layer!, relu: true, upsample: "bilinear" }, unfused);
    case "layer_gradcam_last": return compare(gradCam, { layer: last!, relu: false, upsample: "none" });
    case "guided_gradcam": return compare(guidedGradCam, { layer: layer!, ruleOn: "relu" }, unfused);
    default: return undefined;
  }
}

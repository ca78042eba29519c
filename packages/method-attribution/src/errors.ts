import { brief, defineErrors, quote, showShape } from "@vitrine/core";

const places = (count: number): string => (count === 0 ? "no axes of places" : count === 1 ? "one axis of places" : `${count} axes of places`);

/** Every message of this package. */
export const attributionError = defineErrors({
  "steps-few": (f: { scheme: string; steps: number }) => ({
    message: `${quote(f.scheme)} with --steps ${f.steps} has no interval between its ends: it takes at least 2 steps.`,
    hint: "Give --steps 2 or more (50 is usual), or --scheme gauss-legendre.",
  }),
  "cam-no-layer": (f: { target: string; inputs: readonly { readonly name: string; readonly shape: readonly number[] }[] }) => ({
    message: `No layer before ${quote(f.target)} has places: Grad-CAM weighs the maps of a layer, and this network makes none of ${f.inputs.map(({ name, shape }) => `${quote(name)} ${showShape(shape)}`).join(", ")}.`,
    hint: "Use integrated-gradients or input-x-gradient, which need no maps; or name a layer with places: --layer LAYER.",
    kind: "unsupported",
  }),
  "cam-layer-places": (f: { layer: string; shape: readonly number[] }) => ({
    message: `The layer ${quote(f.layer)} of shape ${showShape(f.shape)} has no places: Grad-CAM weighs the maps of a layer.`,
    hint: "Name a layer before the pooling or flattening (`vitrine inspect` shows the shapes), or leave --layer out; --upsample none gives its one number per sample.",
  }),
  "cam-layer-samples": (f: { layer: string; shape: readonly number[]; axis: number; samples: number }) => ({
    message: `The layer ${quote(f.layer)} of shape ${showShape(f.shape)} does not keep samples apart: axis ${f.axis} holds ${f.shape[f.axis]} for ${f.samples} samples.`,
    hint: "Windows or heads are folded into the batch there: name a layer before or after.",
  }),
  "cam-layer-axes": (f: { layer: string; axes: number; input: string; inputAxes: number }) => ({
    message: `The layer ${quote(f.layer)} has ${places(f.axes)} and ${quote(f.input)} has ${f.inputAxes}: its map cannot be laid over it.`,
    hint: "Take the map as the layer has it with --upsample none, or name a layer whose places are those of the input.",
  }),
  "cam-size": (f: { layer: string; extent: readonly number[]; input: string; expected: readonly number[] }) => ({
    message: `The map of the layer ${quote(f.layer)} is ${f.extent.join(" × ") || "one number"} and ${quote(f.input)} has ${f.expected.join(" × ")} places: without upsampling they cannot be multiplied.`,
    hint: "Give --upsample nearest or bilinear.",
  }),
  "rule-missing": (f: { rule: string; known: readonly string[] }) => ({
    message: `No installed plugin offers the backward rule ${quote(brief(f.rule))}; there are: ${f.known.join(", ") || "none"}.`,
    hint: "Install the method-deconv package and add its deconvPlugin to the engine's plugins.",
    kind: "unsupported",
  }),
});

import type { Layer } from "./layer.js";

const kinds: Readonly<Partial<Record<Layer["kind"], string>>> = {
  conv: "a convolution", dense: "a dense layer", recurrent: "a recurrent layer", norm: "a normalisation", activation: "an activation", pool: "a pooling", softmax: "a softmax",
  add: "a sum of branches", concat: "joined branches", attention: "an attention product", embedding: "an embedding", upsample: "an upsampling", reshape: "a rearrangement",
};

/** "a convolution"; the operator where a layer is nothing that has a name. */
export function layerKindWords({ kind, op }: Layer): string {
  return kinds[kind] ?? `the operator ${op}`;
}

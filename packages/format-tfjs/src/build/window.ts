import { attr, type Attributes } from "@vitrine/core";
import type { Size } from "./held.js";

/** How a window slides over places, one entry per spatial axis. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** `same` is TensorFlow's: as many places as ⌈size / stride⌉, the odd zero behind. `causal` pads in front only. */
  readonly padding: "same" | "valid" | "causal" | { readonly before: readonly number[]; readonly after: readonly number[] };
}

const reachOf = (w: Window, i: number): number => (w.kernel[i]! - 1) * w.dilations[i]! + 1;

/** Zeros before and after each axis; undefined where they depend on a size that is not known. */
function padsOf(w: Window, sizes: readonly Size[]): { before: number[]; after: number[] } | undefined {
  if (typeof w.padding === "object") return { before: [...w.padding.before], after: [...w.padding.after] };
  const before: number[] = [];
  const after: number[] = [];
  for (let i = 0; i < w.kernel.length; i++) {
    const [size = null, stride, reach] = [sizes[i], w.strides[i]!, reachOf(w, i)];
    let total = 0;
    if (w.padding === "causal") total = reach - 1;
    else if (w.padding === "same") {
      if (stride === 1) total = reach - 1;
      else if (size === null) return undefined;
      else total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size);
    }
    before.push(w.padding === "causal" ? total : Math.floor(total / 2));
    after.push(w.padding === "causal" ? 0 : total - Math.floor(total / 2));
  }
  return { before, after };
}

/** Attributes of Conv and the pooling operators. */
export function windowAttributes(w: Window, sizes: readonly Size[]): Attributes {
  const pads = padsOf(w, sizes);
  return {
    kernel_shape: attr.ints(w.kernel),
    strides: attr.ints(w.strides),
    ...(w.dilations.some((d) => d !== 1) && { dilations: attr.ints(w.dilations) }),
    ...(pads ? { pads: attr.ints([...pads.before, ...pads.after]) } : { auto_pad: attr.string("SAME_UPPER") }),
  };
}

/** Sizes of the places that the window gives. */
export function windowSizes(w: Window, sizes: readonly Size[]): Size[] {
  const pads = padsOf(w, sizes);
  return w.kernel.map((_, i) => {
    const size = sizes[i] ?? null;
    if (size === null || !pads) return null;
    return Math.floor((size + pads.before[i]! + pads.after[i]! - reachOf(w, i)) / w.strides[i]!) + 1;
  });
}

/** Attributes of ConvTranspose, which undoes what the window does to sizes. */
export function transposeAttributes(w: Window): Attributes {
  const reach = w.kernel.map((_, i) => reachOf(w, i));
  const total = w.kernel.map((_, i) => (w.padding === "same" ? Math.max(0, reach[i]! - w.strides[i]!) : 0));
  const before = total.map((pad) => Math.floor(pad / 2));
  const more = w.strides.map((stride, i) => Math.max(0, stride - reach[i]!));
  return {
    kernel_shape: attr.ints(w.kernel),
    strides: attr.ints(w.strides),
    ...(w.dilations.some((d) => d !== 1) && { dilations: attr.ints(w.dilations) }),
    pads: attr.ints([...before, ...total.map((pad, i) => pad - before[i]!)]),
    ...(more.some((m) => m > 0) && { output_padding: attr.ints(more) }),
  };
}

/** Sizes of the places that the transposed window gives. */
export function transposeSizes(w: Window, sizes: readonly Size[]): Size[] {
  return w.kernel.map((_, i) => {
    const size = sizes[i] ?? null;
    return size === null ? null : size * w.strides[i]! + (w.padding === "same" ? 0 : Math.max(0, reachOf(w, i) - w.strides[i]!));
  });
}

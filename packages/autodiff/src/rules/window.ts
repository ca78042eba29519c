import { attr, intAttr, intsAttr, stringAttr, type Attributes, type Node } from "@vitrine/core";

/** A window sliding over spatial axes, with the padding that it really has for one size of input. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Elements that a dilated kernel reaches over. */
export const extent = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/** Reads what convolution and pooling share; `auto_pad` becomes numbers. */
export function windowOf(node: Node, kernel: readonly number[], input: readonly number[], output: readonly number[]): Window {
  const rank = kernel.length;
  const strides = intsAttr(node, "strides", new Array<number>(rank).fill(1));
  const dilations = intsAttr(node, "dilations", new Array<number>(rank).fill(1));
  const auto = stringAttr(node, "auto_pad", "NOTSET");
  if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
    const total = input.map((size, i) => Math.max(0, (output[i]! - 1) * strides[i]! + extent(kernel[i]!, dilations[i]!) - size));
    const before = total.map((pad) => (auto === "SAME_UPPER" ? Math.floor(pad / 2) : Math.ceil(pad / 2)));
    return { kernel, strides, dilations, before, after: total.map((pad, i) => pad - before[i]!) };
  }
  const pads = auto === "VALID" ? [] : intsAttr(node, "pads", []);
  return { kernel, strides, dilations, before: kernel.map((_, i) => pads[i] ?? 0), after: kernel.map((_, i) => pads[i + rank] ?? 0) };
}

/** Attributes of the ConvTranspose that carries `output` windows back onto `input` elements. */
export function transposeAttributes(window: Window, input: readonly number[], output: readonly number[], group: number): Attributes {
  const { kernel, strides, dilations, before } = window;
  // What the last window leaves over at the end is output padding; where it reaches further than the input (ceil_mode), more is cut.
  const reached = kernel.map((size, i) => (output[i]! - 1) * strides[i]! + extent(size, dilations[i]!) - before[i]!);
  return {
    kernel_shape: attr.ints(kernel), strides: attr.ints(strides), dilations: attr.ints(dilations), group: attr.int(group),
    pads: attr.ints([...before, ...reached.map((end, i) => Math.max(0, end - input[i]!))]),
    output_padding: attr.ints(reached.map((end, i) => Math.max(0, input[i]! - end))),
  };
}

/** How many elements of the padded input (or of the input alone) each window of one axis covers. */
export function covered(window: Window, axis: number, input: number, output: number, padding: boolean): number[] {
  const { kernel, strides, dilations, before, after } = window;
  const [low, high] = padding ? [-before[axis]!, input + after[axis]!] : [0, input];
  return Array.from({ length: output }, (_, at) => {
    let count = 0;
    for (let k = 0; k < kernel[axis]!; k++) {
      const place = at * strides[axis]! - before[axis]! + k * dilations[axis]!;
      if (place >= low && place < high) count++;
    }
    return count;
  });
}

export const groupOf = (node: Node): number => intAttr(node, "group", 1);

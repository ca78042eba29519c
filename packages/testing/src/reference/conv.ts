import { intAttr, intsAttr, sizeOf, stringAttr } from "@vitrine/core";
import { held, numbers, type Held } from "./held.js";
import { boundedSize } from "./indexing.js";
import { input, type Call, type OperatorTable } from "./operator.js";
import { extentOf, touchesOf, windowOf, type Window } from "./window.js";

/** y[n, m, o] = bias[m] + Σ over the channels c of m's group and the kernel k: x[n, c, i(o, k)] · w[m, c, k]. */
function conv(call: Call): Held {
  const [x, w] = [input(call, 0), input(call, 1)];
  const [batch = 0, channels = 0, ...size] = x.shape;
  const [maps = 0, perGroup = 0, ...kernel] = w.shape;
  const groups = intAttr(call.node, "group", 1);
  if (channels !== perGroup * groups || maps % groups !== 0) {
    throw new RangeError(`${channels} channels in ${groups} groups do not fit weights of shape [${w.shape.join(", ")}]`);
  }
  const window = windowOf(call.node, size, kernel);
  const touches = touchesOf(window, size);
  const [inSize, outSize, kernelSize] = [sizeOf(size), sizeOf(window.out), sizeOf(kernel)];
  const [xs, ws] = [numbers(x), numbers(w)];
  const bias = call.inputs[2] && numbers(call.inputs[2]);
  const ys = new Float64Array(boundedSize([batch, maps, outSize]));
  for (let n = 0; n < batch; n++) {
    for (let m = 0; m < maps; m++) {
      const y = ys.subarray((n * maps + m) * outSize, (n * maps + m + 1) * outSize);
      y.fill(bias?.[m] ?? 0);
      const first = Math.floor(m / (maps / groups)) * perGroup;
      for (let c = 0; c < perGroup; c++) {
        const from = xs.subarray((n * channels + first + c) * inSize);
        const weights = ws.subarray((m * perGroup + c) * kernelSize);
        for (let t = 0; t < touches.out.length; t++) y[touches.out[t]!]! += from[touches.in[t]!]! * weights[touches.kernel[t]!]!;
      }
    }
  }
  return held(x.dtype, [batch, maps, ...window.out], ys);
}

/** The window of the convolution that a transposed one runs backwards: its input is our output. */
function transposedWindow(call: Call, size: readonly number[], kernel: readonly number[]): { readonly window: Window; readonly out: readonly number[] } {
  const { node } = call;
  const ones = size.map(() => 1);
  const zeros = size.map(() => 0);
  const strides = intsAttr(node, "strides", ones);
  const dilations = intsAttr(node, "dilations", ones);
  const extra = intsAttr(node, "output_padding", zeros);
  const pads = intsAttr(node, "pads", [...zeros, ...zeros]);
  const auto = stringAttr(node, "auto_pad", "NOTSET");
  const same = auto === "SAME_UPPER" || auto === "SAME_LOWER";
  const before = pads.slice(0, size.length);
  const after = pads.slice(size.length);
  const wanted = intsAttr(node, "output_shape")?.slice(-size.length);
  const out = size.map((dim, axis) => {
    const full = strides[axis]! * (dim - 1) + extra[axis]! + extentOf(kernel[axis]!, dilations[axis]!);
    if (wanted || same) {
      const length = wanted?.[axis] ?? dim * strides[axis]!;
      const total = Math.max(0, full - length);
      before[axis] = auto === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2);
      after[axis] = total - before[axis]!;
      return length;
    }
    if (auto === "VALID") before[axis] = after[axis] = 0;
    return full - before[axis]! - after[axis]!;
  });
  return { window: { kernel, strides, dilations, before, after, out: size }, out };
}

/** Each input element spreads its value through the kernel: the gradient of a convolution with respect to its input. */
function convTranspose(call: Call): Held {
  const [x, w] = [input(call, 0), input(call, 1)];
  const [batch = 0, channels = 0, ...size] = x.shape;
  const [wChannels = 0, perGroup = 0, ...kernel] = w.shape;
  const groups = intAttr(call.node, "group", 1);
  if (channels !== wChannels || channels % groups !== 0 || kernel.length !== size.length) {
    throw new RangeError(`${channels} channels in ${groups} groups do not fit weights of shape [${w.shape.join(", ")}]`);
  }
  const maps = perGroup * groups;
  const { window, out } = transposedWindow(call, size, kernel);
  const touches = touchesOf(window, out);
  const [inSize, outSize, kernelSize] = [sizeOf(size), sizeOf(out), sizeOf(kernel)];
  const [xs, ws] = [numbers(x), numbers(w)];
  const bias = call.inputs[2] && numbers(call.inputs[2]);
  const ys = new Float64Array(boundedSize([batch, maps, outSize]));
  for (let n = 0; n < batch; n++) {
    for (let m = 0; m < maps; m++) ys.fill(bias?.[m] ?? 0, (n * maps + m) * outSize, (n * maps + m + 1) * outSize);
    for (let c = 0; c < channels; c++) {
      const from = xs.subarray((n * channels + c) * inSize);
      const first = Math.floor(c / (channels / groups)) * perGroup;
      for (let m = 0; m < perGroup; m++) {
        const y = ys.subarray((n * maps + first + m) * outSize);
        const weights = ws.subarray((c * perGroup + m) * kernelSize);
        for (let t = 0; t < touches.out.length; t++) y[touches.in[t]!]! += from[touches.out[t]!]! * weights[touches.kernel[t]!]!;
      }
    }
  }
  return held(x.dtype, [batch, maps, ...out], ys);
}

export const convOperators: OperatorTable = {
  Conv: (call) => [conv(call)],
  ConvTranspose: (call) => [convTranspose(call)],
};

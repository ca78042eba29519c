import { attr, type Attributes } from "@vitrine/core";
import { channelsFirst, type Order, type Size } from "../build/held.js";
import { transposeAttributes, transposeSizes, windowAttributes, windowSizes, type Window } from "../build/window.js";
import { reshapedConstant, transposedConstant } from "../weights/derived.js";
import { activated } from "./activations.js";
import { held, type KerasValue, type LayerCall, type LayerRule } from "./call.js";

/** Where an image-like input has its channels and places, and the order of axes that ONNX wants. */
export interface Places {
  readonly channels: number;
  readonly sizes: readonly Size[];
  readonly order: Order | undefined;
  /** The result's shape as the file means it. */
  shape(channels: number, sizes: readonly Size[]): Size[];
}

/** @throws for a number of channels that the model leaves open, where `needChannels` */
export function placesOf(call: LayerCall, input: KerasValue, dims: number): Places & { readonly open: Size } {
  if (input.shape.length !== dims + 2) call.invalid(`its input has ${input.shape.length} axes, and it takes ${dims + 2}`);
  const format = call.config.string("data_format", "channels_last").toLowerCase().replace("_", "");
  if (format !== "channelslast" && format !== "channelsfirst") call.config.fail("data_format", "channels_last or channels_first");
  const first = format === "channelsfirst";
  const [batch = null] = input.shape;
  const open = input.shape[first ? 1 : dims + 1] ?? null;
  return {
    open,
    get channels() {
      return open ?? call.fail("the number of its input's channels is not fixed by the model");
    },
    sizes: first ? input.shape.slice(2) : input.shape.slice(1, dims + 1),
    order: first ? undefined : channelsFirst(dims + 2),
    shape: (channels, sizes) => (first ? [batch, channels, ...sizes] : [batch, ...sizes, channels]),
  };
}

export function paddingOf(call: LayerCall): "same" | "valid" | "causal" {
  const padding = call.config.string("padding", "valid").toLowerCase();
  return padding === "same" || padding === "valid" || padding === "causal" ? padding : call.config.fail("padding", "valid, same or causal");
}

export function checkSizes(call: LayerCall, sizes: readonly Size[]): readonly Size[] {
  if (sizes.some((size) => size !== null && size < 1)) call.invalid("its window is larger than its input");
  return sizes;
}

export function windowOf(call: LayerCall, dims: number): Window {
  const padding = paddingOf(call);
  if (padding === "causal" && dims !== 1) call.invalid("causal padding is for sequences");
  return {
    kernel: call.config.ints("kernel_size", dims),
    strides: call.config.ints("strides", dims, 1),
    dilations: call.config.ints("dilation_rate", dims, 1),
    padding,
  };
}

/** TensorFlow.js pads volumes by less than nothing where windows leave gaps, and begins later than TensorFlow. */
export function noteGaps(call: LayerCall, window: Window, sizes: readonly Size[]): void {
  if (window.padding !== "same" || sizes.length !== 3) return;
  const gaps = sizes.some((size, i) => size !== null && (Math.ceil(size / window.strides[i]!) - 1) * window.strides[i]! + window.kernel[i]! < size);
  if (gaps) call.context.notice(`The windows of \`${call.title}\` leave gaps, and TensorFlow.js places them elsewhere than TensorFlow, by an error of its own; here they lie as in TensorFlow.`);
}

/** Keras keeps kernels as [places…, in, out]; ONNX as [out, in, places…]. */
const kernelOrder = (dims: number): number[] => [dims + 1, dims, ...Array.from({ length: dims }, (_, i) => i)];

const bias = (call: LayerCall, filters: number): string[] => (call.config.boolean("use_bias", true) ? [call.parameter("bias", [filters])] : []);

const conv =
  (dims: number): LayerRule =>
  (call) => {
    const { input } = call;
    const places = placesOf(call, input, dims);
    const window = windowOf(call, dims);
    const filters = call.config.int("filters", undefined, 1);
    const groups = call.config.int("groups", 1, 1);
    if (places.channels % groups !== 0 || filters % groups !== 0) call.invalid(`${groups} groups divide neither ${places.channels} channels nor ${filters} filters`);
    const kernel = call.parameter("kernel", [...window.kernel, places.channels / groups, filters], (weight) => transposedConstant(weight, kernelOrder(dims)));
    const sizes = checkSizes(call, windowSizes(window, places.sizes));
    noteGaps(call, window, places.sizes);
    const attributes: Attributes = { ...windowAttributes(window, places.sizes), ...(groups > 1 && { group: attr.int(groups) }) };
    const value = call.b.op("Conv", [call.layout.in(input, places.order), kernel, ...bias(call, filters)], attributes);
    return activated(call, held(value, places.shape(filters, sizes), places.order));
  };

/** One filter bank per channel: kernel [places…, channels, multiplier]. */
function depthwiseConv(call: LayerCall, input: KerasValue, dims: number, biases: (filters: number) => string[]): KerasValue {
  const places = placesOf(call, input, dims);
  const window = windowOf(call, dims);
  // The weight says how many filters each channel has: TensorFlow.js loses `depth_multiplier` of separable convolutions in saving.
  const shape = [...window.kernel, places.channels, null];
  const filters = places.channels * call.weight("depthwise_kernel", shape).shape[dims + 1]!;
  const kernel = call.parameter("depthwise_kernel", shape, (weight) =>
    reshapedConstant(transposedConstant(weight, [dims, dims + 1, ...Array.from({ length: dims }, (_, i) => i)]), [filters, 1, ...window.kernel]),
  );
  const sizes = checkSizes(call, windowSizes(window, places.sizes));
  const attributes: Attributes = { ...windowAttributes(window, places.sizes), group: attr.int(places.channels) };
  const value = call.b.op("Conv", [call.layout.in(input, places.order), kernel, ...biases(filters)], attributes);
  return held(value, places.shape(filters, sizes), places.order);
}

const depthwise =
  (dims: number): LayerRule =>
  (call) => {
    if (windowOf(call, dims).dilations.some((rate) => rate !== 1)) {
      call.context.notice(`The layer \`${call.title}\` is dilated, which TensorFlow.js ignores (it computes something else than the network was trained for); here it is dilated.`);
    }
    return activated(call, depthwiseConv(call, call.input, dims, (filters) => bias(call, filters)));
  };

const separable =
  (dims: number): LayerRule =>
  (call) => {
    const between = depthwiseConv(call, call.input, dims, () => []);
    const places = placesOf(call, between, dims);
    const filters = call.config.int("filters", undefined, 1);
    const ones = new Array<number>(dims).fill(1);
    const kernel = call.parameter("pointwise_kernel", [...ones, places.channels, filters], (weight) => transposedConstant(weight, kernelOrder(dims)));
    const value = call.b.op("Conv", [call.layout.in(between, places.order), kernel, ...bias(call, filters)], { kernel_shape: attr.ints(ones) });
    return activated(call, held(value, places.shape(filters, places.sizes), places.order));
  };

/** Kernel [places…, out, in], which is ONNX's [in, out, places…]. */
const transposed =
  (dims: number): LayerRule =>
  (call) => {
    const { input } = call;
    const places = placesOf(call, input, dims);
    const window = windowOf(call, dims);
    if (window.padding === "causal") call.fail("it has no causal padding");
    if (window.dilations.some((rate) => rate !== 1)) call.fail("transposed convolutions with a dilation differ between Keras and TensorFlow.js");
    if (call.config.has("output_padding")) call.fail("TensorFlow.js has no output padding");
    const filters = call.config.int("filters", undefined, 1);
    const kernel = call.parameter("kernel", [...window.kernel, filters, places.channels], (weight) => transposedConstant(weight, kernelOrder(dims)));
    const value = call.b.op("ConvTranspose", [call.layout.in(input, places.order), kernel, ...bias(call, filters)], transposeAttributes(window));
    return activated(call, held(value, places.shape(filters, transposeSizes(window, places.sizes)), places.order));
  };

export const convRules: Readonly<Record<string, LayerRule>> = {
  Conv1D: conv(1), Conv2D: conv(2), Conv3D: conv(3), Convolution1D: conv(1), Convolution2D: conv(2), Convolution3D: conv(3),
  DepthwiseConv1D: depthwise(1), DepthwiseConv2D: depthwise(2),
  SeparableConv1D: separable(1), SeparableConv2D: separable(2),
  Conv1DTranspose: transposed(1), Conv2DTranspose: transposed(2), Conv3DTranspose: transposed(3), Deconvolution2D: transposed(2),
};

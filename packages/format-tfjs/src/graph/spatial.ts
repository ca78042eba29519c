import { attr, sizeOf, type Attributes } from "@vitrine/core";
import { channelsFirst, type Order, type Size } from "../build/held.js";
import { transposeAttributes, windowAttributes, windowSizes, type Window } from "../build/window.js";
import { reshapedConstant, transposedConstant } from "../weights/derived.js";
import { fusedOf } from "./activation.js";
import type { NodeCall, NodeRule, NodeRules, TfValue } from "./call.js";
import { broadcasting } from "./elementwise.js";

/** Where the operator has its channels: `NHWC`, `NDHWC` or the like. */
interface Places {
  readonly first: boolean;
  /** The order of axes that ONNX wants. */
  readonly order: Order | undefined;
  readonly sizes: readonly Size[];
  readonly channels: Size;
  shape(channels: Size, sizes: readonly Size[]): Size[];
}

export function placesOf(call: NodeCall, dims: number, input: TfValue): Places {
  const first = (call.attributes.text("data_format") ?? "NHWC").startsWith("NC");
  const rank = dims + 2;
  if (input.shape && input.shape.length !== rank) call.invalid(`its input has ${input.shape.length} axes, and it takes ${rank}`);
  const shape = input.shape ?? new Array<Size>(rank).fill(null);
  return {
    first,
    order: first ? undefined : channelsFirst(rank),
    sizes: first ? shape.slice(2) : shape.slice(1, rank - 1),
    channels: shape[first ? 1 : rank - 1] ?? null,
    shape: (channels, sizes) => (first ? [shape[0] ?? null, channels, ...sizes] : [shape[0] ?? null, ...sizes, channels]),
  };
}

/** An input whose rank the operator itself tells. */
export const ofRank = (input: TfValue, rank: number): TfValue => (input.shape ? input : { ...input, shape: new Array<Size>(rank).fill(null) });

/** The entries of a list attribute that belong to places. */
export function perPlace(call: NodeCall, key: string, dims: number, first: boolean, least = 1): number[] {
  const list = call.attributes.ints(key);
  if (list.length === 0) return new Array<number>(dims).fill(1);
  const own = list.length === dims ? list : list.length === dims + 2 ? list.slice(first ? 2 : 1, dims + (first ? 2 : 1)) : call.attributes.fail(key, `a list of ${dims + 2}`);
  if (own.some((value) => value < least)) call.attributes.fail(key, `of at least ${least}`);
  if (list.length === dims + 2 && (list[0] !== 1 || list[first ? 1 : dims + 1] !== 1)) call.fail(`its \`${key}\` reach over samples or channels`);
  return own;
}

export function windowOf(call: NodeCall, dims: number, first: boolean, kernel: readonly number[]): Window {
  const padding = call.attributes.text("padding") ?? "VALID";
  const window = { kernel, strides: perPlace(call, "strides", dims, first), dilations: perPlace(call, "dilations", dims, first) };
  if (padding === "SAME") return { ...window, padding: "same" };
  if (padding === "VALID") return { ...window, padding: "valid" };
  if (padding !== "EXPLICIT") return call.attributes.fail("padding", "SAME, VALID or EXPLICIT");
  const pads = call.attributes.ints("explicit_paddings");
  if (pads.length !== 2 * (dims + 2) || pads.some((pad) => pad < 0)) call.attributes.fail("explicit_paddings", `${2 * (dims + 2)} numbers of at least 0`);
  const from = first ? 2 : 1;
  const pick = (side: 0 | 1): number[] => Array.from({ length: dims }, (_, i) => pads[2 * (from + i) + side]!);
  return { ...window, padding: { before: pick(0), after: pick(1) } };
}

/** The filter's sizes, which must be known: [places…, in, out]. */
function filterShape(call: NodeCall, filter: TfValue, dims: number): readonly number[] {
  const { shape } = filter;
  if (shape?.length !== dims + 2 || shape.includes(null)) return call.fail("the shape of its filter is not known");
  if (shape.includes(0)) call.invalid("its filter is empty");
  return shape as readonly number[];
}

const filterOrder = (dims: number): Order => [dims + 1, dims, ...Array.from({ length: dims }, (_, i) => i)];

/** The operator with its bias, if it is one of a single axis, and its activation. */
function finish(call: NodeCall, inputs: readonly string[], attributes: Attributes, shape: readonly Size[], order: Order | undefined): TfValue {
  const { bias, activate } = call.op.includes("Fused") ? fusedOf(call) : { bias: undefined, activate: (value: TfValue) => value };
  const direct = bias?.shape?.length === 1;
  const result = call.value(call.b.op("Conv", [...inputs, ...(direct ? [bias.value] : [])], attributes), shape, { order });
  return activate(bias && !direct ? broadcasting(call, [result, bias], (values) => call.b.op("Add", values)) : result);
}

const conv =
  (dims: number): NodeRule =>
  (call) => {
    const input = ofRank(call.input(0), dims + 2);
    const places = placesOf(call, dims, input);
    const filter = call.input(1);
    const shape = filterShape(call, filter, dims);
    const window = windowOf(call, dims, places.first, shape.slice(0, dims));
    const groups = places.channels === null ? 1 : places.channels / shape[dims]!;
    if (!Number.isInteger(groups)) call.invalid(`its input has ${places.channels} channels, and its filter ${shape[dims]}`);
    const inputs = [call.layout.in(input, places.order), call.layout.in(filter, filterOrder(dims))];
    const attributes = { ...windowAttributes(window, places.sizes), ...(groups > 1 && { group: attr.int(groups) }) };
    return finish(call, inputs, attributes, places.shape(shape[dims + 1]!, windowSizes(window, places.sizes)), places.order);
  };

/** Filter [rows, columns, channels, multiplier]. */
const depthwise: NodeRule = (call) => {
  const input = ofRank(call.input(0), 4);
  const places = placesOf(call, 2, input);
  const filter = call.input(1);
  const shape = filterShape(call, filter, 2);
  const [rows = 0, columns = 0, channels = 0, multiplier = 0] = shape;
  const window = windowOf(call, 2, places.first, [rows, columns]);
  const target = [channels * multiplier, 1, rows, columns];
  const perm = [2, 3, 0, 1];
  const weights = filter.constant ? call.constant(reshapedConstant(transposedConstant(filter.constant, perm), target), filter.value).value : call.b.reshape(call.layout.in(filter, perm), target, "Reshape");
  const attributes = { ...windowAttributes(window, places.sizes), group: attr.int(channels) };
  return finish(call, [call.layout.in(input, places.order), weights], attributes, places.shape(channels * multiplier, windowSizes(window, places.sizes)), places.order);
};

/** The gradient of a convolution by its input, which is how TensorFlow writes transposed ones: filter [rows, columns, out, in]. */
const transposed: NodeRule = (call) => {
  const output = call.elements(0);
  const filter = call.input(1);
  const input = ofRank(call.input(2), 4);
  const places = placesOf(call, 2, input);
  const shape = filterShape(call, filter, 2);
  const window = windowOf(call, 2, places.first, shape.slice(0, 2));
  if (typeof window.padding === "object") call.fail("explicit paddings of transposed convolutions are not known");
  const sizes = output?.length === 4 ? output.slice(places.first ? 2 : 1, places.first ? 4 : 3) : places.sizes.map(() => null);
  let attributes = transposeAttributes(window);
  if (sizes.every((size) => size !== null) && places.sizes.every((size) => size !== null)) attributes = exactly(call, window, places.sizes as number[], sizes as number[]);
  const value = call.b.op("ConvTranspose", [call.layout.in(input, places.order), call.layout.in(filter, filterOrder(2))], attributes);
  return call.value(value, places.shape(shape[2]!, sizes), { order: places.order });
};

/** Pads that give the sizes asked for: the forward convolution may have dropped a rest. */
function exactly(call: NodeCall, window: Window, from: readonly number[], to: readonly number[]): Attributes {
  const reach = window.kernel.map((k, i) => (k - 1) * window.dilations[i]! + 1);
  const total = from.map((size, i) => (size - 1) * window.strides[i]! + reach[i]! - to[i]!);
  const before = total.map((pad) => (window.padding === "same" ? Math.floor(Math.max(0, pad) / 2) : 0));
  const after = total.map((pad, i) => Math.max(0, pad) - before[i]!);
  const more = total.map((pad) => Math.max(0, -pad));
  if (more.some((pad, i) => pad >= window.strides[i]! && pad > 0) || (window.padding === "valid" && total.some((pad) => pad > 0))) call.invalid(`its result of ${to.join(" × ")} does not belong to an input of ${from.join(" × ")}`);
  return { ...transposeAttributes(window), pads: attr.ints([...before, ...after]), ...(more.some((pad) => pad > 0) && { output_padding: attr.ints(more) }) };
}

/** The window of a pooling operator, which has no dilations. */
export const poolWindow = (call: NodeCall, dims: number, first: boolean): Window => ({ ...windowOf(call, dims, first, perPlace(call, "ksize", dims, first)), dilations: new Array<number>(dims).fill(1) });

const pool =
  (op: "MaxPool" | "AveragePool", dims: number): NodeRule =>
  (call) => {
    const input = ofRank(call.input(0), dims + 2);
    const places = placesOf(call, dims, input);
    const window = poolWindow(call, dims, places.first);
    const value = call.b.op(op, [call.layout.in(input, places.order)], windowAttributes(window, places.sizes));
    return call.value(value, places.shape(places.channels, windowSizes(window, places.sizes)), { order: places.order });
  };

const batchNorm: NodeRule = (call) => {
  if (call.attributes.bool("is_training", true)) call.fail("it is in training mode: it would normalise by the batch at hand");
  const input = ofRank(call.input(0), 4);
  const dims = input.shape!.length - 2;
  const places = placesOf(call, dims, input);
  const parameters = [1, 2, 3, 4].map((i) => call.plain(i));
  const value = call.b.op("BatchNormalization", [call.layout.in(input, places.order), ...parameters], { epsilon: attr.float(call.attributes.number("epsilon", 1e-4)) });
  return call.value(value, input.shape, { order: places.order });
};

/** Over channels at most `depth_radius` away; ONNX divides the sum by their number, TensorFlow does not. */
const lrn: NodeRule = (call) => {
  const input = ofRank(call.input(0), 4);
  const size = 2 * call.attributes.int("depth_radius", 5) + 1;
  const order = channelsFirst(4);
  const value = call.b.op("LRN", [call.layout.in(input, order)], {
    size: attr.int(size), alpha: attr.float(call.attributes.number("alpha", 1) * size), beta: attr.float(call.attributes.number("beta", 0.5)), bias: attr.float(call.attributes.number("bias", 1)),
  });
  return call.value(value, input.shape, { order });
};

const resize =
  (mode: "linear" | "nearest"): NodeRule =>
  (call) => {
    const input = ofRank(call.input(0), 4);
    const sizes = call.elements(1);
    const corners = call.attributes.bool("align_corners");
    const centres = call.attributes.bool("half_pixel_centers");
    const order = channelsFirst(4);
    const attributes: Attributes = {
      mode: attr.string(mode),
      coordinate_transformation_mode: attr.string(corners ? "align_corners" : centres ? "half_pixel" : "asymmetric"),
      // Half pixels go to the next one there, as TensorFlow rounds; without them it cuts off.
      ...(mode === "nearest" && { nearest_mode: attr.string(corners || centres ? "round_prefer_ceil" : "floor") }),
    };
    const { b } = call;
    const x = call.layout.in(input, order);
    const places = sizes?.length === 2 && !sizes.includes(null) ? b.ints(sizes as number[]) : b.cast(call.plain(1), "int64", "Cast");
    const target = b.concat([b.slice(b.shape(x, "Shape"), [0], [2], [0], undefined, "Slice"), places], 0, "Concat");
    const value = b.op("Resize", [x, "", "", target], attributes);
    return call.value(value, [input.shape![0] ?? null, sizes?.[0] ?? null, sizes?.[1] ?? null, input.shape![3] ?? null], { order });
  };

const blocks =
  (op: "DepthToSpace" | "SpaceToDepth"): NodeRule =>
  (call) => {
    const input = ofRank(call.input(0), 4);
    const places = placesOf(call, 2, input);
    const size = call.attributes.int("block_size", 2);
    if (size < 1) call.attributes.fail("block_size", "at least 1");
    const scale = (value: Size, up: boolean): Size => (value === null ? null : up ? value * size : value / size);
    const up = op === "DepthToSpace";
    const channels = places.channels === null ? null : up ? places.channels / sizeOf([size, size]) : places.channels * size * size;
    const value = call.b.op(op, [call.layout.in(input, places.order)], { blocksize: attr.int(size), ...(up && { mode: attr.string("DCR") }) });
    return call.value(value, places.shape(channels, places.sizes.map((one) => scale(one, up))), { order: places.order });
  };

export const spatialRules: NodeRules = {
  Conv1D: conv(1), Conv2D: conv(2), Conv3D: conv(3), _FusedConv2D: conv(2), FusedConv2D: conv(2),
  DepthwiseConv2dNative: depthwise, DepthwiseConv2d: depthwise, FusedDepthwiseConv2dNative: depthwise, _FusedDepthwiseConv2dNative: depthwise, Conv2DBackpropInput: transposed,
  MaxPool: pool("MaxPool", 2), MaxPool3D: pool("MaxPool", 3), AvgPool: pool("AveragePool", 2), AvgPool3D: pool("AveragePool", 3),
  FusedBatchNorm: batchNorm, FusedBatchNormV2: batchNorm, FusedBatchNormV3: batchNorm, LRN: lrn,
  ResizeBilinear: resize("linear"), ResizeNearestNeighbor: resize("nearest"), DepthToSpace: blocks("DepthToSpace"), SpaceToDepth: blocks("SpaceToDepth"),
};

import { attr } from "@vitrine/core";
import { placeOf } from "../build/held.js";
import { windowAttributes, windowSizes, type Window } from "../build/window.js";
import { checkSizes, noteGaps, paddingOf, placesOf } from "./conv.js";
import { held, type LayerRule } from "./call.js";

const pool =
  (op: "MaxPool" | "AveragePool", dims: number): LayerRule =>
  (call) => {
    const { input } = call;
    const places = placesOf(call, input, dims);
    const kernel = call.config.ints("pool_size", dims, 2);
    const padding = paddingOf(call);
    if (padding === "causal") call.config.fail("padding", "valid or same");
    const window: Window = { kernel, strides: call.config.ints("strides", dims, kernel), dilations: kernel.map(() => 1), padding };
    noteGaps(call, window, places.sizes);
    // Zeros around the input are not averaged in TensorFlow, and not in ONNX unless told.
    const value = call.b.op(op, [call.layout.in(input, places.order)], windowAttributes(window, places.sizes));
    const sizes = checkSizes(call, windowSizes(window, places.sizes));
    const first = places.order === undefined;
    const shape = first ? [input.shape[0]!, places.open, ...sizes] : [input.shape[0]!, ...sizes, places.open];
    return held(value, shape, places.order);
  };

/** Over all places. A reduction does it in whatever order the axes lie. */
const global =
  (op: "ReduceMax" | "ReduceMean", dims: number): LayerRule =>
  (call) => {
    const { input } = call;
    if (input.mask && op === "ReduceMean") call.fail(`it averages over a sequence whose steps the layer \`${input.mask.layer}\` masks, which Keras and TensorFlow.js do differently`);
    const places = placesOf(call, input, dims);
    const axes = Array.from({ length: dims }, (_, i) => i + (places.order === undefined ? 2 : 1));
    const keep = call.config.boolean("keepdims", false);
    const value = call.b.node(op, [input.value, call.b.ints(axes.map((axis) => placeOf(input, axis)).sort((a, b) => a - b))], { keepdims: attr.int(keep ? 1 : 0) })[0]!;
    if (keep) return held(value, input.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)), input.order);
    // Batch and channels are left, in the order in which they lay.
    const swapped = placeOf(input, 0) > placeOf(input, places.order === undefined ? 1 : dims + 1);
    return held(value, [input.shape[0]!, places.open], swapped ? [1, 0] : undefined);
  };

export const poolRules: Readonly<Record<string, LayerRule>> = {
  MaxPooling1D: pool("MaxPool", 1), MaxPooling2D: pool("MaxPool", 2), MaxPooling3D: pool("MaxPool", 3), MaxPool1D: pool("MaxPool", 1), MaxPool2D: pool("MaxPool", 2), MaxPool3D: pool("MaxPool", 3),
  AveragePooling1D: pool("AveragePool", 1), AveragePooling2D: pool("AveragePool", 2), AveragePooling3D: pool("AveragePool", 3), AvgPool1D: pool("AveragePool", 1), AvgPool2D: pool("AveragePool", 2), AvgPool3D: pool("AveragePool", 3),
  GlobalAveragePooling1D: global("ReduceMean", 1), GlobalAveragePooling2D: global("ReduceMean", 2), GlobalAveragePooling3D: global("ReduceMean", 3),
  GlobalMaxPooling1D: global("ReduceMax", 1), GlobalMaxPooling2D: global("ReduceMax", 2), GlobalMaxPooling3D: global("ReduceMax", 3),
  GlobalMaxPool1D: global("ReduceMax", 1), GlobalMaxPool2D: global("ReduceMax", 2), GlobalAvgPool1D: global("ReduceMean", 1), GlobalAvgPool2D: global("ReduceMean", 2),
};

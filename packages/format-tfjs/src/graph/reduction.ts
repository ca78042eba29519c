import { attr } from "@vitrine/core";
import { isInOrder, placeOf, type Order } from "../build/held.js";
import type { NodeCall, NodeRule, NodeRules, TfValue } from "./call.js";
import { scalarOf } from "./elementwise.js";

/** An axis counted from the front; -1 needs the rank. */
export function axisOf(call: NodeCall, input: TfValue, axis: number | undefined): number {
  const rank = input.shape?.length;
  if (axis === undefined || !Number.isInteger(axis)) return call.invalid("it has no axis");
  if (rank === undefined) return axis >= 0 ? axis : call.fail("the number of its input's axes is not known");
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive >= rank) call.invalid(`its axis ${axis} lies outside an input of ${rank} axes`);
  return positive;
}

/** The order of what is left without some axes. */
export function orderWithout(order: Order | undefined, removed: readonly number[]): Order | undefined {
  if (!order) return undefined;
  const left = order.filter((axis) => !removed.includes(axis));
  const sorted = [...left].sort((a, b) => a - b);
  const result = left.map((axis) => sorted.indexOf(axis));
  return isInOrder(result) ? undefined : result;
}

/** Reduces wherever the axes lie. */
const reduce =
  (op: string, after: (call: NodeCall, value: string) => string = (_, value) => value, before: (call: NodeCall, value: string) => string = (_, value) => value): NodeRule =>
  (call) => {
    const input = call.input(0);
    const keep = call.attributes.bool("keep_dims", call.attributes.bool("keepdims"));
    const given = call.numbers(1, "axes");
    const rank = input.shape?.length;
    // An empty list reduces nothing, where ONNX would reduce everything.
    if (given.length === 0) return input;
    const axes = rank === undefined ? [...given] : [...new Set(given.map((axis) => axisOf(call, input, axis)))];
    const places = rank === undefined ? axes : axes.map((axis) => placeOf(input, axis)).sort((a, b) => a - b);
    const value = after(call, call.b.op(op, [before(call, input.value), call.b.ints(places)], { keepdims: attr.int(keep ? 1 : 0) }));
    if (rank === undefined) return call.value(value);
    if (keep) return call.value(value, input.shape!.map((size, axis) => (axes.includes(axis) ? 1 : size)), { order: input.order });
    return call.value(value, input.shape!.filter((_, axis) => !axes.includes(axis)), { order: orderWithout(input.order, axes) });
  };

const asNumber = (call: NodeCall, value: string): string => call.b.cast(value, "float32", "Cast");
const asBool = (call: NodeCall, value: string): string => call.b.cast(value, "bool", "Cast");

const extreme =
  (op: "ArgMax" | "ArgMin"): NodeRule =>
  (call) => {
    const input = call.input(0);
    const axis = axisOf(call, input, call.inputs.length > 1 ? call.numbers(1, "axis")[0] : 0);
    const place = input.shape ? placeOf(input, axis) : axis;
    const value = call.b.op("Cast", [call.b.op(op, [input.value], { axis: attr.int(place), keepdims: attr.int(0) }, `${call.name}/${op}`)], { to: attr.int(6) });
    return call.value(value, input.shape?.filter((_, i) => i !== axis), { order: orderWithout(input.order, [axis]) });
  };

const cumulative: NodeRule = (call) => {
  const input = call.input(0);
  const axis = axisOf(call, input, call.numbers(1, "axis")[0]);
  const value = call.b.op("CumSum", [call.plain(0), call.b.scalar(axis, "int64")], { exclusive: attr.int(call.attributes.bool("exclusive") ? 1 : 0), reverse: attr.int(call.attributes.bool("reverse") ? 1 : 0) });
  return call.value(value, input.shape);
};

/** The product of an element with all before it. ONNX has no operator for it: after each step an element is the product of twice as many. */
const cumulativeProduct: NodeRule = (call) => {
  const { b } = call;
  const input = call.input(0);
  const axis = axisOf(call, input, call.numbers(1, "axis")[0]);
  const size = input.shape?.[axis] ?? call.fail("the size of its axis is not known, and its steps depend on it");
  const place = placeOf(input, axis);
  const reverse = call.attributes.bool("reverse");
  const shifted = (x: string, by: number): string => {
    const pads = new Array<number>(2 * input.shape!.length).fill(0);
    pads[reverse ? place + input.shape!.length : place] = by;
    const padded = b.op("Pad", [x, b.ints(pads), scalarOf(call, 1)]);
    return b.slice(padded, [reverse ? by : 0], [reverse ? size + by : size], [place]);
  };
  let value = call.attributes.bool("exclusive") ? shifted(input.value, 1) : input.value;
  for (let by = 1; by < size; by *= 2) value = b.mul(value, shifted(value, by));
  return value === input.value ? input : call.value(value, input.shape, { order: input.order });
};

/** The k largest along the last axis, with their indices. */
const topK: NodeRule = (call) => {
  const input = call.input(0);
  const k = call.numbers(1, "count")[0] ?? call.invalid("it does not say how many");
  const [values = "", indices = ""] = call.b.node("TopK", [call.plain(0), call.b.ints([k])], { sorted: attr.int(1) }, { outputs: ["TopK", `${call.name}/indices`] });
  const shape = input.shape?.map((size, axis) => (axis === input.shape!.length - 1 ? k : size));
  return [call.value(values, shape), call.value(call.b.cast(indices, "int32", "Cast"), shape)];
};

export const reductionRules: NodeRules = {
  Max: reduce("ReduceMax"), Min: reduce("ReduceMin"), Sum: reduce("ReduceSum"), Mean: reduce("ReduceMean"), Prod: reduce("ReduceProd"), EuclideanNorm: reduce("ReduceL2"),
  All: reduce("ReduceMin", asBool, asNumber), Any: reduce("ReduceMax", asBool, asNumber),
  ArgMax: extreme("ArgMax"), ArgMin: extreme("ArgMin"), Cumsum: cumulative, Cumprod: cumulativeProduct, TopKV2: topK,
};

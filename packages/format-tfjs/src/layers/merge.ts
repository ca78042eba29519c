import { attr } from "@vitrine/core";
import { placeOf, type Order, type Shape } from "../build/held.js";
import { broadcastShape } from "../build/layout.js";
import { held, type KerasValue, type LayerCall, type LayerRule } from "./call.js";

/** Inputs of one rank: Keras adds axes behind the batch, where broadcasting would add them in front. */
function sameRank(call: LayerCall): readonly KerasValue[] {
  if (call.inputs.length === 0) call.invalid("it has no inputs");
  const rank = Math.max(...call.inputs.map((input) => input.shape.length));
  return call.inputs.map((input) => {
    const missing = rank - input.shape.length;
    if (missing === 0) return input;
    const value = call.b.unsqueeze(call.layout.plain(input), Array.from({ length: missing }, (_, i) => i + 1));
    return { ...input, value, shape: [input.shape[0] ?? null, ...new Array<number>(missing).fill(1), ...input.shape.slice(1)], order: undefined };
  });
}

function check(call: LayerCall, shapes: readonly Shape[]): Shape {
  const shape = broadcastShape(shapes)!;
  for (const one of shapes) {
    if (one.some((size, axis) => size !== null && size !== 1 && shape[axis] !== null && size !== shape[axis])) call.invalid(`its inputs have the shapes ${shapes.map((each) => `[${each.map((size) => size ?? "?").join(", ")}]`).join(" and ")}`);
  }
  return shape;
}

const elementwise =
  (combine: (call: LayerCall, values: readonly string[]) => string): LayerRule =>
  (call) => {
    const inputs = sameRank(call);
    const shape = check(call, inputs.map((input) => input.shape));
    const { values, order } = call.layout.together(inputs);
    return held(combine(call, values), shape, order);
  };

const added = ({ b }: LayerCall, values: readonly string[]): string => (values.length === 2 ? b.op("Add", values) : b.op("Sum", values));
const inTurn =
  (op: string) =>
  ({ b }: LayerCall, values: readonly string[]): string =>
    values.length === 1 ? b.op("Identity", values) : values.reduce((left, right) => b.op(op, [left, right]));
const atOnce =
  (op: string) =>
  ({ b }: LayerCall, values: readonly string[]): string =>
    b.op(op, values);

const subtracted = (call: LayerCall, values: readonly string[]): string => {
  if (values.length !== 2) call.invalid(`it takes two inputs and is given ${values.length}`);
  return call.b.op("Sub", values);
};

const concatenate: LayerRule = (call) => {
  const [first] = call.inputs;
  if (!first) return call.invalid("it has no inputs");
  const axis = call.axisOf(first, call.config.has("axis") ? call.config.number("axis") : -1);
  const rank = first.shape.length;
  if (call.inputs.some((input) => input.shape.length !== rank)) call.invalid("its inputs have different numbers of axes");
  const sizes = call.inputs.map((input) => input.shape[axis] ?? null);
  const others = check(call, call.inputs.map((input) => input.shape.map((size, i) => (i === axis ? 1 : size))));
  const { values, order } = call.layout.together(call.inputs);
  const shape = others.map((size, i) => (i === axis ? (sizes.includes(null) ? null : sizes.reduce<number>((sum, one) => sum + one!, 0)) : size));
  const place = order ? order.indexOf(axis) : axis;
  return held(call.b.op("Concat", values, { axis: attr.int(place) }), shape, order);
};

/** Sums of products along one axis of each, per sample. */
const dot: LayerRule = (call) => {
  const { b } = call;
  const [left, right, ...more] = call.inputs;
  if (!left || !right || more.length > 0) return call.invalid(`it takes two inputs and is given ${call.inputs.length}`);
  if (left.shape.length > 3 || right.shape.length > 3 || left.shape.length < 2 || right.shape.length < 2) return call.fail("inputs of more than three axes have no counterpart in TensorFlow.js either");
  const given = call.config.get("axes") ?? -1;
  const [a, c] = Array.isArray(given) ? (given as unknown[]) : [given, given];
  const axes = [call.axisOf(left, typeof a === "number" ? a : NaN), call.axisOf(right, typeof c === "number" ? c : NaN)] as const;
  if (axes.includes(0)) call.invalid("it sums over the batch");
  const normalized = (input: KerasValue, axis: number): string => {
    const value = call.layout.plain(input);
    if (!call.config.boolean("normalize", false)) return value;
    const squares = b.reduceSum(b.mul(value, value, "Mul"), [axis], true);
    return b.div(value, b.sqrt(b.op("Max", [squares, b.scalar(1e-7)]), "Sqrt"), "Div");
  };
  /** The summed axis last, or before the last. */
  const matrix = (input: KerasValue, axis: number, last: boolean): string => {
    const value = normalized(input, axis);
    if (input.shape.length === 2) return b.unsqueeze(value, [last ? 1 : 2]);
    return (axis === 2) === last ? value : b.transpose(value, [0, 2, 1]);
  };
  const product = b.op("MatMul", [matrix(left, axes[0], true), matrix(right, axes[1], false)]);
  const kept = (input: KerasValue, axis: number): Shape => input.shape.filter((_, i) => i !== 0 && i !== axis);
  const shape = [left.shape[0] ?? null, ...kept(left, axes[0]), ...kept(right, axes[1])];
  if (shape.length === 1) return held(b.squeeze(product, [2]), [...shape, 1]);
  const single = [...(left.shape.length === 2 ? [1] : []), ...(right.shape.length === 2 ? [2] : [])];
  return held(single.length > 0 ? b.squeeze(product, single) : product, shape);
};

export const mergeRules: Readonly<Record<string, LayerRule>> = {
  Add: elementwise(added),
  Multiply: elementwise(inTurn("Mul")),
  Subtract: elementwise(subtracted),
  Average: elementwise((call, values) => call.b.op("Mean", values)),
  Maximum: elementwise(atOnce("Max")),
  Minimum: elementwise(atOnce("Min")),
  Concatenate: concatenate,
  Dot: dot,
};

/** A merge of two values by its name in Keras: what Bidirectional does with its halves. */
export function merged(call: LayerCall, mode: string, halves: readonly [KerasValue, KerasValue]): KerasValue | readonly KerasValue[] {
  const { values, order } = call.layout.together(halves);
  const [{ shape }] = halves;
  const last = shape.length - 1;
  const by = (combine: string, resultShape: Shape = shape, o: Order | undefined = order): KerasValue => held(combine, resultShape, o);
  switch (mode) {
    case "concat":
      return by(call.b.op("Concat", values, { axis: attr.int(placeOf(halves[0], last)) }), shape.map((size, axis) => (axis === last && size !== null ? size + (halves[1].shape[last] ?? 0) : size)));
    case "sum":
      return by(call.b.op("Add", values));
    case "mul":
      return by(call.b.op("Mul", values));
    case "ave":
      return by(call.b.op("Mean", values));
    default:
      return call.config.fail("merge_mode", "concat, sum, mul, ave or null");
  }
}

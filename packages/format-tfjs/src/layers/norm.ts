import { attr } from "@vitrine/core";
import { channelsFirst, type Order } from "../build/held.js";
import { floats, reshapedConstant } from "../weights/derived.js";
import { alike, type LayerCall, type LayerRule } from "./call.js";

const filled = (call: LayerCall, name: string, size: number, value: number): string => call.made(name, () => floats([size], new Float32Array(size).fill(value)));

const batchNormalization: LayerRule = (call) => {
  const { input } = call;
  const rank = input.shape.length;
  const given = call.config.get("axis");
  const axis = call.axisOf(input, typeof given === "number" ? given : Array.isArray(given) && given.length === 1 && typeof given[0] === "number" ? given[0] : given === undefined ? -1 : call.config.fail("axis", "one axis"));
  if (axis === 0) call.fail("it normalises along the batch");
  // ONNX normalises axis 1.
  const isSecond = input.order ? input.order[1] === axis : axis === 1;
  const order: Order | undefined = isSecond ? input.order : axis === rank - 1 && rank > 2 ? channelsFirst(rank) : [0, axis, ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== 0 && i !== axis)];
  const mean = call.weight("moving_mean", [input.shape[axis] ?? null]);
  const size = mean.shape[0]!;
  const inputs = [
    call.layout.in(input, order),
    call.config.boolean("scale", true) ? call.parameter("gamma", [size]) : filled(call, "ones", size, 1),
    call.config.boolean("center", true) ? call.parameter("beta", [size]) : filled(call, "zeros", size, 0),
    call.parameter("moving_mean", [size]),
    call.parameter("moving_variance", [size]),
  ];
  return { ...alike(input, call.b.op("BatchNormalization", inputs, { epsilon: attr.float(call.config.number("epsilon", 1e-3)) })), order };
};

const layerNormalization: LayerRule = (call) => {
  const { input } = call;
  const rank = input.shape.length;
  const given = call.config.get("axis") ?? -1;
  const axes = (Array.isArray(given) ? given : [given]).map((axis) => call.axisOf(input, typeof axis === "number" ? axis : NaN)).sort((a, b) => a - b);
  const [first = 0] = axes;
  const sizes = axes.map((axis) => input.shape[axis] ?? null);
  const epsilon = call.config.number("epsilon", 1e-3);
  const center = call.config.boolean("center", true);
  call.known(sizes, "the size that it normalises over");
  const scale = call.config.boolean("scale", true);
  if (scale && axes.every((axis, i) => axis === first + i) && axes.at(-1) === rank - 1) {
    const inputs = [call.layout.plain(input), call.parameter("gamma", sizes), ...(center ? [call.parameter("beta", sizes)] : [])];
    return { ...alike(input, call.b.op("LayerNormalization", inputs, { axis: attr.int(first), epsilon: attr.float(epsilon) })), order: undefined };
  }
  const { b } = call;
  const x = call.layout.plain(input);
  const shape = input.shape.map((dim, axis) => (axes.includes(axis) ? dim! : 1));
  const centred = b.sub(x, b.reduceMean(x, axes, true), "Sub");
  const variance = b.reduceMean(b.mul(centred, centred, "Mul"), axes, true);
  let value = b.div(centred, b.sqrt(b.add(variance, b.scalar(epsilon), "Add"), "Sqrt"), "Div");
  if (scale) value = b.mul(value, call.parameter("gamma", sizes, (weight) => reshapedConstant(weight, shape)), "Mul");
  if (center) value = b.add(value, call.parameter("beta", sizes, (weight) => reshapedConstant(weight, shape)), "Add");
  return { ...alike(input, value), order: undefined };
};

export const normRules: Readonly<Record<string, LayerRule>> = { BatchNormalization: batchNormalization, BatchNormalizationV1: batchNormalization, BatchNormalizationV2: batchNormalization, LayerNormalization: layerNormalization };

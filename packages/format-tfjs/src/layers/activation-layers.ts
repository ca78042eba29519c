import { attr } from "@vitrine/core";
import { placeOf } from "../build/held.js";
import { transposedConstant } from "../weights/derived.js";
import { activated } from "./activations.js";
import { alike, type LayerRule } from "./call.js";

const relu: LayerRule = (call) => {
  const { b, config, input } = call;
  const slope = config.number("negative_slope", 0);
  if (config.number("threshold", 0) !== 0) call.fail("a ReLU with a threshold has no counterpart");
  const most = config.has("max_value") ? config.number("max_value") : undefined;
  if (slope === 0) return alike(input, most === undefined ? b.op("Relu", [input.value]) : b.op("Clip", [input.value, b.scalar(0), b.scalar(most)]));
  const leaky = b.op("LeakyRelu", [input.value], { alpha: attr.float(slope) });
  return alike(input, most === undefined ? leaky : b.op("Min", [leaky, b.scalar(most)]));
};

const leakyRelu: LayerRule = (call) => alike(call.input, call.b.op("LeakyRelu", [call.input.value], { alpha: attr.float(call.config.number(call.config.has("negative_slope") ? "negative_slope" : "alpha", 0.3)) }));
const elu: LayerRule = (call) => alike(call.input, call.b.op("Elu", [call.input.value], { alpha: attr.float(call.config.number("alpha", 1)) }));
const thresholded: LayerRule = (call) => alike(call.input, call.b.op("ThresholdedRelu", [call.input.value], { alpha: attr.float(call.config.number("theta", 1)) }));

/** One slope per place and channel, of size 1 along the axes that share it. */
const prelu: LayerRule = (call) => {
  const { input } = call;
  const shared = call.config.array("shared_axes", []).map((axis) => call.axisOf(input, typeof axis === "number" ? axis : NaN));
  const sizes = input.shape.slice(1).map((size, i) => (shared.includes(i + 1) ? 1 : size));
  // The slopes have no batch axis; the others lie as the input's do, where its batch lies first.
  const order = input.order?.[0] === 0 ? input.order : undefined;
  const slope = call.parameter("alpha", sizes, (weight) => (order ? transposedConstant(weight, order.slice(1).map((axis) => axis - 1)) : weight), order ? `:${order.join("")}` : "");
  return { ...alike(input, call.b.op("PRelu", [call.layout.in(input, order), slope])), order };
};

const softmax: LayerRule = (call) => {
  const { input } = call;
  if (input.mask) call.fail(`the layer \`${input.mask.layer}\` masks steps of its input, which TensorFlow.js adds to it along another axis`);
  const given = call.config.get("axis") ?? 1;
  const axis = call.axisOf(input, typeof given === "number" ? given : Array.isArray(given) && given.length === 1 ? Number(given[0]) : NaN);
  return alike(input, call.b.softmax(input.value, placeOf(input, axis), "Softmax"));
};

export const activationRules: Readonly<Record<string, LayerRule>> = {
  Activation: (call) => activated(call, call.input), ReLU: relu, LeakyReLU: leakyRelu, PReLU: prelu, ELU: elu, ThresholdedReLU: thresholded, Softmax: softmax,
};

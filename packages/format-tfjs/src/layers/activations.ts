import { attr } from "@vitrine/core";
import { placeOf } from "../build/held.js";
import { isObject } from "../json/fields.js";
import { alike, type KerasValue, type LayerCall } from "./call.js";

type Activation = (call: LayerCall, input: KerasValue) => string;

const simple = (op: string): Activation => (call, { value }) => call.b.op(op, [value]);

const alongLast =
  (op: string): Activation =>
  (call, input) =>
    call.b.op(op, [input.value], { axis: attr.int(placeOf(input, input.shape.length - 1)) });

const bySigmoid: Activation = ({ b }, { value }) => b.mul(value, b.sigmoid(value), "Mul");

const activations: Readonly<Record<string, Activation>> = {
  relu: simple("Relu"),
  relu6: ({ b }, { value }) => b.op("Clip", [value, b.scalar(0), b.scalar(6)]),
  elu: simple("Elu"),
  selu: simple("Selu"),
  sigmoid: simple("Sigmoid"),
  hardsigmoid: simple("HardSigmoid"),
  tanh: simple("Tanh"),
  softplus: simple("Softplus"),
  softsign: simple("Softsign"),
  exponential: simple("Exp"),
  mish: simple("Mish"),
  gelu: simple("Gelu"),
  gelunew: (call, { value }) => call.b.op("Gelu", [value], { approximate: attr.string("tanh") }),
  swish: bySigmoid,
  silu: bySigmoid,
  softmax: alongLast("Softmax"),
  logsoftmax: alongLast("LogSoftmax"),
};

/** What ONNX's recurrent operators call them. */
const recurrent: Readonly<Record<string, string>> = {
  relu: "Relu", sigmoid: "Sigmoid", tanh: "Tanh", hardsigmoid: "HardSigmoid", elu: "Elu", softplus: "Softplus", softsign: "Softsign", linear: "Affine",
};

/** `hard_sigmoid`, `hardSigmoid` and { class_name: "HardSigmoid" } are one; nothing is `linear`. */
function activationName(call: LayerCall, key: string, fallback: string): string {
  const given = call.config.get(key);
  const named = isObject(given) ? (given["class_name"] ?? given["className"] ?? given["registered_name"]) : (given ?? fallback);
  if (typeof named !== "string") return call.config.fail(key, "the name of an activation");
  return named.replaceAll("_", "").toLowerCase();
}

/** The layer's own activation, after what it computes. */
export function activated(call: LayerCall, input: KerasValue, key = "activation", fallback = "linear"): KerasValue {
  const name = activationName(call, key, fallback);
  if (name === "linear") return input;
  const activation = Object.hasOwn(activations, name) ? activations[name] : undefined;
  if (!activation) return call.fail(`its activation \`${name}\` is not known (known: ${Object.keys(activations).join(", ")})`);
  return alike(input, activation(call, input));
}

/** The activation as an attribute of LSTM, GRU and RNN. */
export function recurrentActivation(call: LayerCall, key: string, fallback: string): string {
  const name = activationName(call, key, fallback);
  return (Object.hasOwn(recurrent, name) ? recurrent[name] : undefined) ?? call.fail(`its ${key.replace("_", " ")} \`${name}\` is none that recurrent operators of ONNX have (they have ${Object.keys(recurrent).join(", ")})`);
}

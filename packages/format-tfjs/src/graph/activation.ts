import { attr } from "@vitrine/core";
import type { NodeCall, TfValue } from "./call.js";
import { broadcasting } from "./elementwise.js";

/** What a fused operator does after its product: a bias, then an activation. */
export interface Fused {
  readonly bias: TfValue | undefined;
  activate(value: TfValue): TfValue;
}

const plain: Readonly<Record<string, string>> = { Relu: "Relu", Elu: "Elu", Sigmoid: "Sigmoid", Tanh: "Tanh", Selu: "Selu", Softplus: "Softplus" };

/** Reads `fused_ops`; the inputs behind the first two are its arguments. */
export function fusedOf(call: NodeCall): Fused {
  const names = call.attributes.texts("fused_ops");
  const args = call.inputs.slice(2);
  const bias = names[0]?.toLowerCase() === "biasadd" ? args.shift() : undefined;
  const rest = bias === undefined ? names : names.slice(1);
  if (names[0]?.toLowerCase() === "biasadd" && bias === undefined) call.invalid("it adds a bias, and none is among its inputs");
  if (rest.length > 1) call.fail(`it fuses ${names.map((name) => `\`${name}\``).join(", ")}, of which a bias and an activation are known`);
  const [name] = rest;
  return { bias, activate: (value) => (name === undefined ? value : activated(call, value, name, args[0])) };
}

function activated(call: NodeCall, input: TfValue, name: string, slope: TfValue | undefined): TfValue {
  const { b } = call;
  const make = (value: string): TfValue => call.value(value, input.shape, { order: input.order });
  const known = Object.keys(plain).find((one) => one.toLowerCase() === name.toLowerCase());
  if (known !== undefined) return make(b.op(plain[known]!, [input.value]));
  switch (name.toLowerCase()) {
    case "linear":
      return input;
    case "relu6":
      return make(b.op("Clip", [input.value, b.scalar(0), b.scalar(6)]));
    case "leakyrelu":
      return make(b.op("LeakyRelu", [input.value], { alpha: attr.float(call.attributes.number("leakyrelu_alpha", 0.2)) }));
    case "prelu":
      return slope ? broadcasting(call, [input, slope], (values) => b.op("PRelu", values)) : call.invalid("it has a PReLU, and no slopes are among its inputs");
    default:
      return call.fail(`its fused operator \`${name}\` is not known`);
  }
}

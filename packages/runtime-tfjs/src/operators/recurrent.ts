import type { Node } from "@vitrine/core";
import { Held } from "../value.js";
import { knownCurve } from "./curves.js";
import { nearHost } from "./heap.js";
import type { DeviceOperator, Operator } from "./operator.js";
import { byKernels } from "./recurrent-kernels.js";
import { layerOf, type RecurrentName } from "./recurrent-layer.js";
import { byLoop } from "./recurrent-loop.js";

export type { RecurrentName } from "./recurrent-layer.js";

const recurrent = (op: RecurrentName): DeviceOperator => (call) => {
  const layer = layerOf(op, call);
  const { y, h, c } = (nearHost() ? byLoop : byKernels)(layer);
  return [y, h, c].map((value) => value && Held.device("float32", value.shape, value));
};

const refuses = (node: Node): string | undefined => {
  const given = node.attributes["activations"];
  const unknown = given?.type === "strings" ? given.value.find((name) => !knownCurve(name)) : undefined;
  return unknown === undefined ? undefined : `\`${unknown}\` is no activation`;
};

const layer = (op: RecurrentName): Operator => ({ device: recurrent(op), reads: [4], refuses });

export const recurrences: Readonly<Record<RecurrentName, Operator>> = { LSTM: layer("LSTM"), GRU: layer("GRU"), RNN: layer("RNN") };

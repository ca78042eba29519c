import * as tf from "@tensorflow/tfjs-core";
import { floatAttr } from "@vitrine/core";
import type { Folding } from "../fold.js";
import type { Held } from "../value.js";
import type { Folded } from "./operator.js";

/** From the weights of a graph to those that a kernel takes. */
export interface Prepared {
  /** Names the form; two that differ have different names. */
  readonly name: string;
  /** [M, C / groups, …kernel]. */
  weights(): tf.Tensor;
  /** [M]. */
  readonly bias: tf.Tensor1D | undefined;
}

/**
 * Weights and bias of a convolution that does the work of what stands around it, made once.
 * @param turn from the weights as they are to [M, C / groups, …kernel], and its name
 */
export function prepared(weights: Held, bias: Held | undefined, groups: number, folded: Folded | undefined, turn: { readonly name: string; readonly apply: (w: tf.Tensor) => tf.Tensor }): Prepared {
  const plain = bias?.plain() as tf.Tensor1D | undefined;
  if (!folded) return { name: turn.name, weights: () => turn.apply(weights.plain()), bias: plain };
  const { before, after } = folded;
  const name = `${turn.name}|${folded.name}+${bias?.id ?? ""}`;
  const own = (): tf.Tensor => {
    const turned = turn.apply(weights.plain());
    const scaled = before.reduce((w, factor) => byInput(w, groups, factor.plain()), turned);
    return byOutput(scaled, scaleOf(after));
  };
  const shifted = after.length === 0 ? plain : (weights.form(`bias:${name}`, () => shift(plain, after, turn.apply(weights.plain()).shape[0]!)) as tf.Tensor1D);
  return { name, weights: own, bias: shifted };
}

/** The values of a folding. */
export function foldedOf(folding: Folding, held: (name: string) => Held): Folded {
  const before = folding.before.map(held);
  const after = folding.after.map(({ node, values }) => ({ node, values: values.map(held) }));
  return { before, after, name: [...before.map(({ id }) => `${id}>`), ...after.map(({ node, values }) => `>${node.op} ${values.map(({ id }) => id).join(" ")}`)].join("|") };
}

/** One number for each channel, or one for all. */
const list = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [x.size]);

/** What a batch normalisation multiplies by. */
const normalizing = (node: Folded["after"][number]["node"], [scale, , , variance]: readonly Held[]): tf.Tensor =>
  tf.div(list(scale!.plain()), tf.sqrt(tf.add(list(variance!.plain()), floatAttr(node, "epsilon", 1e-5))));

function scaleOf(after: Folded["after"]): tf.Tensor | undefined {
  return after.reduce<tf.Tensor | undefined>((scale, { node, values }) => {
    const factor = node.op === "Mul" ? list(values[0]!.plain()) : node.op === "BatchNormalization" ? normalizing(node, values) : undefined;
    return factor && scale ? tf.mul(scale, factor) : (factor ?? scale);
  }, undefined);
}

function shift(bias: tf.Tensor | undefined, after: Folded["after"], maps: number): tf.Tensor {
  return after.reduce<tf.Tensor>((sum, { node, values }) => {
    const value = list(values[0]!.plain());
    if (node.op === "Mul") return tf.mul(sum, value);
    if (node.op === "Add") return tf.add(sum, value);
    if (node.op === "Sub") return tf.sub(sum, value);
    const [, offset, mean] = values.map((each) => list(each.plain()));
    return tf.add(tf.mul(tf.sub(sum, mean!), normalizing(node, values)), offset!);
  }, bias ?? tf.zeros([maps]));
}

function byOutput(w: tf.Tensor, scale: tf.Tensor | undefined): tf.Tensor {
  if (!scale) return w;
  return tf.reshape(tf.mul(tf.reshape(w, [w.shape[0]!, -1]), tf.reshape(scale, [scale.size, 1])), w.shape);
}

function byInput(w: tf.Tensor, groups: number, factor: tf.Tensor): tf.Tensor {
  if (factor.size === 1) return tf.mul(w, list(factor));
  const [maps = 0, perGroup = 0] = w.shape;
  return tf.reshape(tf.mul(tf.reshape(w, [groups, maps / groups, perGroup, -1]), tf.reshape(factor, [groups, 1, perGroup, 1])), w.shape);
}

import * as tf from "@tensorflow/tfjs-core";
import { floatAttr, intAttr } from "@vitrine/core";
import { Refusal } from "../errors.js";
import { broadcastShape } from "../layout.js";
import { Held } from "../value.js";
import { spread } from "./kernels.js";
import { input, type DeviceOperator, type Operator } from "./operator.js";

const matMul: DeviceOperator = (call) => {
  const [a, b] = [input(call, 0), input(call, 1)];
  const [left, right] = [a.rank === 1 ? [1, ...a.shape] : a.shape, b.rank === 1 ? [...b.shape, 1] : b.shape];
  const [rows, inner, depth, columns] = [left.at(-2)!, left.at(-1)!, right.at(-2)!, right.at(-1)!];
  if (inner !== depth) throw new Refusal(`matrices of shapes [${a.shape.join(", ")}] and [${b.shape.join(", ")}] have no product`);
  const batch = broadcastShape([left.slice(0, -2), right.slice(0, -2), []]);
  const shape = [...batch, ...(a.rank === 1 ? [] : [rows]), ...(b.rank === 1 ? [] : [columns])];
  const size = shape.reduce((x, y) => x * y, 1);
  if (size === 0 || inner === 0) return [Held.device(a.dtype, shape, tf.zeros(shape))];
  // One matrix for all samples: a single product is many times faster than one of each.
  const flat = right.length === 2;
  const x = tf.reshape(a.plain(), flat ? [left.slice(0, -1).reduce((p, q) => p * q, 1), inner] : [...left]);
  // tfjs takes the batches of two operands for the same order where each lacks some of them: then they are spread before.
  const full = (value: tf.Tensor, own: readonly number[]): tf.Tensor => {
    const count = own.slice(0, -2).reduce((p, q) => p * q, 1);
    const wanted = [...batch, ...own.slice(-2)];
    return count === 1 || count === batch.reduce((p, q) => p * q, 1) ? value : spread(value, wanted);
  };
  const matrices = tf.reshape(b.plain(), [...right]);
  const product = flat ? tf.matMul(x, matrices) : tf.matMul(full(x, left), full(matrices, right));
  return [Held.device(a.dtype, shape, tf.reshape(product, shape))];
};

const gemm: DeviceOperator = (call) => {
  const [a, b, c] = [input(call, 0), input(call, 1), call.inputs[2]];
  const [turnA, turnB] = [intAttr(call.node, "transA", 0) !== 0, intAttr(call.node, "transB", 0) !== 0];
  const [alpha, beta] = [floatAttr(call.node, "alpha", 1), floatAttr(call.node, "beta", 1)];
  const [rows, columns] = [a.shape[turnA ? 1 : 0]!, b.shape[turnB ? 0 : 1]!];
  if (a.shape[turnA ? 0 : 1] !== b.shape[turnB ? 1 : 0]) throw new Refusal(`matrices of shapes [${a.shape.join(", ")}] and [${b.shape.join(", ")}] have no product`);
  if (rows * columns === 0 || a.size === 0) return [Held.device(a.dtype, [rows, columns], tf.zeros([rows, columns]))];
  // Turned once: kernels are fastest on matrices as they lie.
  const right = (turnB ? b.form("turned", () => tf.transpose(b.plain())) : b.plain()) as tf.Tensor2D;
  const left = (turnA ? tf.transpose(a.plain()) : a.plain()) as tf.Tensor2D;
  const scaled = alpha === 1 ? left : tf.mul(left, alpha);
  const bias = c?.plain();
  const plainBias = c && bias && beta === 1 && c.size === columns && c.shape.at(-1) === columns ? tf.reshape<tf.Rank.R1>(bias, [columns]) : undefined;
  const product = tf.fused.matMul({ a: scaled, b: right, ...(plainBias && { bias: plainBias }), ...(plainBias && call.fused && { activation: call.fused }) });
  const sum = bias && !plainBias ? tf.add(product, beta === 1 ? bias : tf.mul(bias, beta)) : product;
  const activated = plainBias || !call.fused ? sum : call.fused === "relu" ? tf.relu(sum) : tf.relu6(sum);
  return [Held.device(a.dtype, [rows, columns], activated)];
};

export type ProductName = "MatMul" | "Gemm";

export const products: Readonly<Record<ProductName, Operator>> = { MatMul: { device: matMul }, Gemm: { device: gemm } };

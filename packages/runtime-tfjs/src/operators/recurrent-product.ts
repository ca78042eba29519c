import * as tf from "@tensorflow/tfjs-core";
import { floatsOf, looped } from "./heap.js";
import { input } from "./operator.js";
import { matrixOf, type Layer } from "./recurrent-layer.js";

/** A matrix times one vector of each sample. */
export type Product = (vectors: Float32Array, to: Float32Array) => void;

/** W·x of all steps and samples, with a bias: [rows as they lie in x, gates · hidden]. */
export function inputProduct(layer: Layer, direction: number, bias: tf.Tensor1D | undefined): tf.Tensor {
  const { call, gates, hidden, steps, batch, features } = layer;
  const x = tf.reshape<tf.Rank.R2>(input(call, 0).plain(), [steps * batch, features]);
  if (tf.getBackend() === "wasm") return tf.fused.matMul({ a: x, b: matrixOf(layer, 1, direction, 0, gates), ...(bias && { bias }) });
  const count = gates * hidden;
  const product = looped([steps * batch, count], "float32", [x, input(call, 1).plain()], (to, [vectors, w]) => byRows(w as Float32Array, direction * count * features, features, count)(vectors as Float32Array, to as Float32Array));
  return bias ? tf.add(product, bias) : product;
}

/** The part of R that makes `count` gates, from `gate` on, times vectors [batch · hidden]; gives [batch · count · hidden]. */
export function stateProduct(layer: Layer, direction: number, gate: number, count: number): Product {
  const { call, gates, batch, hidden } = layer;
  if (tf.getBackend() === "wasm") return byKernel(matrixOf(layer, 2, direction, gate, count), batch);
  return byRows(floatsOf(input(call, 2).plain()), (direction * gates + gate) * hidden * hidden, hidden, count * hidden);
}

/** tfjs's kernel and nothing around it: 128 × 512 numbers take it 6 µs, `matMul` 9, a loop of ours 40. */
function byKernel(matrix: tf.Tensor2D, batch: number): Product {
  const kernel = tf.getKernel("BatchMatMul", "wasm")!.kernelFunc;
  const backend = tf.backend();
  const a = tf.zeros([batch, matrix.shape[0]]);
  return (vectors, to) => {
    floatsOf(a).set(vectors);
    const product = kernel({ inputs: { a, b: matrix }, backend, attrs: { transposeA: false, transposeB: false } }) as tf.TensorInfo;
    to.set(floatsOf(product));
    backend.disposeData(product.dataId);
  };
}

/** `count` rows of `length` numbers each, from `begin` on; four at once, so that a sum need not wait for itself. On cpu a third of the time of tfjs's kernel. */
function byRows(matrix: Float32Array, begin: number, length: number, count: number): Product {
  return (vectors, to) => {
    for (let at = 0, out = 0; at < vectors.length; at += length, out += count) {
      let [i, row] = [0, begin];
      for (; i + 4 <= count; i += 4, row += 4 * length) {
        const [row1, row2, row3] = [row + length, row + 2 * length, row + 3 * length];
        let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
        for (let k = 0; k < length; k++) {
          const x = vectors[at + k]!;
          sum0 += x * matrix[row + k]!;
          sum1 += x * matrix[row1 + k]!;
          sum2 += x * matrix[row2 + k]!;
          sum3 += x * matrix[row3 + k]!;
        }
        to[out + i] = sum0;
        to[out + i + 1] = sum1;
        to[out + i + 2] = sum2;
        to[out + i + 3] = sum3;
      }
      for (; i < count; i++, row += length) {
        let sum = 0;
        for (let k = 0; k < length; k++) sum += vectors[at + k]! * matrix[row + k]!;
        to[out + i] = sum;
      }
    }
  };
}

import * as tf from "@tensorflow/tfjs-core";

/**
 * Compositions that are many times faster on wasm (and no slower elsewhere) than the kernels they stand for. 400,000 numbers on one
 * core, tfjs 4.22.0: Tile 105 ms, StridedSlice 43 ms, Gather 46 to 70 ms, comparisons and LogicalAnd 1.9 ms each; Multiply .07, Step .08.
 */

/** Broadcast to a shape. */
export function spread(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  if (x.rank === shape.length && x.shape.every((dim, axis) => dim === shape[axis])) return x;
  const target = [...shape];
  if (x.dtype === "bool") return tf.cast(tf.mul(tf.cast(x, "float32"), tf.fill(target, 1)), "bool");
  return tf.mul(x, tf.fill(target, 1, x.dtype as "float32"));
}

/** `where`, which would broadcast by Tile, of any rank. */
export function select(condition: tf.Tensor, yes: tf.Tensor, no: tf.Tensor): tf.Tensor {
  const shape = [condition, yes, no].map((x) => x.shape).reduce((a, b) => tf.broadcast_util.assertAndGetBroadcastShape(a, b));
  const [c, a, b] = [spread(condition, shape), spread(yes, shape), spread(no, shape)];
  if (shape.length <= 4) return tf.where(c, a, b);
  // GPU kernels take four axes at most.
  const flat = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [x.size]);
  return tf.reshape(tf.where(flat(c), flat(a), flat(b)), shape);
}

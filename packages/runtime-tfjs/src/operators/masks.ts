import * as tf from "@tensorflow/tfjs-core";
import { floats } from "../floats.js";
import { align } from "../layout.js";
import { Held } from "../value.js";
import { input, type Operator } from "./operator.js";
import { neighbour, positive } from "./truths.js";

/** A bound of a mask; an open one is not part of what passes. */
export interface Bound {
  readonly value: number;
  readonly open: boolean;
}

/** 1 where y lies between the bounds, else 0. `sign` is 1 where a number is positive, else 0. */
function between(y: tf.Tensor, low: Bound | undefined, high: Bound | undefined, sign: (d: tf.Tensor) => tf.Tensor): tf.Tensor {
  if (tf.getBackend() !== "wasm") {
    const above = low && (low.open ? tf.greater(y, low.value) : tf.greaterEqual(y, low.value));
    const below = high && (high.open ? tf.less(y, high.value) : tf.lessEqual(y, high.value));
    return floats(above && below ? tf.logicalAnd(above, below) : (above ?? below)!);
  }
  // y ≥ n where y is more than the float below n.
  const least = low && (low.open ? low.value : neighbour(low.value, false));
  const most = high && (high.open ? high.value : neighbour(high.value, true));
  const over = least === undefined ? undefined : least === 0 ? y : tf.sub(y, least);
  const under = most === undefined ? undefined : tf.sub(most, y);
  if (!over || !under) return sign((over ?? under)!);
  // One of two factors is 1 or more where both are positive, and at least one is positive: the product has the sign of both.
  return most! - least! >= 2 ? sign(tf.mul(over, under)) : tf.mul(sign(over), sign(under));
}

/**
 * `Mul(g, Cast(y > low and y < high))` as one: inputs g and y. What an activation's derivative lets through.
 * @param finite that y is known to hold no NaN, which Step would keep
 */
export const mask = (low: Bound | undefined, high: Bound | undefined, finite: boolean): Operator => ({
  device: (call) => {
    const [g, y] = [input(call, 0), input(call, 1)];
    const { tensors, layout, shape } = align([g, y]);
    return [Held.device(g.dtype, shape, tf.mul(tensors[0]!, between(tensors[1]!, low, high, finite ? tf.step : positive)), layout)];
  },
});

import * as tf from "@tensorflow/tfjs-core";
import { sizeOf } from "@vitrine/core";
import { align, axisIn, shapeIn } from "../layout.js";
import { Held } from "../value.js";
import { looped, nearHost, type Numbers } from "./heap.js";
import { select } from "./kernels.js";
import { input, type Operator } from "./operator.js";
import { strided } from "./pieces.js";
import { positive } from "./truths.js";

/** What stays where `a` and `b` differ, on wasm: NaN in a or b counts as equal. */
const kept = (a: tf.Tensor, b: tf.Tensor, left: tf.Tensor): tf.Tensor => tf.mul(left, positive(tf.abs(tf.sub(a, b))));

/**
 * `taken = Where(Equal(a, b), left, 0)` and `rest = Sub(left, taken)` as one: inputs a, b and left; outputs taken and rest. How a pooling's
 * cotangent finds its maximum. What is NaN in a or b counts as equal on wasm; what is infinite in both does so everywhere.
 */
export const switching: Operator = {
  device: (call) => {
    const given = [input(call, 0), input(call, 1), input(call, 2)];
    const { tensors, layout, shape } = align(given);
    const [a, b, left] = tensors as [tf.Tensor, tf.Tensor, tf.Tensor];
    if (call.backend === "wasm" && given.every((value) => value.dtype === "float32")) {
      const rest = kept(a, b, left);
      return [Held.device("float32", shape, tf.sub(left, rest), layout), Held.device("float32", shape, rest, layout)];
    }
    const taken = select(tf.equal(a, b), left, tf.zerosLike(left));
    return [Held.device(given[2]!.dtype, shape, taken, layout), Held.device(given[2]!.dtype, shape, tf.sub(left, taken), layout)];
  },
};

/** A switch between two places of every window along an axis, and where its parts go. */
export interface Weaving {
  /** Of the windows, in ONNX's order. */
  readonly axis: number;
  /** What each part is shaped as before they are joined: `axis + 1` holds 1. */
  readonly column: readonly number[];
  /** Of the result. */
  readonly whole: readonly number[];
  /** How many of the first input's elements along the axis are compared, every second from the first on; undefined where all are. */
  readonly every2nd: number | undefined;
}

/**
 * `switching` and what puts both parts side by side along an axis, as one: inputs a, b and left. How a cotangent goes back through a
 * pooling of two by two, axis by axis. 36,000 windows on wasm: one pass instead of a slice, five kernels and a copy.
 */
export const weaving = (how: Weaving): Operator => ({
  device: (call) => {
    const given = [input(call, 0), input(call, 1), input(call, 2)] as const;
    const [a, b, left] = given;
    const windows = how.column.filter((_, axis) => axis !== how.axis + 1);
    const fits = (value: Held, length: (dim: number) => boolean): boolean => value.rank === windows.length && value.shape.every((dim, axis) => (axis === how.axis ? length(dim) : dim === windows[axis]));
    const count = windows[how.axis]!;
    const regular = [b, left].every((value) => fits(value, (dim) => dim === count)) && fits(a, (dim) => (how.every2nd === undefined ? dim : Math.min(how.every2nd, Math.ceil(dim / 2))) === count);
    // Some other computation of the same form.
    if (!regular || given.some((value) => value.dtype !== "float32") || left.size === 0) {
      return [Held.device(left.dtype, how.whole, joined(parts(compared(a.plain(), how.axis, how.every2nd), b.plain(), left.plain()), how))];
    }
    const layout = left.layout === "last" || b.layout === "last" ? "last" : "plain";
    const axis = axisIn(layout, how.axis, windows.length);
    const [source, top, g] = given.map((value) => value.in(layout)) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const shape = shapeIn(layout, how.whole);
    if (nearHost()) return [Held.device("float32", how.whole, woven(source, top, g, axis, shape, how.every2nd === undefined ? 1 : 2), layout)];
    const rows = [sizeOf(g.shape.slice(0, axis + 1)), sizeOf(g.shape.slice(axis + 1))];
    const sides = parts(compared(source, axis, how.every2nd), top, g).map((part) => tf.reshape(part, rows));
    return [Held.device("float32", how.whole, tf.reshape(tf.concat(sides, 1), shape), layout)];
  },
});

/** In ONNX's order. */
const joined = (sides: readonly tf.Tensor[], { axis, column, whole }: Weaving): tf.Tensor => tf.reshape(tf.concat(sides.map((part) => tf.reshape(part, [...column])), axis + 1), [...whole]);

function compared(x: tf.Tensor, axis: number, count: number | undefined): tf.Tensor {
  if (count === undefined) return x;
  return strided(x, x.shape.map(() => 0), x.shape.map((dim, i) => (i === axis ? Math.min(count, Math.ceil(dim / 2)) : dim)), x.shape.map((_, i) => (i === axis ? 2 : 1)));
}

function parts(a: tf.Tensor, b: tf.Tensor, left: tf.Tensor): tf.Tensor[] {
  const taken = select(tf.equal(a, b), left, tf.zerosLike(left));
  return [taken, tf.sub(left, taken)];
}

/**
 * Bit by bit, since a branch that nobody can foretell costs more than all the rest: two floats are equal where their bits are, or where
 * both are a zero. NaN equals itself here.
 */
function woven(source: tf.Tensor, top: tf.Tensor, left: tf.Tensor, axis: number, shape: readonly number[], step: number): tf.Tensor {
  const [outer, count, inner] = [sizeOf(left.shape.slice(0, axis)), left.shape[axis]!, sizeOf(left.shape.slice(axis + 1))];
  const along = source.shape[axis]!;
  return looped(shape, "float32", [source, top, left], (to, from) => {
    const [s, t, g] = from.map(bitsOf) as [Int32Array, Int32Array, Int32Array];
    const out = bitsOf(to);
    let [window, at] = [0, 0];
    for (let o = 0; o < outer; o++) {
      for (let k = 0; k < count; k++, at += inner) {
        const place = (o * along + k * step) * inner;
        for (let c = 0; c < inner; c++, window++, at++) {
          const x = s[place + c]!;
          const y = t[window]!;
          const value = g[window]!;
          const differs = x ^ y;
          const nonZero = (x | y) << 1;
          const rest = ((differs | -differs) & (nonZero | -nonZero)) >> 31;
          out[at] = value & ~rest;
          out[at + inner] = value & rest;
        }
      }
    }
  });
}

const bitsOf = (numbers: Numbers): Int32Array => new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length);

import * as tf from "@tensorflow/tfjs";

export const side = 14;
export const classes = ["red disc", "red cross", "blue disc", "blue cross"];

/**
 * Numbers from 0 to 1, the same at every run.
 * @param {number} seed
 */
function dice(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * A disc or a cross somewhere on noise: [side, side, 3], 0 to 1.
 * @param {number} kind
 * @param {() => number} random
 */
function draw(kind, random) {
  const picture = Float32Array.from({ length: side * side * 3 }, () => 0.25 + 0.3 * random());
  const [y, x, radius] = [4 + random() * (side - 9), 4 + random() * (side - 9), 2.5 + random() * 1.5];
  const colour = kind < 2 ? [0.9, 0.15, 0.15] : [0.15, 0.25, 0.9];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [dy, dx] = [row - y, column - x];
      const inside = kind % 2 === 0 ? Math.hypot(dy, dx) < radius : Math.min(Math.abs(dy), Math.abs(dx)) < 1 && Math.max(Math.abs(dy), Math.abs(dx)) < radius + 0.5;
      if (inside) colour.forEach((value, channel) => (picture[(row * side + column) * 3 + channel] = value));
    }
  }
  return picture;
}

/**
 * Pictures and what they are, as `fit` takes them. Other seeds are other pictures.
 * @param {number} count
 * @param {number} seed
 */
export function drawn(count, seed) {
  const random = dice(seed);
  const kinds = Array.from({ length: count }, (_, i) => i % classes.length);
  const data = new Float32Array(count * side * side * 3);
  kinds.forEach((kind, i) => data.set(draw(kind, random), i * side * side * 3));
  return { xs: tf.tensor4d(data, [count, side, side, 3]), ys: tf.oneHot(tf.tensor1d(kinds, "int32"), classes.length) };
}

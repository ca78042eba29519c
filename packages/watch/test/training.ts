import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
// tfjs-layers uses the methods of tensors in places, as the union package provides them.
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { seededRandom } from "@vitrine/core";

export { tf, tfl };
export const { layers } = tfl;

tf.enableProdMode();

/** Pictures of bars, upright or level, with some noise, and which they are. */
export function bars(count: number, side = 10, seed = 3): { xs: tf.Tensor4D; ys: tf.Tensor2D } {
  const random = seededRandom(seed);
  const data = new Float32Array(count * side * side);
  const labels = new Float32Array(count * 2);
  for (let i = 0; i < count; i++) {
    const kind = random.below(2);
    const at = 1 + random.below(side - 2);
    labels[i * 2 + kind] = 1;
    for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) data[(i * side + y) * side + x] = ((kind === 0 ? x : y) === at ? 1 : 0) + 0.1 * random.normal();
  }
  return { xs: tf.tensor4d(data, [count, side, side, 1]), ys: tf.tensor2d(labels, [count, 2]) };
}

const seeded = (seed: number) => tfl.initializers.glorotUniform({ seed });

/** A small convolutional network with every kind of weight that training changes. */
export function smallNetwork(side = 10): tfl.Sequential {
  const model = tfl.sequential({
    name: "small",
    layers: [
      layers.conv2d({ inputShape: [side, side, 1], filters: 6, kernelSize: 3, activation: "relu", name: "conv1", kernelInitializer: seeded(1) }),
      layers.batchNormalization({ name: "norm" }),
      layers.depthwiseConv2d({ kernelSize: 3, activation: "relu", name: "deep", depthwiseInitializer: seeded(2) }),
      layers.maxPooling2d({ poolSize: 2, name: "pool" }),
      layers.conv2d({ filters: 4, kernelSize: 2, padding: "same", activation: "relu", name: "conv2", kernelInitializer: seeded(3) }),
      layers.flatten({ name: "flat" }),
      layers.dense({ units: 2, activation: "softmax", name: "classes", kernelInitializer: seeded(4) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss: "categoricalCrossentropy" });
  return model;
}

/** A network of products only: what tfjs can train on wasm. */
export function denseNetwork(features = 6): tfl.Sequential {
  const model = tfl.sequential({
    name: "products",
    layers: [layers.dense({ inputShape: [features], units: 8, activation: "relu", name: "hidden", kernelInitializer: seeded(5) }), layers.dense({ units: 2, activation: "softmax", name: "classes", kernelInitializer: seeded(6) })],
  });
  model.compile({ optimizer: tf.train.sgd(0.1), loss: "categoricalCrossentropy" });
  return model;
}

export function rows(count: number, features = 6, seed = 5): { xs: tf.Tensor2D; ys: tf.Tensor2D } {
  const random = seededRandom(seed);
  const data = Float32Array.from({ length: count * features }, () => random.normal());
  const labels = new Float32Array(count * 2);
  for (let i = 0; i < count; i++) labels[i * 2 + (data[i * features]! + data[i * features + 1]! > 0 ? 1 : 0)] = 1;
  return { xs: tf.tensor2d(data, [count, features]), ys: tf.tensor2d(labels, [count, 2]) };
}

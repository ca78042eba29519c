import * as tf from "@tensorflow/tfjs";
import { classes, side } from "./pictures.js";

const { layers } = tf;

/** Two convolutions and a choice among the classes, begun the same at every run. */
export function network() {
  const begin = (/** @type {number} */ seed) => tf.initializers.heNormal({ seed });
  const model = tf.sequential({
    name: "shapes",
    layers: [
      layers.conv2d({ inputShape: [side, side, 3], filters: 8, kernelSize: 5, activation: "relu", name: "edges", kernelInitializer: begin(1) }),
      layers.maxPooling2d({ poolSize: 2, name: "pool" }),
      layers.conv2d({ filters: 8, kernelSize: 3, activation: "relu", name: "parts", kernelInitializer: begin(2) }),
      layers.globalMaxPooling2d({ name: "found" }),
      layers.dense({ units: classes.length, activation: "softmax", name: "classes", kernelInitializer: begin(3) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

import * as tf from "@tensorflow/tfjs";
// Training runs in plain JavaScript here; where wasm is registered, watching is done by that, and costs next to nothing.
import "@tensorflow/tfjs-backend-wasm";
import { watchTraining } from "@vitrine/watch";
import { network } from "./network.js";
import { drawn } from "./pictures.js";

/**
 * Trains the network and watches it. Returns what was found, and the network in numbers.
 * @param {number} epochs
 * @param {(line: string) => void} tell
 */
export async function train(epochs, tell) {
  tf.enableProdMode();
  await tf.setBackend("cpu");
  const model = network();
  const { xs, ys } = drawn(160, 1);
  const watch = watchTraining(model, { inputs: drawn(32, 2).xs });
  const progress = { onEpochEnd: async (/** @type {number} */ epoch, /** @type {tf.Logs | undefined} */ logs) => tell(`epoch ${epoch + 1} of ${epochs}: loss ${logs?.loss?.toFixed(3)}, right ${share(logs?.acc)}`) };
  await model.fit(xs, ys, { epochs, batchSize: 16, verbose: 0, callbacks: [progress, watch] });
  const numbers = { layers: model.layers.length, parameters: model.countParams(), inputs: model.inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape })) };
  return { reports: await watch.findings(), numbers };
}

/**
 * What is seen without looking at a picture.
 * @param {import("@vitrine/watch").WatchReports} reports
 */
export function say({ activation }) {
  const { trainingSeconds, watchingSeconds } = /** @type {any} */ (activation.facts.watching);
  /** @type {{ layer: string, sparsity: number[], dead: number[] }[]} */
  const all = /** @type {any} */ (activation.facts.checkpoints).layers;
  const rectifiers = all.filter(({ sparsity }) => sparsity[0] !== null);
  return [
    `Training took ${trainingSeconds.toFixed(1)} s, watching it ${watchingSeconds.toFixed(1)} s (${((100 * watchingSeconds) / trainingSeconds).toFixed(1)} %).`,
    ...rectifiers.map(({ layer, sparsity, dead }) => `${layer}: ${share(sparsity.at(0))} zeros before, ${share(sparsity.at(-1))} after; ${share(dead.at(-1))} of its units are dead.`),
  ];
}

const share = (value = NaN) => `${(100 * value).toFixed(0)} %`;

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createEngine, float32, toFloat32 } from "@vitrine/core";
import { fileSource } from "@vitrine/files-node";
import { onnxPlugin } from "@vitrine/format-onnx";
import { weights } from "@vitrine/method-weights";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { labels, picture, side } from "./pictures.js";

const models = new URL("../models/", import.meta.url);

/** The networks, the way of Krizhevsky and others first. */
export const names = /** @type {const} */ (["eleven-by-four", "seven-by-two"]);

/**
 * What `weights` notices in the first layer of a network, how its filters are sorted, and how often the network is right.
 * @param {typeof names[number]} name
 * @param {{ unseen?: number }} [options] how many pictures that it has not been trained on it is asked about (default: none)
 */
export async function look(name, { unseen = 0 } = {}) {
  const engine = createEngine({ runtime: onnxNode({ providers: ["cpu"] }), plugins: [onnxPlugin] });
  try {
    const model = await engine.load(fileSource(fileURLToPath(new URL(`${name}.onnx`, models))));
    const [first] = await model.layers(pictures(0, 1).feeds);
    const report = await engine.run(weights, { model, params: { layers: [first.name] } });
    const trained = /** @type {{ accuracy: number, trained: number, unseen: number }} */ (JSON.parse(await readFile(new URL("results.json", models), "utf8"))[name]);
    return { name, report, shape: shapeOf(report), trained, measured: unseen === 0 ? undefined : await accuracy(model, unseen) };
  } finally {
    await engine.dispose();
  }
}

/**
 * What was noticed, and what was measured of the first layer, out of the facts of `weights`.
 * @param {import("@vitrine/core").Report} report
 */
function shapeOf({ facts }) {
  const [bank] = /** @type {{ kernel: number[], filters: number, firstLayer: { filters: { class: string | null }[], bands: { low: number, middle: number, high: number }, aliasing: { stride: number[], share: number, ofNoise: number } } }[]} */ (facts["filters"]);
  /** @type {Record<string, number>} */
  const classes = {};
  for (const filter of bank.firstLayer.filters) classes[filter.class ?? "dead"] = (classes[filter.class ?? "dead"] ?? 0) + 1;
  const noticed = /** @type {{ finding: string, says: string }[]} */ (facts["noticed"]);
  return { kernel: bank.kernel, filters: bank.filters, classes, bands: bank.firstLayer.bands, aliasing: bank.firstLayer.aliasing, noticed };
}

/**
 * The share of pictures of a new set that a model names rightly.
 * @param {import("@vitrine/core").Model} model
 * @param {number} count
 */
async function accuracy(model, count) {
  let right = 0;
  const batch = 20;
  for (let start = 0; start < count; start += batch) {
    const size = Math.min(batch, count - start);
    const { feeds, answers } = pictures(start, size);
    const results = await model.run(model.graph, feeds);
    const logits = toFloat32(/** @type {import("@vitrine/core").Tensor} */ (results[model.output.name]));
    for (let i = 0; i < size; i++) {
      const row = logits.subarray(i * labels.length, (i + 1) * labels.length);
      if (row.indexOf(Math.max(...row)) === answers[i]) right++;
    }
  }
  return right / count;
}

/**
 * Pictures of a new set, as the networks were trained on others: RGB, (pixel / 255 − .5) / .25.
 * @param {number} start
 * @param {number} count
 */
function pictures(start, count) {
  const answers = [];
  const data = new Float32Array(count * 3 * side * side);
  for (let i = 0; i < count; i++) {
    const { label, rgb } = picture("unseen", start + i);
    answers.push(label);
    for (let at = 0; at < side * side; at++) for (let c = 0; c < 3; c++) data[(i * 3 + c) * side * side + at] = (rgb[3 * at + c] / 255 - 0.5) / 0.25;
  }
  return { feeds: { image: float32([count, 3, side, side], data) }, answers };
}

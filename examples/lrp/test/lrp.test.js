import assert from "node:assert/strict";
import { test } from "node:test";
import { autodiffPlugin } from "@vitrine/autodiff";
import { attr, createEngine, float32, GraphBuilder, seededRandom, sizeOf, toNumbers } from "@vitrine/core";
import { createReferenceRuntime, graphPlugin, graphSource, residual, showReport, testMethod, tinyConvNet } from "@vitrine/testing";
import plugin, { lrp } from "../src/index.js";

/** @typedef {import("@vitrine/core").Graph} Graph @typedef {import("@vitrine/core").Tensor} Tensor */

const random = (/** @type {readonly number[]} */ shape, /** @type {number} */ seed) => {
  const source = seededRandom(seed);
  return float32(shape, Float32Array.from({ length: sizeOf(shape) }, () => source.normal()));
};

/** @param {Graph} graph @param {Record<string, Tensor>} input @param {object} [params] @param {import("@vitrine/core").Targets} [target] */
async function run(graph, input, params = {}, target = { kind: "class", index: 2 }) {
  const engine = createEngine({ runtime: createReferenceRuntime(), plugins: [graphPlugin, autodiffPlugin, plugin] });
  try {
    return await engine.run("lrp", { model: await engine.load(graphSource(graph)), input, target, params });
  } finally {
    await engine.dispose();
  }
}

/** conv – ReLU – conv with stride – ReLU – max pool – dense, with biases of that size. @param {number} bias */
function network(bias) {
  const b = new GraphBuilder();
  const conv = (/** @type {string} */ x, /** @type {number} */ to, /** @type {number} */ from, /** @type {number} */ stride) =>
    b.relu(b.op("Conv", [x, b.constant(random([to, from, 3, 3], to)), b.constant(float32([to], Array.from(random([to], to + 1).data, (v) => bias * v)))], {
      kernel_shape: attr.ints([3, 3]), pads: attr.ints([1, 1, 1, 1]), strides: attr.ints([stride, stride]),
    }));
  const pooled = b.op("MaxPool", [conv(conv(b.input("x", "float32", ["N", 3, 9, 9]), 6, 3, 1), 8, 6, 2)], { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]) });
  return b.build({ outputs: [b.op("Gemm", [b.reshape(pooled, [0, -1]), b.constant(random([32, 5], 9)), b.constant(float32([5], Array.from(random([5], 10).data, (v) => bias * v)))])] });
}

const numbers = (/** @type {import("@vitrine/core").Report} */ report, /** @type {string} */ key) => toNumbers(report.tensors[key].tensor);
const sum = (/** @type {readonly number[]} */ values) => values.reduce((a, v) => a + v, 0);

test("holds what every method holds", async () => {
  const report = await testMethod(lrp, { plugins: [autodiffPlugin] });
  assert.deepEqual(report.failed, [], showReport(report));
});

test("without biases relevance is conserved to a thousandth of the score", async () => {
  const report = await run(network(0), { x: random([3, 3, 9, 9], 4) });
  const relevance = numbers(report, "relevance");
  const scores = /** @type {number[]} */ (report.facts["score"]);
  assert.equal(scores.length, 3);
  for (const [sample, score] of scores.entries()) assert.ok(Math.abs(sum(relevance.slice(sample * 243, (sample + 1) * 243)) - score) < 1e-3 * Math.abs(score));
});

test("with biases and a large ε, what they take is counted, and all of it together is the score", async () => {
  const report = await run(network(0.5), { x: random([2, 3, 9, 9], 5) }, { epsilon: 0.1 });
  const relevance = numbers(report, "relevance");
  const [biases, epsilon] = [numbers(report, "absorbed/biases"), numbers(report, "absorbed/epsilon")];
  for (const [sample, score] of /** @type {number[]} */ (report.facts["score"]).entries()) {
    assert.ok(Math.abs(biases[sample]) > 1e-2 * Math.abs(score) && Math.abs(epsilon[sample]) > 1e-3 * Math.abs(score));
    assert.ok(Math.abs(sum(relevance.slice(sample * 243, (sample + 1) * 243)) + biases[sample] + epsilon[sample] - score) < 1e-3 * Math.abs(score));
  }
});

test("agrees with the definition, written as loops", async () => {
  const [w1, b1, w2, b2, x, epsilon] = [random([4, 3], 1), random([3], 2), random([3, 2], 3), random([2], 4), random([1, 4], 5), 0.05];
  const b = new GraphBuilder();
  const hidden = b.relu(b.op("Gemm", [b.input("x", "float32", ["N", 4]), b.constant(w1), b.constant(b1)]));
  const report = await run(b.build({ outputs: [b.op("Gemm", [hidden, b.constant(w2), b.constant(b2)])] }), { x }, { epsilon }, { kind: "class", index: 1 });

  const layer = (/** @type {number[]} */ from, /** @type {Tensor} */ w, /** @type {Tensor} */ bias) =>
    toNumbers(bias).map((value, j, { length }) => from.reduce((z, v, i) => z + v * Number(w.data[i * length + j]), value));
  const share = (/** @type {number[]} */ from, /** @type {Tensor} */ w, /** @type {number[]} */ z, /** @type {number[]} */ relevance) =>
    from.map((v, i) => sum(z.map((value, j) => (v * Number(w.data[i * z.length + j]) * relevance[j]) / (value + (value >= 0 ? epsilon : -epsilon)))));
  const input = toNumbers(x);
  const z1 = layer(input, w1, b1);
  const h = z1.map((v) => Math.max(0, v));
  const z2 = layer(h, w2, b2);
  const expected = share(input, w1, z1, share(h, w2, z2, [0, z2[1]]));
  numbers(report, "relevance").forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-5 * Math.max(1, Math.abs(expected[i]))));
});

test("skips, batch normalisation and averages share it out, too", async () => {
  for (const tiny of [residual(), tinyConvNet()]) {
    const report = await run(tiny.graph, tiny.feeds(2));
    const relevance = numbers(report, "relevance");
    for (const [sample, score] of /** @type {number[]} */ (report.facts["score"]).entries()) {
      const arrived = sum(relevance.slice((sample * relevance.length) / 2, ((sample + 1) * relevance.length) / 2));
      const absorbed = numbers(report, "absorbed/biases")[sample] + numbers(report, "absorbed/epsilon")[sample];
      assert.ok(Math.abs(arrived + absorbed - score) < 1e-3 * Math.abs(score), `${tiny.name}: ${arrived} + ${absorbed} is not ${score}`);
    }
  }
});

test("an operator that is neither linear nor a rectifier is refused by name", async () => {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", ["N", 4]);
  const graph = b.build({ outputs: [b.node("Exp", [x], {}, { name: "/exp/Exp", outputs: ["y"] })[0]] });
  await assert.rejects(run(graph, { x: random([1, 4], 1) }), { code: "lrp-operator", message: "Relevance cannot be shared out at the Exp node `/exp/Exp`: LRP-ε is about linear layers and rectifiers." });
});

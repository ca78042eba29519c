import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngine, toNumbers } from "@vitrine/core";
import { graphPlugin, graphSource, oneConv, referenceRuntime, showReport, testMethod } from "@vitrine/testing";
import { method } from "../src/method.js";

test("holds what every method holds", async () => {
  const report = await testMethod(method);
  // The report says what is wrong, in words.
  assert.deepEqual(report.failed, [], showReport(report));
});

test("finds what can be worked out by hand", async () => {
  const engine = createEngine({ runtime: referenceRuntime, plugins: [graphPlugin] });
  const { graph, feeds } = oneConv();
  const model = await engine.load(graphSource(graph));
  const layers = await model.layers(feeds());
  const report = await engine.run(method, { model, input: feeds(), params: { layers: [layers[0].name] } });
  const first = await engine.runtime().then((runtime) => runtime.compile({ ...graph, outputs: [{ name: layers[0].value, dtype: "float32", shape: undefined }] })).then((program) => program.run(feeds()));
  const values = toNumbers(/** @type {import("@vitrine/core").Tensor} */ (first[layers[0].value]));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(Math.abs(toNumbers(report.tensors["means"].tensor)[0] - mean) < 1e-5);
  await engine.dispose();
});

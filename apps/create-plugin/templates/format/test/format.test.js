import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngine, float32, toNumbers } from "@vitrine/core";
import { referenceRuntime, showReport, testFormat } from "@vitrine/testing";
import plugin, { format } from "../src/index.js";

const network = {
  layers: [
    { weights: [[1, -1], [2, 0.5]], bias: [0, 1], activation: "relu" },
    { weights: [[1], [-2]], bias: [0.25], activation: "identity" },
  ],
};
const bytes = new TextEncoder().encode(JSON.stringify(network));

test("holds what every format holds", async () => {
  // It reads its own files, and refuses what is cut, damaged or something else, quickly and by name.
  const report = await testFormat(format, [{ name: "two.layers.json", bytes }]);
  assert.deepEqual(report.failed, [], showReport(report));
});

test("reads what was written", async () => {
  const engine = createEngine({ runtime: referenceRuntime, plugins: [plugin] });
  const model = await engine.load({ name: "two.layers.json", bytes });
  const results = await model.run(model.graph, { features: float32([1, 2], [1, 2]) });
  // relu([1 + 4, −1 + 1 + 1]) = [5, 1], and 5 − 2 + 0.25
  assert.deepEqual(toNumbers(/** @type {import("@vitrine/core").Tensor} */ (results[model.output.name])), [3.25]);
  await engine.dispose();
});

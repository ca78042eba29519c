import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngine, float32, GraphBuilder, toNumbers } from "@vitrine/core";
import { graphPlugin, graphSource, referenceRuntime, showReport, testMethod } from "@vitrine/testing";
import plugin, { detail } from "../src/index.js";

test("holds what every method holds", async () => {
  const report = await testMethod(detail, { params: () => ({ sigmas: [0, 1] }) });
  assert.deepEqual(report.failed, [], showReport(report));
  assert.ok(report.skipped.some(({ why }) => why.includes("has places that could be blurred")), "a matrix of features is refused, with the reason");
});

/** Mean of |x[i + 1] − x[i]| over a row: a network that lives on detail alone; and the mean of x, which no blur changes. */
function network() {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", ["N", 1, 1, 16]);
  const difference = b.sub(b.slice(x, [1], [16], [3]), b.slice(x, [0], [15], [3]));
  const rough = b.reduceMean(b.abs(difference), [1, 2, 3]);
  const flat = b.reduceMean(x, [1, 2, 3]);
  return { ...b.build({ outputs: [b.concat([b.unsqueeze(rough, [1]), b.unsqueeze(flat, [1])], 1, "out")] }), name: "rough-and-flat" };
}

test("tells what lives on detail from what does not", async () => {
  const engine = createEngine({ runtime: referenceRuntime, plugins: [graphPlugin, plugin] });
  const model = await engine.load(graphSource(network()));
  const input = float32([1, 1, 1, 16], Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 0 : 2)));
  const run = (/** @type {number} */ index) => engine.run("detail", { model, input, target: { kind: "class", index }, params: { sigmas: [4, 0, 1] } });
  const [rough, flat] = [await run(0), await run(1)];
  const [of, left] = [toNumbers(rough.tensors["score/0"].tensor), toNumbers(flat.tensors["score/0"].tensor)];
  assert.deepEqual(toNumbers(rough.tensors["sigma"].tensor), [0, 1, 4]);
  assert.equal(of[0], 2);
  assert.ok(of[1] < 0.2);
  assert.deepEqual(rough.facts["halvedAt"], [1]);
  assert.deepEqual(flat.facts["halvedAt"], [null]);
  assert.ok(Math.abs(left[2] - 1) < 0.05);
  await engine.dispose();
});

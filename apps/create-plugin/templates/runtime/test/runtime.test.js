import assert from "node:assert/strict";
import { test } from "node:test";
import { showReport, testRuntime } from "@vitrine/testing";
import { runtime } from "../src/runtime.js";

test("holds what every runtime holds", async () => {
  // Its contract, each operator, and small models, against the reference. A device of lower precision says so: { tolerance: 1e-3 }.
  const report = await testRuntime(runtime);
  assert.deepEqual(report.failed, [], showReport(report));
});

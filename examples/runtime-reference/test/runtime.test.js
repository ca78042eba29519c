import assert from "node:assert/strict";
import { test } from "node:test";
import { showReport, testRuntime } from "@vitrine/testing";
import { plainJs } from "../src/index.js";

test("holds what every runtime holds", async () => {
  const report = await testRuntime(plainJs);
  assert.deepEqual(report.failed, [], showReport(report));
  assert.deepEqual(report.skipped, []);
  assert.ok(report.passed.length > 100);
});

test("falls back to its only provider, and says so", async () => {
  const report = await testRuntime(plainJs, { runtime: { providers: ["webgpu", "cpu"] }, only: (name) => name.startsWith("contract › the ") });
  assert.deepEqual(report.failed, [], showReport(report));
});

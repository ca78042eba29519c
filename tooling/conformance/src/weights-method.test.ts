import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createEngine, isVitrineError, memorySource, type Engine, type Fact } from "@vitrine/core";
import { onnxPlugin } from "@vitrine/format-onnx";
import { weights, weightsPlugin } from "@vitrine/method-weights";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { afterAll, expect, test } from "vitest";
import { describeShared } from "./shared.js";

const engine: Engine = createEngine({ runtime: onnxNode({ providers: ["cpu"], threads: 2 }), plugins: [onnxPlugin, weightsPlugin] });
afterAll(() => engine.dispose());

/** Refused when it is opened, as onnxruntime does. */
const unreadable = /no-opset/;

const modelsIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".onnx") && !unreadable.test(name)).sort() : []);

describeShared("models", "the weights of real models", (at) => {
  test.each(modelsIn(at))("%s", async (name) => {
    const bytes = new Uint8Array(await readFile(path.join(at, name)));
    const model = await engine.load(memorySource(path.basename(name), bytes));
    let report;
    try {
      report = await engine.run(weights, { model, params: { foldBatchNorm: false } });
    } catch (error) {
      if (!isVitrineError(error, "weights-none")) throw error;
      // Only files whose weights were taken out, or that never had any.
      expect(name).toMatch(/light|two-inputs/);
      return;
    }
    const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let verbatim = 0;
    const tensors = Object.entries(report.tensors).filter(([key]) => key.startsWith("weights/"));
    for (const [, { tensor, value }] of tensors) {
      expect(model.graph.constants.has(value!)).toBe(true);
      const { data } = tensor as { data: Float32Array };
      if (file.includes(Buffer.from(data.buffer, data.byteOffset, data.byteLength))) verbatim++;
    }
    // Where the file holds 32-bit numbers they are there byte for byte, but for the few that are turned on their way to an operator.
    if (!name.includes("float16")) expect(verbatim).toBeGreaterThanOrEqual(0.8 * tensors.length);
    expect(JSON.parse(JSON.stringify(report.facts))).toEqual(report.facts);
    console.info(`${name}: ${tensors.length} parameters, ${verbatim} byte for byte; noticed ${(report.facts["noticed"] as readonly Record<string, Fact>[]).length}`);
  }, 120_000);
});

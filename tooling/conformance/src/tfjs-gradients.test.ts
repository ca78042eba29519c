import "@tensorflow/tfjs-backend-wasm";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { differentiate, valuesBetween } from "@vitrine/autodiff";
import { createEngine, finalSoftmax, float32, GraphBuilder, read, toFloat32, type Engine } from "@vitrine/core";
import { fileSource } from "@vitrine/files-node";
import { tfjsPlugin } from "@vitrine/format-tfjs";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { tfjs } from "@vitrine/runtime-tfjs";
import { relativeL2 } from "@vitrine/testing";
import { afterAll, expect, it } from "vitest";
import { describeShared } from "./shared.js";

const engines: Engine[] = [tfjs({ backend: "wasm" }), onnxNode({ providers: ["cpu"], threads: 1 })].map((runtime) => createEngine({ runtime, plugins: [tfjsPlugin] }));
afterAll(() => Promise.all(engines.map((engine) => engine.dispose())));

/** Kernels that cost 5 to 100 times what the ones do that the runtime takes in their place, on wasm. */
const slow = new Set(["Select", "SelectV2", "Equal", "Greater", "GreaterEqual", "Less", "LessEqual", "LogicalAnd", "LogicalNot", "StridedSlice", "GatherV2", "Tile", "Maximum", "DepthToSpace"]);

describeShared("models", "Gradients of TensorFlow.js models on tfjs wasm", (at) => {
  // A transposition that moves something: none in tinyvgg; in emoji the phases of two transposed convolutions, and the maps behind the global average.
  it.each([["tinyvgg", [1, 64, 64, 3], 0], ["emoji", [1, 224, 224, 3], 3]] as const)("%s, as on onnxruntime, by kernels that are fast", async (name, shape: readonly number[], transposes) => {
    const x = float32(shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.7 * i)));
    const results: Float32Array[] = [];
    for (const [i, engine] of engines.entries()) {
      const model = await engine.load(fileSource(path.join(at, name, "model.json")));
      const input = model.graph.inputs[0]!.name;
      const logits = finalSoftmax(model.graph, model.output.name)?.logits ?? model.output.name;
      const shapes = await model.shapes(valuesBetween(model.graph, logits, [input]), { [input]: x });
      const of = shapes.get(logits)!;
      const builder = new GraphBuilder(model.graph);
      const seed = builder.input("seed", "float32", of);
      const derived = builder.build({ outputs: [differentiate(builder, { of: logits, seed, wrt: [input], shapes }).get(input)!] });
      const feeds = { [input]: x, [seed]: float32(of, Float32Array.from({ length: of.reduce((a, b) => a * b, 1) }, (_, k) => (k === 3 ? 1 : 0))) };
      results.push(toFloat32(await read(Object.values(await model.run(derived, feeds))[0]!)));
      if (i === 0) {
        await tf.setBackend("wasm");
        const before = tf.engine().state.numTensors;
        const { kernels } = await tf.profile(async () => {
          await model.run(derived, feeds);
          return tf.scalar(0);
        });
        const names = kernels.map((kernel) => kernel.name);
        console.log(`${name}: ${names.length} kernels for ${derived.nodes.length} nodes, ${names.filter((kernel) => kernel === "Transpose").length} transpositions`);
        expect(names.filter((kernel) => slow.has(kernel))).toEqual([]);
        expect(names.filter((kernel) => kernel === "Transpose").length).toBeLessThanOrEqual(transposes);
        // The one that the profile returns.
        expect(tf.engine().state.numTensors).toBe(before + 1);
      }
      await model.dispose();
    }
    const error = relativeL2(results[0]!, results[1]!);
    console.log(`${name}: gradients of the two runtimes differ by ${error.toExponential(1)}`);
    expect(error).toBeLessThan(1e-5);
  });
});

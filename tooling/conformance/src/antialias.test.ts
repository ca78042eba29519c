import "@tensorflow/tfjs-backend-wasm";
import fc from "fast-check";
import { attr, float32, GraphBuilder, read, toFloat32, type Runtime } from "@vitrine/core";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { tfjs } from "@vitrine/runtime-tfjs";
import { relativeL2 } from "@vitrine/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

let runtimes: Runtime[] = [];
beforeAll(async () => {
  runtimes = await Promise.all([onnxNode({ providers: ["cpu"], threads: 1 }).create(), tfjs({ backend: "wasm" }).create()]);
});
afterAll(() => Promise.all(runtimes.map((runtime) => runtime.dispose())));

const cases = fc.record({
  mode: fc.constantFrom("linear", "cubic"), transformation: fc.constantFrom("half_pixel", "align_corners", "asymmetric"), excludes: fc.boolean(),
  from: fc.tuple(fc.integer({ min: 2, max: 17 }), fc.integer({ min: 2, max: 17 })), to: fc.tuple(fc.integer({ min: 1, max: 19 }), fc.integer({ min: 1, max: 19 })), seed: fc.nat(1000),
});

test("Resize with antialiasing, on tfjs as on onnxruntime", async () => {
  let worst = 0;
  await fc.assert(fc.asyncProperty(cases, async ({ mode, transformation, excludes, from, to, seed }) => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [1, 2, ...from]);
    const y = b.op("Resize", [x, "", "", b.ints([1, 2, ...to])], {
      mode: attr.string(mode), coordinate_transformation_mode: attr.string(transformation), antialias: attr.int(1), exclude_outside: attr.int(excludes ? 1 : 0),
    });
    const graph = b.build({ outputs: [y] });
    const feeds = { x: float32([1, 2, ...from], Float32Array.from({ length: 2 * from[0] * from[1] }, (_, i) => Math.sin(seed + 1.3 * i))) };
    const [expected, ours] = await Promise.all(runtimes.map(async (runtime) => {
      const program = await runtime.compile(graph);
      const result = toFloat32(await read(Object.values(await program.run(feeds))[0]!));
      await program.dispose();
      return result;
    }));
    const error = relativeL2(ours!, expected!);
    worst = Math.max(worst, error);
    expect(error).toBeLessThan(1e-5);
  }), { numRuns: 80, seed: 20240611 });
  console.log(`Resize with antialiasing, tfjs wasm against onnxruntime: worst relative error ${worst.toExponential(1)}`);
}, 60_000);

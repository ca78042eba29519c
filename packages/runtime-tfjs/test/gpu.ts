import { findBackend } from "@tensorflow/tfjs-core";
import { attr, float32, GraphBuilder, isDeviceTensor, read, scalar, toNumbers, type Graph, type Runtime } from "@vitrine/core";
import { expectClose, referenceRuntime } from "@vitrine/testing";
import { describeRuntime } from "@vitrine/testing/vitest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tfjs } from "../src/index.js";
import { weave } from "./weave.js";

/** As much of tfjs's GPU backends as takes their device away. */
interface Device {
  readonly gpgpu?: { readonly gl: { getExtension(name: "WEBGL_lose_context"): { loseContext(): void } | null } };
  readonly device?: { destroy(): void; createShaderModule(source: { readonly code: string }): unknown };
}

function lose(backend: string): void {
  const { gpgpu, device } = findBackend(backend) as Device;
  gpgpu?.gl.getExtension("WEBGL_lose_context")!.loseContext();
  device?.destroy();
}

/** y = w · x, x again, and z that counts to `times` on the device, a run of many small nodes. */
function counting(times: number): Graph {
  const inner = new GraphBuilder();
  inner.input("i", "int64", []);
  const again = inner.input("again", "bool", []);
  const sum = inner.input("sum", "float32", [64]);
  const body = inner.build({ outputs: [inner.identity(again), inner.add(sum, inner.scalar(1))], prune: false });
  const b = new GraphBuilder();
  const x = b.input("x", "float32", [1, 2]);
  const y = b.matMul(x, b.constant(float32([2, 1], [3, 4]), "w"), "y");
  const start = b.expand(b.reshape(b.mul(y, b.scalar(0)), [1]), b.shape(b.constant(float32([64], new Float32Array(64)))));
  const [z] = b.node("Loop", [b.constant(scalar(times, "int64")), "", start], { body: attr.graph(body) }, { outputs: ["z"] });
  return b.build({ outputs: [y, z!, b.mul(x, b.scalar(1), "again")] });
}

const x = float32([1, 2], [1, 10]);

/** All that a runtime holds, on one of tfjs's GPU backends, and what happens when its device is lost. */
export function describeOnGpu(backend: "webgl" | "webgpu"): void {
  const runtime = { providers: [backend] };
  // Shading languages let sine and cosine be off by 2^-11 (https://www.w3.org/TR/WGSL/#concrete-float-accuracy), and SwiftShader makes use of it.
  const isTrigonometric = (name: string): boolean => /operator › (Sin|Cos|Tan|Asin|Acos|Atan):/.test(name);
  describeRuntime(tfjs({ backend }), { runtime, only: (name) => !isTrigonometric(name) });
  describeRuntime(tfjs({ backend }), { runtime, only: isTrigonometric, tolerance: 5e-4 });

  test(`truth values as numbers, turned, on ${backend}`, async () => {
    const on = await tfjs({ backend }).create();
    const b = new GraphBuilder();
    const zeros = b.cast(b.equal(b.relu(b.input("given", "float32", [1, 2, 3])), b.scalar(0)), "float32");
    const program = await on.compile(b.build({ outputs: [b.transpose(zeros, [0, 2, 1], "turned")] }));
    const { turned } = await program.run({ given: float32([1, 2, 3], [-1, 0, 1, 2, -3, 4]) });
    expect(toNumbers(await read(turned!))).toEqual([1, 0, 1, 1, 0, 0]);
    await on.dispose();
  });

  test.each([[3, true], [2, true], [3, false], [0, false]])(`a pooling's cotangent on ${backend}, along axis %i`, async (axis, convolved) => {
    const { graph, feeds } = weave({ axis, convolved, sliced: true, more: 1, flat: false, tapped: undefined, seed: 3 });
    const [ours, theirs] = await Promise.all([tfjs({ backend }), referenceRuntime].map(async (each) => {
      const on = await each.create();
      const [y] = Object.values(await (await on.compile(graph)).run(feeds));
      return read(y!).finally(() => on.dispose());
    }));
    expectClose(ours!, theirs!, 0, "woven");
  });

  describe(`a ${backend} device that is lost`, () => {
    let running: Runtime;
    beforeAll(async () => {
      running = await tfjs({ backend }).create();
    });
    afterAll(() => running.dispose());

    const run = async (program: Awaited<ReturnType<Runtime["compile"]>>): Promise<number[]> => {
      const results = await program.run({ x });
      return [...toNumbers(await read(results["y"]!)), toNumbers(await read(results["z"]!))[0]!];
    };

    test("while a run is under way: a named error, and the next run has another, with the weights on it", async () => {
      const program = await running.compile(counting(20));
      const long = await running.compile(counting(100_000));
      expect(await run(program)).toEqual([43, 20]);
      const interrupted = run(long);
      setTimeout(() => { lose(backend); }, 50);
      await expect(interrupted).rejects.toMatchObject({ code: "device-lost", message: expect.stringContaining(backend) as string, hint: expect.stringContaining("fresh device") as string });
      expect(await run(program)).toEqual([43, 20]);
      await Promise.all([program.dispose(), long.dispose()]);
    });

    test("between two runs: the next one has another device", async () => {
      const program = await running.compile(counting(3));
      expect(await run(program)).toEqual([43, 3]);
      lose(backend);
      // A loss is told in a task of its own.
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await run(program)).toEqual([43, 3]);
      await program.dispose();
    });

    test.runIf(backend === "webgpu")("and one that refuses a shader meanwhile: no result is given", async () => {
      const program = await running.compile(counting(2000));
      const interrupted = run(program);
      setTimeout(() => (findBackend(backend) as Device).device?.createShaderModule({ code: "this is no shader" }), 20);
      await expect(interrupted).rejects.toMatchObject({ code: "run-failed", message: expect.stringContaining("WGSL") as string });
      expect(await run(program)).toEqual([43, 2000]);
      await program.dispose();
    });

    test("with a result left on it: reading that says so, and so does feeding it", async () => {
      const program = await running.compile(counting(1));
      const { again } = await program.run({ x }, { keep: ["again"] });
      lose(backend);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await expect(read(again!)).rejects.toMatchObject({ code: "device-lost" });
      expect(await run(program)).toEqual([43, 1]);
      await expect(read(again!)).rejects.toMatchObject({ code: "device-lost" });
      await expect(program.run({ x: again! })).rejects.toMatchObject({ code: "device-lost", message: expect.stringContaining("`x`") as string });
      if (isDeviceTensor(again!)) again.dispose();
      await program.dispose();
    });
  });
}

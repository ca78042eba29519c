import os from "node:os";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { float32, GraphBuilder, isVitrineError } from "@vitrine/core";
import { onnxNode, onnxNodePlugin } from "./index.js";

async function errorOf(promise: Promise<unknown>): Promise<Error & { code: string; hint?: string }> {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(isVitrineError(error)).toBe(true);
  return error as Error & { code: string; hint?: string };
}

describe("choosing a provider", () => {
  test("the CPU by default, with a thread for every core", async () => {
    const runtime = await onnxNode().create();
    expect(runtime.info).toMatchObject({ id: "onnx-node", provider: "cpu", precision: "float32", threads: os.availableParallelism(), notices: [] });
    expect(runtime.info.device).toMatch(/cores$/);
    await runtime.dispose();
  });

  test("options of the call win over those of the factory", async () => {
    const runtime = await onnxNode({ threads: 2 }).create({ threads: 1 });
    expect(runtime.info.threads).toBe(1);
    await runtime.dispose();
  });

  test("an unknown one is an error that knows the near one", async () => {
    const error = await errorOf(onnxNode({ providers: ["cudaa", "cpu"] }).create());
    expect(error.code).toBe("provider-unavailable");
    expect(error.message).toContain("`cudaa`");
    expect(error.hint).toContain("Did you mean `cuda`?");
  });

  test("no provider and no number of threads are errors", async () => {
    expect((await errorOf(onnxNode({ providers: [] }).create())).code).toBe("providers-empty");
    for (const threads of [0, -1, 1.5, NaN, 5000]) expect((await errorOf(onnxNode({ threads }).create())).code).toBe("threads-invalid");
  });

  // The libraries of cuda and tensorrt are not here: whoever has them will see other states.
  test.runIf(process.platform === "linux")("passing one over is told, with the way to get it", async () => {
    const states = await onnxNode().providers();
    if (states.some(({ provider, available }) => provider === "tensorrt" && available)) return;
    const runtime = await onnxNode({ providers: ["tensorrt", "cpu"] }).create();
    expect(runtime.info.provider).toBe("cpu");
    expect(runtime.info.notices).toHaveLength(1);
    expect(runtime.info.notices[0]).toMatch(/tensorrt was asked for and does not work here, so cpu is used: .*TensorRT/);
    await runtime.dispose();
    const error = await errorOf(onnxNode({ providers: ["tensorrt"] }).create());
    expect(error.code).toBe("provider-unavailable");
    expect(error.hint).toContain("TensorRT");
  });

  test("a provider of another platform is passed over, and said to be", async () => {
    const other = process.platform === "darwin" ? "dml" : "coreml";
    const runtime = await onnxNode({ providers: [other, "cpu"] }).create();
    expect(runtime.info.notices[0]).toContain(`does not have it on ${process.platform}`);
    await runtime.dispose();
  });
});

test("every provider has a state, and what is untested says so", async () => {
  const states = await onnxNode().providers();
  expect(states[0]).toEqual({ provider: "cpu", available: true });
  for (const { provider, available, note } of states) {
    if (!available) expect(note, provider).toBeTruthy();
    if (provider === "cuda" || provider === "tensorrt") expect(note).toContain("has not been tested");
  }
});

test("a disposed runtime compiles nothing, and has disposed its programs", async () => {
  const runtime = await onnxNode().create();
  const b = new GraphBuilder();
  const graph = b.build({ outputs: [b.relu(b.input("x", "float32", [1]), "y")] });
  const program = await runtime.compile(graph);
  await runtime.dispose();
  expect((await errorOf(program.run({ x: float32([1], [1]) }))).code).toBe("disposed");
  expect((await errorOf(runtime.compile(graph))).code).toBe("disposed");
});

test("the plugin registers the runtime under its id", () => {
  const ids: string[] = [];
  onnxNodePlugin.register({ runtime: ({ id }: { id: string }) => ids.push(id) } as unknown as Parameters<typeof onnxNodePlugin.register>[0]);
  expect(ids).toEqual(["onnx-node"]);
});

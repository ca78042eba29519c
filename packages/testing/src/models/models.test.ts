import { afterAll, describe, expect, test } from "vitest";
import { createEngine, isVitrineError, memorySource, read, toNumbers, type Tensor } from "@vitrine/core";
import { expectClose } from "../assert.js";
import { referenceRuntime } from "../reference/runtime.js";
import { graphPlugin, graphSource } from "./graph-format.js";
import { tinyModels } from "./index.js";

const engine = createEngine({ runtime: referenceRuntime, plugins: [graphPlugin] });
afterAll(() => engine.dispose());

describe.each(tinyModels().map((model) => [model.name, model] as const))("%s", (_, { graph, feeds, spec, expected }) => {
  test("loads into an engine and computes what can be worked out by hand", async () => {
    const model = await engine.load(graphSource(graph), spec && { spec });
    const results = await model.run(model.graph, feeds());
    expect(Object.keys(results)).toEqual(graph.outputs.map(({ name }) => name));
    for (const [name, value] of Object.entries(results)) {
      const tensor = await read(value);
      expect(toNumbers(tensor).every(Number.isFinite)).toBe(true);
      if (expected) expectClose(tensor, expected[name]!, 1e-6, name);
    }
    expect((await model.layers(feeds())).length).toBeGreaterThan(0);
  });

  test("feeds are equal every time, and samples are independent of each other", async () => {
    expect(feeds()).toEqual(feeds());
    const model = await engine.load(graphSource(graph), spec && { spec });
    if (model.batch.fixed !== undefined) return;
    const run = async (given: Record<string, Tensor>): Promise<Tensor> => read((await model.run(model.graph, given))[model.output.name]!);
    const three = feeds(3);
    const whole = await run(three);
    // Every input repeats its first sample where only that one is asked for.
    const first = await run(Object.fromEntries(Object.entries(three).map(([name, value]) => [name, firstSample(value, model.batch.axes[name]!)])));
    expect(toNumbers(whole).slice(0, first.data.length)).toEqual(toNumbers(first));
  });
});

function firstSample(source: Tensor, axis: number): Tensor {
  const inner = source.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const kept = [...source.data as Float32Array].filter((_, i) => Math.floor(i / inner) % source.shape[axis]! === 0);
  const shape = source.shape.map((dim, i) => (i === axis ? 1 : dim));
  const data = source.dtype === "int64" ? BigInt64Array.from(kept as unknown as bigint[]) : Float32Array.from(kept);
  return { dtype: source.dtype, shape, data } as Tensor;
}

test("a copy of a graph's bytes is refused", async () => {
  const bytes = await graphSource(tinyModels()[0]!.graph).read();
  await expect(engine.load(memorySource("copy", bytes.slice()))).rejects.toSatisfy((error) => isVitrineError(error, "graph-copied"));
  await expect(graphSource(tinyModels()[0]!.graph).sibling("weights.bin")).rejects.toSatisfy((error) => isVitrineError(error, "graph-sibling"));
});

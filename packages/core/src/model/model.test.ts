import { graphsFormat, referenceRuntime } from "@vitrine/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine, definePlugin, float32, GraphBuilder, int64, read, toFloat32, type Engine, type Model } from "../index.js";
import { noise, smallConvNet } from "../test-support/networks.js";

let engine: Engine;
let model: Model;
beforeAll(async () => {
  engine = createEngine({ runtime: referenceRuntime, plugins: [definePlugin({ name: "t", register: (r) => r.format(graphsFormat({ net: smallConvNet(), single: smallConvNet(1) })) })] });
  model = await engine.load({ name: "net", bytes: new Uint8Array() });
});
afterAll(() => engine.dispose());

describe("layers", () => {
  it("are named from PyTorch's scopes, with kinds, units and places", async () => {
    const layers = await model.layers();
    expect(layers.map(({ name, kind, units }) => [name, kind, units])).toEqual([
      ["features.0.conv", "conv", 4],
      ["features.0.relu", "activation", 4],
      ["features.1", "pool", 4],
      ["features.2", "conv", 6],
      ["act", "activation", 6],
      ["GlobalAveragePool", "pool", 6],
      ["fc", "dense", 5],
      ["Softmax", "softmax", 5],
    ]);
    expect(layers.map((layer) => layer.rectified)).toEqual([false, true, false, false, false, false, false, false]);
    expect(layers[3]).toMatchObject({ shape: [1, 6, 2, 2], unitAxis: 1, batchAxis: 0, spatialAxes: [2, 3], value: "/features/features.2/Conv_output_0" });
  });

  it("know what they see of the input", async () => {
    const field = async (name: string) => (await model.layer(name)).receptiveField;
    expect(await field("features.0.conv")).toMatchObject({ size: [3, 3], stride: [1, 1], offset: [-1, -1], input: "x" });
    expect(await field("features.1")).toMatchObject({ size: [4, 4], stride: [2, 2], offset: [-1, -1] });
    expect(await field("features.2")).toMatchObject({ size: [8, 8], stride: [2, 2], offset: [-1, -1] });
    expect(await field("fc")).toBeUndefined();
  });

  it("see exactly what changes them", async () => {
    // A unit's value depends on the pixels of its field and on no other: held against perturbing every pixel.
    const layer = await model.layer("features.2");
    const field = layer.receptiveField!;
    const graph = new GraphBuilder(model.graph).build({ outputs: [layer.value] });
    const run = async (input: Float32Array) => toFloat32(await read((await model.run(graph, { x: float32([1, 3, 8, 8], input) }))[layer.value]!));
    const clean = noise([1, 3, 8, 8], 3).data;
    const base = await run(clean);
    const seen = new Set<string>();
    for (let y = 0; y < 8; y++) for (let x = 0; x < 8; x++) {
      const changed = clean.slice();
      for (let c = 0; c < 3; c++) changed[c * 64 + y * 8 + x]! += 10;
      const result = await run(changed);
      if (Array.from({ length: 6 }, (_, c) => result[c * 4]! !== base[c * 4]!).some(Boolean)) seen.add(`${y},${x}`);
    }
    for (const place of seen) {
      const [y, x] = place.split(",").map(Number) as [number, number];
      expect(y).toBeLessThan(field.offset[0]! + field.size[0]!);
      expect(x).toBeLessThan(field.offset[1]! + field.size[1]!);
    }
    expect(seen.has("0,0")).toBe(true);
    expect(seen.has(`${field.offset[0]! + field.size[0]!},0`)).toBe(false);
  });

  it("are found by readable names and by the file's own, with a hint where not", async () => {
    expect((await model.layer("logits")).name).toBe("fc");
    expect((await model.layer("act:Sigmoid")).op).toBe("Sigmoid");
    await expect(model.layer("features.2.conv")).rejects.toMatchObject({ code: "layer-unknown", hint: expect.stringContaining("Did you mean") as string });
    await expect(model.layer("w1")).rejects.toMatchObject({ code: "layer-constant" });
  });

  it("follow the input's size", async () => {
    const layers = await model.layers({ x: noise([3, 3, 8, 8], 1) });
    expect(layers[0]!.shape).toEqual([3, 4, 8, 8]);
  });
});

describe("inputs", () => {
  it("are checked before anything runs", () => {
    const code = (input: unknown) => {
      try {
        model.prepare(input);
      } catch (error) {
        return (error as { code: string }).code;
      }
      return undefined;
    };
    expect(code(undefined)).toBe("input-missing");
    expect(code(noise([1, 3, 8, 9], 1))).toBe("input-shape");
    expect(code(noise([3, 8, 8], 1))).toBe("input-shape");
    expect(code(int64(new Array<number>(192).fill(1), [1, 3, 8, 8]))).toBe("input-dtype");
    expect(code(noise([0, 3, 8, 8], 1))).toBe("input-empty");
    expect(code({ y: noise([1, 3, 8, 8], 1) })).toBe("input-unknown");
    expect(code({ width: 1, height: 1, data: new Uint8Array(4) })).toBe("preprocessing-unknown");
    const nan = noise([1, 3, 8, 8], 1);
    nan.data[70] = NaN;
    expect(() => model.prepare(nan)).toThrow("holds NaN at [0, 1, 0, 6]");
    expect(code({ x: noise([2, 3, 8, 8], 1) })).toBeUndefined();
  });
});

describe("batch", () => {
  it("fixed at 1 is freed where that is safe, with equal results", async () => {
    const single = await engine.load({ name: "single", bytes: new Uint8Array() });
    expect(single.batch).toMatchObject({ fixed: undefined, axes: { x: 0 } });
    const x = noise([3, 3, 8, 8], 7);
    const [a, b] = await Promise.all([model.run(model.graph, { x }), single.run(single.graph, { x })]);
    expect(toFloat32(await read(a["probs"]!))).toEqual(toFloat32(await read(b["probs"]!)));
  });
});

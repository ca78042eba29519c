import { at, explainedValues, float32, gradientGraph, GraphBuilder, silenceNotice, sizeOf, stridesOf, toNumbers, type GradientOptions, type Graph, type Targets, type Tensor } from "@vitrine/core";
import { relativeL2, residual, scalarOutput, tinyConvNet, tinyModels, tokens, twoInputs, type TinyModel } from "@vitrine/testing";
import { describe, expect, test } from "vitest";
import { evaluate, gradientGraph as derivedBy } from "../test/gradients.js";
import { asMethod, type JobOptions } from "../test/job.js";
import { differentiate, valuesBetween } from "./index.js";

interface Found {
  readonly gradients: ReadonlyMap<string, Tensor>;
  readonly scores: number[];
  readonly wrt: readonly string[];
  readonly size: number;
}

/** The gradients that a method gets by core's own way. */
async function gradientsOf({ graph, spec }: TinyModel, feeds: Readonly<Record<string, Tensor>>, target: Targets, { wrt, ...options }: Omit<GradientOptions, "wrt"> & { readonly wrt?: string } = {}, job: JobOptions = {}): Promise<Found> {
  return asMethod(graph, feeds, { target, ...(spec && { spec }), ...job }, async (probe) => {
    const derived = await gradientGraph(probe, { wrt: await explainedValues(probe, wrt), ...options });
    const { gradients, scores } = await derived.all();
    return { gradients, scores: [...scores], wrt: derived.wrt.map(({ name }) => name), size: derived.size };
  });
}

/** The same with a seed that is written down by hand: what `of` has to be multiplied with for the score. */
async function bySeed(graph: Graph, feeds: Readonly<Record<string, Tensor>>, of: string, wrt: string, seedOf: (value: Tensor) => number[]): Promise<{ gradient: number[]; score: number[] }> {
  const forward = new GraphBuilder(graph).build({ outputs: [of] });
  const value = (await evaluate(forward, feeds))[forward.outputs[0]!.name]!;
  const seed = seedOf(value);
  const derived = await derivedBy(graph, feeds, { wrt: [wrt], of });
  const gradient = (await evaluate(derived.graph, { ...feeds, [derived.seed]: float32(value.shape, seed) }))[derived.names.get(wrt)!]!;
  const numbers = toNumbers(value);
  const each = numbers.length / value.shape[0]!;
  return { gradient: toNumbers(gradient), score: Array.from({ length: value.shape[0]! }, (_, n) => numbers.slice(n * each, (n + 1) * each).reduce((sum, v, i) => sum + v * seed[n * each + i]!, 0)) };
}

/** Ones where `chosen` says so of an index. */
const mask = (chosen: (index: readonly number[]) => number) => (value: Tensor): number[] => {
  const strides = stridesOf(value.shape);
  return Array.from({ length: sizeOf(value.shape) }, (_, flat) => chosen(value.shape.map((dim, axis) => Math.floor(flat / strides[axis]!) % dim)));
};

/** The first strongest position of channel `unit`, per sample. */
const strongest = (unit: number) => (value: Tensor): number[] => {
  const [samples = 0, , rows = 0, columns = 0] = value.shape;
  const places = Array.from({ length: samples }, (_, n) => {
    let best = [0, 0];
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) if (at(value, n, unit, r, c) > at(value, n, unit, best[0]!, best[1]!)) best = [r, c];
    return best;
  });
  return mask(([n = 0, k, r, c]) => (k === unit && r === places[n]![0] && c === places[n]![1] ? 1 : 0))(value);
};

const net = tinyConvNet();
const logits = "/classifier/Gemm_output_0";
const maps = "/features/conv2/Conv_output_0";
const varied = (tiny: TinyModel, samples: number): Record<string, Tensor> => tiny.feeds(samples) as Record<string, Tensor>;

describe("targets, held against seeds written down by hand", () => {
  const direction = float32([16], Array.from({ length: 16 }, (_, i) => Math.sin(i)));
  const cases: readonly (readonly [string, Targets, string, (value: Tensor) => number[]])[] = [
    ["a class, read from its logit", { kind: "class", index: 2 }, logits, mask(([, k]) => (k === 2 ? 1 : 0))],
    ["a class of each sample", [{ kind: "class", index: 0 }, { kind: "class", index: 4 }, { kind: "class", index: 1 }], logits, mask(([n, k]) => (k === [0, 4, 1][n!] ? 1 : 0))],
    ["a whole channel", { kind: "unit", layer: "features.conv2", unit: 5 }, maps, mask(([, k]) => (k === 5 ? 1 : 0))],
    ["one unit at one position", { kind: "unit", layer: "features.conv2", unit: 5, position: [3, 6] }, maps, mask(([, k, r, c]) => (k === 5 && r === 3 && c === 6 ? 1 : 0))],
    ["another unit for each sample", [0, 1, 2].map((unit) => ({ kind: "unit" as const, layer: "features.conv2", unit, position: [unit, 7] })), maps, mask(([n, k, r, c]) => (k === n && r === n && c === 7 ? 1 : 0))],
    ["a channel's strongest position", { kind: "channel-max", layer: "features.conv2", unit: 3 }, maps, strongest(3)],
    ["a contrast of two classes", { kind: "sum", terms: [{ weight: 1, target: { kind: "class", index: 1 } }, { weight: -2, target: { kind: "class", index: 3 } }] }, logits, mask(([, k]) => (k === 1 ? 1 : k === 3 ? -2 : 0))],
    ["a direction", { kind: "direction", layer: "features.conv2", direction }, maps, mask(([, k]) => Number(direction.data[k!]))],
    ["a raw slice", { kind: "value", name: maps, index: [null, 4, -1] }, maps, mask(([, k, r]) => (k === 4 && r === 7 ? 1 : 0))],
    ["a third party's function", { kind: "function", title: "mean logit", build: (b) => b.reduceMean(logits, [1], false) }, logits, mask(() => 0.2)],
  ];
  test.each(cases)("%s", async (_, target, of, seedOf) => {
    const feeds = varied(net, 3);
    const { gradients, scores } = await gradientsOf(net, feeds, target);
    const expected = await bySeed(net.graph, feeds, of, "x", seedOf);
    expect(gradients.get("x")!.shape).toEqual([3, 3, 16, 16]);
    expect(relativeL2(toNumbers(gradients.get("x")!), expected.gradient)).toBeLessThan(1e-5);
    expect(relativeL2(scores, expected.score)).toBeLessThan(1e-5);
  });

  test("a slice of one sample leaves the others without a gradient", async () => {
    const feeds = varied(net, 3);
    const { gradients } = await gradientsOf(net, feeds, { kind: "value", name: maps, index: [1, 4] });
    const expected = await bySeed(net.graph, feeds, maps, "x", mask(([n, k]) => (n === 1 && k === 4 ? 1 : 0)));
    expect(relativeL2(toNumbers(gradients.get("x")!), expected.gradient)).toBeLessThan(1e-5);
    expect(toNumbers(gradients.get("x")!).slice(0, 768).every((v) => v === 0)).toBe(true);
  });

  test("targets of different kinds in one batch", async () => {
    const feeds = varied(net, 2);
    const { gradients, scores } = await gradientsOf(net, feeds, [{ kind: "class", index: 2 }, { kind: "channel-max", layer: "features.conv2", unit: 3 }]);
    const [first, second] = [await bySeed(net.graph, feeds, logits, "x", mask(([n, k]) => (n === 0 && k === 2 ? 1 : 0))), await bySeed(net.graph, feeds, maps, "x", (value) => strongest(3)(value).map((v, i, all) => (i < all.length / 2 ? 0 : v)))];
    expect(relativeL2(toNumbers(gradients.get("x")!), first.gradient.map((v, i) => v + second.gradient[i]!))).toBeLessThan(1e-5);
    expect(relativeL2(scores, [first.score[0]!, second.score[1]!])).toBeLessThan(1e-5);
  });

  test("the probability instead of the logit, and one number per sample", async () => {
    const feeds = varied(net, 2);
    const { gradients } = await gradientsOf(net, feeds, { kind: "class", index: 2 }, { score: "probability" });
    expect(relativeL2(toNumbers(gradients.get("x")!), (await bySeed(net.graph, feeds, "probs", "x", mask(([, k]) => (k === 2 ? 1 : 0)))).gradient)).toBeLessThan(1e-5);
    const scalar = scalarOutput();
    // y = Σ relu(x − (1, 2, 3))²: its derivative is 2 · relu(x − (1, 2, 3)).
    expect(toNumbers((await gradientsOf(scalar, scalar.feeds(), { kind: "top" })).gradients.get("x")!)).toEqual([2, 0, 1]);
  });

  test("seeded with the activation itself: one half of the derivative of its square", async () => {
    const feeds = varied(net, 2);
    const unit = (n: number, k: number): boolean => k === [3, 7][n]!;
    const target = [3, 7].map((each) => ({ kind: "unit" as const, layer: "features.conv2", unit: each }));
    const { gradients } = await gradientsOf(net, feeds, target, { seedWith: "activation" });
    const expected = await bySeed(net.graph, feeds, maps, "x", (value) => mask(([n, k]) => (unit(n!, k!) ? 1 : 0))(value).map((v, i) => v * Number(value.data[i])));
    expect(relativeL2(toNumbers(gradients.get("x")!), expected.gradient)).toBeLessThan(1e-5);
  });
});

describe("by what", () => {
  test("a layer, by its readable name", async () => {
    const feeds = varied(net, 2);
    const { gradients, wrt } = await gradientsOf(net, feeds, { kind: "class", index: 2 }, { wrt: "features.relu1" });
    const value = "/features/relu1/Relu_output_0";
    expect(wrt).toEqual(["features.relu1"]);
    expect(relativeL2(toNumbers(gradients.get(value)!), (await bySeed(net.graph, feeds, logits, value, mask(([, k]) => (k === 2 ? 1 : 0)))).gradient)).toBeLessThan(1e-5);
  });

  test("tokens are explained at their embedding", async () => {
    const tiny = tokens();
    const feeds = varied(tiny, 3);
    const { gradients, wrt } = await gradientsOf(tiny, feeds, { kind: "class", index: 1 });
    const value = "/embedding/Gather_output_0";
    expect(wrt).toEqual(["embedding"]);
    expect(gradients.get(value)!.shape).toEqual([3, 8, 6]);
    expect(relativeL2(toNumbers(gradients.get(value)!), (await bySeed(tiny.graph, feeds, "logits", value, mask(([, k]) => (k === 1 ? 1 : 0)))).gradient)).toBeLessThan(1e-5);
    await expect(gradientsOf(tiny, feeds, { kind: "class", index: 1 }, { wrt: "ids" })).rejects.toMatchObject({ code: "value-not-float", fields: { value: "ids" } });
  });

  test("whole numbers that nothing looks up", async () => {
    const b = new GraphBuilder();
    const counts = b.input("counts", "int64", ["N", 3]);
    const graph = b.build({ outputs: [b.reduceSum(b.cast(counts, "float32"), [1], true)] });
    const counted = { name: "counts", summary: "", graph, feeds: () => ({ counts: { dtype: "int64" as const, shape: [1, 3], data: BigInt64Array.of(1n, 2n, 3n) } }) };
    await expect(gradientsOf(counted, counted.feeds(), { kind: "value", name: graph.outputs[0]!.name, index: [] })).rejects.toMatchObject({ code: "gradient-no-input" });
  });

  test("of several inputs those that the target does not depend on are left out", async () => {
    const tiny = twoInputs();
    const feeds = varied(tiny, 2);
    expect((await gradientsOf(tiny, feeds, { kind: "class", index: 0 })).wrt).toEqual(["image", "facts"]);
    const { wrt, gradients } = await gradientsOf(tiny, feeds, { kind: "unit", layer: "facts.relu", unit: 0 });
    expect(wrt).toEqual(["facts"]);
    expect([...gradients.keys()]).toEqual(["facts"]);
    await expect(gradientsOf(tiny, feeds, { kind: "unit", layer: "facts.relu", unit: 0 }, { wrt: "image" })).rejects.toMatchObject({ code: "wrt-not-upstream", fields: { wrt: "image" } });
  });

  test("a target above what is looked at", async () => {
    await expect(gradientsOf(net, varied(net, 1), { kind: "unit", layer: "features.relu1", unit: 0 }, { wrt: "features.conv2" })).rejects.toMatchObject({ code: "wrt-not-upstream", fields: { wrt: maps } });
    // The target's own layer: each unit's derivative by itself is 1.
    const own = await gradientsOf(net, varied(net, 1), { kind: "unit", layer: "features.conv2", unit: 1 }, { wrt: "features.conv2" });
    expect(toNumbers(own.gradients.get(maps)!)).toEqual(Array.from({ length: 16 * 64 }, (_, i) => (Math.floor(i / 64) === 1 ? 1 : 0)));
  });

  test("an input that all samples share", async () => {
    const b = new GraphBuilder();
    const product = b.matMul(b.input("a", "float32", ["N", 4]), b.input("w", "float32", [4, 2]));
    const graph = b.build({ outputs: [product] });
    const shared = { name: "shared", summary: "", graph, feeds: () => ({}) };
    const w = float32([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    const target = { kind: "class", index: 1 } as const;
    await expect(gradientsOf({ ...shared, spec: { inputs: { w: { kind: "tensor", layout: "CT" } }, outputs: [] } }, { a: float32([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]), w }, target)).rejects.toMatchObject({ code: "gradient-shared", fields: { input: "w", samples: 2 } });
    const { gradients } = await gradientsOf({ ...shared, spec: { inputs: { w: { kind: "tensor", layout: "CT" } }, outputs: [] } }, { a: float32([1, 4], [1, 2, 3, 4]), w }, target);
    expect(toNumbers(gradients.get("w")!)).toEqual([0, 1, 0, 2, 0, 3, 0, 4]);
    expect(toNumbers(gradients.get("a")!)).toEqual([2, 4, 6, 8]);
  });
});

describe("what does not fit", () => {
  const feeds = varied(net, 1);
  test.each<readonly [string, Targets, string]>([
    ["a unit that is not there", { kind: "unit", layer: "features.conv2", unit: 16 }, "unit-outside"],
    ["a position outside the map", { kind: "unit", layer: "features.conv2", unit: 0, position: [8, 0] }, "position-outside"],
    ["a position of too few numbers", { kind: "unit", layer: "features.conv2", unit: 0, position: [1] }, "position-outside"],
    ["a direction of another length", { kind: "direction", layer: "features.conv2", direction: float32([3], [1, 2, 3]) }, "direction-size"],
    ["a class that is not there", { kind: "class", index: 5 }, "class-outside"],
    ["a slice outside", { kind: "value", name: logits, index: [null, 7] }, "slice-outside"],
    ["a layer that is not there", { kind: "unit", layer: "features.conv9", unit: 0 }, "layer-unknown"],
    ["two targets for one sample", [{ kind: "top" }, { kind: "top" }], "target-count"],
  ])("%s", async (_, target, code) => {
    await expect(gradientsOf(net, feeds, target)).rejects.toMatchObject({ code });
  });

  test("a function that forgets the samples", async () => {
    const all = { kind: "function", title: "everything", build: (b: GraphBuilder) => b.reduceSum(logits, [0, 1], false) } as const;
    await expect(gradientsOf(net, varied(net, 3), all)).rejects.toMatchObject({ code: "target-scores", fields: { target: "everything", shape: [], rows: 3 } });
    const each = { kind: "function", title: "each", build: (b: GraphBuilder) => b.reduceSum(logits, [1], true) } as const;
    expect((await gradientsOf(net, varied(net, 3), each)).scores).toHaveLength(3);
  });

  test("a seed of another size", async () => {
    const { graph } = net;
    const b = new GraphBuilder(graph);
    const seed = b.input("seed", "float32", [1, 4]);
    await asMethod(graph, feeds, {}, async (job) => {
      const shapes = await job.shapes(b, valuesBetween(graph, logits, ["x"]), job.feeds);
      expect(() => differentiate(b, { of: logits, seed, wrt: ["x"], shapes })).toThrow(expect.objectContaining({ code: "seed-shape", fields: expect.objectContaining({ shape: [1, 4], expected: [1, 5] }) as unknown }) as Error);
    });
  });

  test("gradients are asked for where no plugin offers them", async () => {
    await expect(gradientsOf(net, feeds, { kind: "top" }, {}, { plugins: [] })).rejects.toMatchObject({ code: "capability-missing", hint: expect.stringContaining("autodiff") as unknown });
  });

  test("a gradient that is zero everywhere is said to be", async () => {
    const scalar = scalarOutput();
    const silent = { x: float32([2, 3], [0, 1, 2, 2, 0, 3.5]) };
    const { gradients } = await gradientsOf(scalar, silent, { kind: "top" });
    expect(toNumbers(gradients.get("x")!)).toEqual([0, 0, 0, 2, 0, 1]);
    expect(silenceNotice(gradients.get("x")!, 0, ["y", "y"], "x")).toMatch(/gradient of y by x of sample 0 is zero everywhere/);
    expect(silenceNotice(float32([1, 3], [1, 0, 0]), 0, ["y"], "x")).toBeUndefined();
  });
});

describe("batches", () => {
  test("a short last batch is padded and cut: the same as all at once, on every tiny model", async () => {
    for (const tiny of tinyModels()) {
      const samples = 5;
      const feeds = tiny.name === "fixed-batch" ? undefined : varied(tiny, samples);
      if (!feeds || tiny.name === "tiny-lstm") continue;
      const target = tiny.name === "basic-model-3" || tiny.name === "scalar-output" ? { kind: "top" as const } : Array.from({ length: samples }, (_, n) => ({ kind: "class" as const, index: n % 2 }));
      const [whole, parts] = [await gradientsOf(tiny, feeds, target, {}, { batch: samples }), await gradientsOf(tiny, feeds, target, {}, { batch: 2 })];
      expect([tiny.name, whole.size, parts.size]).toEqual([tiny.name, samples, 2]);
      for (const [value, gradient] of whole.gradients) {
        expect(parts.gradients.get(value)!.shape).toEqual(gradient.shape);
        expect(relativeL2(toNumbers(parts.gradients.get(value)!), toNumbers(gradient))).toBeLessThan(1e-6);
      }
      expect(relativeL2(parts.scores, whole.scores)).toBeLessThan(1e-6);
    }
  });

  test("rows of other inputs, values read beside the gradient", async () => {
    const feeds = varied(net, 2);
    await asMethod(net.graph, feeds, { target: [{ kind: "class", index: 2 }, { kind: "class", index: 3 }], ...(net.spec && { spec: net.spec }), batch: 4 }, async (job) => {
      const [x] = await explainedValues(job);
      const [layer] = await explainedValues(job, "features.relu1");
      const derived = await gradientGraph(job, { wrt: [x!], read: [layer!, x!], rows: 3 });
      expect(derived.size).toBe(3);
      const other = float32([3, 3, 16, 16], Float32Array.from({ length: 3 * 768 }, (_, i) => Math.cos(i)));
      const { gradients, values, scores } = await derived.run([1, 1, 0], { x: other });
      const expected = await bySeed(net.graph, { x: other }, logits, "x", mask(([n, k]) => (k === [3, 3, 2][n!] ? 1 : 0)));
      expect(relativeL2(toNumbers(gradients.get("x")!), expected.gradient)).toBeLessThan(1e-5);
      expect(relativeL2([...scores], expected.score)).toBeLessThan(1e-5);
      expect(toNumbers(values.get("x")!)).toEqual(toNumbers(other));
      expect(values.get(layer!.value)!.shape).toEqual([3, 8, 16, 16]);
      const two = await derived.run([1, 1], { x: float32([2, 3, 16, 16], other.data.slice(0, 2 * 768) as Float32Array) });
      expect(relativeL2(toNumbers(two.gradients.get("x")!), expected.gradient.slice(0, 2 * 768))).toBeLessThan(1e-5);
    });
  });
});

describe("NaN and infinity, by the layer where they begin", () => {
  const chain = (build: (b: GraphBuilder, x: string) => string): TinyModel => {
    const b = new GraphBuilder();
    const y = build(b, b.input("x", "float32", ["N", 3]));
    return { name: "chain", summary: "", graph: b.build({ outputs: [b.node("Identity", [y], {}, { name: "out", outputs: ["y"] })[0]!] }), feeds: () => ({}) };
  };
  const named = (b: GraphBuilder, op: string, inputs: readonly string[], name: string): string => b.node(op, inputs, {}, { name, outputs: [`${name}:0`] })[0]!;
  const target = { kind: "value", name: "y", index: [] } as const;

  test("in the input: what a user gives is refused before anything runs, what a method makes of it with the sample's own target", async () => {
    const feeds = varied(net, 3);
    const broken = float32([3, 3, 16, 16], Float32Array.from(feeds["x"]!.data as Float32Array, (v, i) => (i === 2 * 768 + 5 ? NaN : v)));
    const targets = [0, 1, 2].map((index) => ({ kind: "class" as const, index }));
    await expect(gradientsOf(net, { x: broken }, targets)).rejects.toMatchObject({ code: "input-not-finite", fields: { input: "x", index: [2, 0, 0, 5] } });
    await asMethod(net.graph, feeds, { target: targets, ...(net.spec && { spec: net.spec }) }, async (job) => {
      const derived = await gradientGraph(job, { wrt: await explainedValues(job) });
      await expect(derived.run([0, 1, 2], { x: broken })).rejects.toMatchObject({ code: "gradient-not-finite", kind: "input", fields: { layer: "x", what: "input", target: "car" } });
    });
  });

  test("in an activation", async () => {
    const overflowing = chain((b, x) => named(b, "Mul", [named(b, "Exp", [named(b, "Mul", [x, b.scalar(1000)], "scaled")], "exploded"), b.scalar(2)], "doubled"));
    await expect(gradientsOf(overflowing, { x: float32([1, 3], [1, 2, 3]) }, target)).rejects.toMatchObject({ code: "gradient-not-finite", fields: { layer: "exploded", what: "activation" } });
    const away = chain((b, x) => b.sub(named(b, "Exp", [b.mul(x, b.scalar(1000))], "exploded"), b.exp(b.mul(x, b.scalar(2000)))));
    await expect(gradientsOf(away, { x: float32([1, 3], [1, 2, 3]) }, { kind: "top" })).rejects.toMatchObject({ code: "gradient-not-finite", fields: { what: "activation", target: "the top class" } });
  });

  test("in the gradient alone", async () => {
    const root = chain((b, x) => named(b, "Add", [named(b, "Sqrt", [named(b, "Relu", [named(b, "Mul", [x, b.scalar(2)], "scaled")], "rectified")], "root"), b.scalar(1)], "added"));
    const feeds = { x: float32([1, 3], [1, 2, 0]) };
    // √u has an infinite slope at 0, where the rectifier yields it.
    await expect(gradientsOf(root, feeds, target)).rejects.toMatchObject({ code: "gradient-not-finite", fields: { layer: "rectified", what: "gradient" } });
    const first = chain((b, x) => named(b, "Sqrt", [x], "root"));
    await expect(gradientsOf(first, feeds, target)).rejects.toMatchObject({ code: "gradient-not-finite", fields: { layer: "x", what: "gradient" } });
  });

  test("minus infinity that masks an attention is none of it", async () => {
    const masked = chain((b, x) => {
      const scores = named(b, "Where", [b.greater(x, b.scalar(0)), x, b.scalar(-Infinity)], "masked");
      return named(b, "Sqrt", [named(b, "Sub", [b.softmax(scores, 1, "weights"), b.scalar(1)], "less")], "root");
    });
    await expect(gradientsOf(masked, { x: float32([1, 3], [-1, 2, -3]) }, target)).rejects.toMatchObject({ code: "gradient-not-finite", fields: { layer: "root", what: "activation" } });
  });

  test("layers of whole numbers and truth values are looked past", async () => {
    const mixed = chain((b, x) => {
      const other = b.cast(named(b, "ArgMax", [x], "index"), "float32");
      return named(b, "Log", [named(b, "Mul", [named(b, "Relu", [x], "rectified"), b.max(b.cast(b.greater(x, b.scalar(0)), "float32"), b.mul(other, b.scalar(0)))], "gated")], "log");
    });
    await expect(gradientsOf(mixed, { x: float32([1, 3], [1, 2, -1]) }, target)).rejects.toMatchObject({ code: "gradient-not-finite", fields: { layer: "gated", what: "gradient" } });
  });
});

test("a residual network with skips, by its input and a layer inside at once", async () => {
  const tiny = residual();
  const feeds = varied(tiny, 2);
  await asMethod(tiny.graph, feeds, { target: { kind: "class", index: 1 } }, async (job) => {
    const wrt = [...await explainedValues(job), ...await explainedValues(job, "layer1.0.relu")];
    const { gradients } = await (await gradientGraph(job, { wrt })).all();
    for (const { value } of wrt) expect(relativeL2(toNumbers(gradients.get(value)!), (await bySeed(tiny.graph, feeds, "logits", value, mask(([, k]) => (k === 1 ? 1 : 0)))).gradient)).toBeLessThan(1e-5);
  });
});

import { at, float32, int64, type Model, type Report, type Tensor } from "@vitrine/core";
import { describe, expect, it } from "vitest";
import { convNet, indexOf, load, noise, sequenceNet, sharedInput, twoInputs, valueOf } from "../test/tiny.js";
import { occlusion } from "./index.js";

type Feeds = Record<string, Tensor>;
type Score = (feeds: Feeds) => Promise<number[]>;

/** Captum by its definition: every window, one run each, every element asked whether the window covers it. */
async function naiveOcclusion(feeds: Feeds, input: string, batchAxis: number, window: number[], stride: number[], fill: (flat: number) => number, score: Score, inside = false, combine: "mean" | "sum" = "mean"): Promise<{ attribution: number[]; scores: number[][] }> {
  const clean = feeds[input]!;
  const size = clean.shape.filter((_, axis) => axis !== batchAxis);
  const steps = size.map((dim, axis) => (inside ? Math.floor : Math.ceil)((dim - window[axis]!) / stride[axis]!) + 1);
  const sums = new Array<number>(clean.data.length).fill(0);
  const counts = new Array<number>(clean.data.length).fill(0);
  const base = await score(feeds);
  const scores: number[][] = [];
  for (let k = 0; k < steps.reduce((a, b) => a * b, 1); k++) {
    const start = indexOf(k, steps).map((i, axis) => i * stride[axis]!);
    const covers = (flat: number): boolean => indexOf(flat, clean.shape).filter((_, axis) => axis !== batchAxis).every((i, axis) => i >= start[axis]! && i < start[axis]! + window[axis]!);
    const occluded = float32(clean.shape, Array.from(clean.data as Float32Array, (value, flat) => (covers(flat) ? fill(flat) : value)));
    const now = await score({ ...feeds, [input]: occluded });
    scores.push(now);
    for (let flat = 0; flat < sums.length; flat++) {
      if (!covers(flat)) continue;
      const sample = indexOf(flat, clean.shape)[batchAxis]!;
      sums[flat]! += base[sample]! - now[sample]!;
      counts[flat]!++;
    }
  }
  return { attribution: sums.map((sum, i) => (counts[i] === 0 ? 0 : combine === "mean" ? sum / counts[i]! : sum)), scores };
}

const classScore = (model: Model, classes: number[], output = "logits"): Score => async (feeds) => {
  const logits = await valueOf(model, output, feeds);
  return classes.map((index, sample) => at(logits, sample, index));
};

const numbers = (report: Report, key: string): number[] => Array.from(report.tensors[key]!.tensor.data as Float32Array);
function close(found: number[], expected: number[], digits = 5): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, digits));
}

describe("windows, held against the plain definition", () => {
  const cases = [
    { name: "a series, overlapping windows", size: [2, 11], window: [2, 4], stride: [2, 3] },
    { name: "an image, cut windows", size: [2, 7, 6], window: [2, 3, 4], stride: [2, 2, 3] },
    { name: "an image, one channel at a time", size: [2, 5, 5], window: [1, 2, 2], stride: [1, 2, 1] },
    { name: "a volume", size: [1, 4, 5, 4], window: [1, 2, 3, 2], stride: [1, 2, 2, 1] },
  ];
  for (const { name, size, window, stride } of cases) {
    it(name, async () => {
      const { engine, model } = await load(convNet(size));
      const x = noise([2, ...size], 20);
      const report = await engine.run(occlusion, { model, input: x, target: [{ kind: "class", index: 2 }, { kind: "class", index: 0 }], params: { window, stride, preset: "captum" }, batch: 5 });
      const expected = await naiveOcclusion({ x }, "x", 0, window, stride, () => 0, classScore(model, [2, 0]));
      close(numbers(report, "attribution"), expected.attribution);
      const steps = size.map((dim, axis) => Math.ceil((dim - window[axis]!) / stride[axis]!) + 1);
      expect(report.tensors["scores"]!.tensor.shape).toEqual([2, ...steps]);
      close(numbers(report, "scores"), [0, 1].flatMap((sample) => expected.scores.map((both) => both[sample]!)));
      expect(report.facts["forwardPasses"]).toBe(2 * (expected.scores.length + 1));
      await engine.dispose();
    });
  }

  it("each sample's own top class, and which class wins under each window", async () => {
    const { engine, model } = await load(convNet([2, 6, 6]));
    const x = noise([3, 2, 6, 6], 21);
    const logits = await valueOf(model, "logits", { x });
    const tops = [0, 1, 2].map((n) => [0, 1, 2].reduce((best, k) => (at(logits, n, k) > at(logits, n, best) ? k : best), 0));
    // Fewer rows than samples, then more: the same.
    for (const batch of [1, 2, 3, 7, 100]) {
      const report = await engine.run(occlusion, { model, input: x, params: { window: [3], stride: [2] }, batch });
      const expected = await naiveOcclusion({ x }, "x", 0, [2, 3, 3], [2, 2, 2], () => 0, classScore(model, tops));
      close(numbers(report, "attribution"), expected.attribution);
      expect(report.facts["window"]).toEqual([2, 3, 3]);
      const classes = report.tensors["topClass"]!.tensor;
      expect([classes.dtype, classes.shape]).toEqual(["int32", [3, 1, 3, 3]]);
    }
    const report = await engine.run(occlusion, { model, input: x, params: { window: [3], stride: [2] } });
    const winners = await naiveOcclusion({ x }, "x", 0, [2, 3, 3], [2, 2, 2], () => 0, async (feeds) => {
      const all = await valueOf(model, "logits", feeds);
      return [0, 1, 2].map((n) => [0, 1, 2].reduce((best, k) => (at(all, n, k) > at(all, n, best) ? k : best), 0));
    });
    expect(numbers(report, "topClass")).toEqual([0, 1, 2].flatMap((n) => winners.scores.map((each) => each[n]!)));
    // Nothing says that these numbers are logits: no probability is made up.
    expect(report.tensors["topProbability"]).toBeUndefined();
    await engine.dispose();
  });

  it("a sequence whose batch lies on axis 1", async () => {
    const { engine, model } = await load(sequenceNet(3), { inputs: { x: { kind: "tensor", layout: "TNC" } }, outputs: [] });
    const x = noise([6, 2, 3], 22);
    const report = await engine.run(occlusion, { model, input: x, target: { kind: "class", index: 1 }, params: { window: [2, 3], stride: [2, 3] }, batch: 3 });
    const last: Score = async (feeds) => {
      const logits = await valueOf(model, "logits", feeds);
      return [0, 1].map((n) => at(logits, 5, n, 1));
    };
    const expected = await naiveOcclusion({ x }, "x", 1, [2, 3], [2, 3], () => 0, last);
    expect(report.tensors["attribution"]!.tensor.shape).toEqual([6, 2, 3]);
    close(numbers(report, "attribution"), expected.attribution);
    expect(report.tensors["scores"]!.tensor.shape).toEqual([3, 2, 1]);
    close(numbers(report, "scores"), expected.scores.flat());
    await engine.dispose();
  });

  it("a model whose batch is fixed", async () => {
    for (const batch of [1, 2, 3]) {
      const graph = convNet([1, 5, 5], { batch });
      const { engine, model } = await load(graph);
      const x = noise([batch, 1, 5, 5], 23);
      const report = await engine.run(occlusion, { model, input: x, target: { kind: "class", index: 0 }, params: { window: [2], stride: [2] } });
      const expected = await naiveOcclusion({ x }, "x", 0, [1, 2, 2], [1, 2, 2], () => 0, classScore(model, new Array<number>(batch).fill(0)));
      close(numbers(report, "attribution"), expected.attribution);
      await engine.dispose();
    }
  });
});

describe("several inputs", () => {
  const a = noise([2, 5], 24);
  const b = noise([2, 2, 3], 25);

  it("are hidden in turn, each with its own window, stride and fill", async () => {
    const { engine, model } = await load(twoInputs());
    const fill = float32([2, 1, 1], [0.5, -1]);
    const report = await engine.run(occlusion, {
      model, input: { a, b }, target: { kind: "class", index: 1 },
      params: { window: { a: [2], b: [1, 2] }, stride: { a: [1], b: [1, 1] }, baseline: { a: { kind: "value", value: 0.25 }, b: { kind: "tensor", tensor: fill } } }, batch: 3,
    });
    const score = classScore(model, [1, 1]);
    const first = await naiveOcclusion({ a, b }, "a", 0, [2], [1], () => 0.25, score);
    const second = await naiveOcclusion({ a, b }, "b", 0, [1, 2], [1, 1], (flat) => (flat < 6 ? 0.5 : -1), score);
    close(numbers(report, "attribution"), first.attribution);
    close(numbers(report, "attribution/b"), second.attribution);
    expect(report.facts["windows"]).toBe(4 + 4);
    await engine.dispose();
  });

  it("are left alone where windows name others", async () => {
    const { engine, model } = await load(twoInputs());
    const report = await engine.run(occlusion, { model, input: { a, b }, params: { window: { b: [2, 3] } } });
    expect(Object.keys(report.tensors)).not.toContain("attribution/a");
    expect(report.tensors["attribution"]!.value).toBe("b");
    await engine.dispose();
  });

  it("of indices are hidden only where the user says what stands for nothing", async () => {
    const { engine, model } = await load(twoInputs("int64"));
    const words = int64([3, 1, 2, 2, 0, 1, 1, 1, 0, 2, 3, 1], [2, 2, 3]);
    const input = { a, b: words };
    const report = await engine.run(occlusion, { model, input, target: { kind: "class", index: 0 }, params: { window: { b: [1] }, baseline: { b: { kind: "value", value: 5 } } } });
    const asFloat = { a, b: float32([2, 2, 3], Array.from(words.data, Number)) };
    const expected = await naiveOcclusion(asFloat, "b", 0, [2, 1], [2, 1], () => 5, (feeds) =>
      classScore(model, [0, 0])({ ...feeds, b: int64(Array.from(feeds["b"]!.data as Float32Array), [2, 2, 3]) }));
    close(numbers(report, "attribution"), expected.attribution);
    const skipped = await engine.run(occlusion, { model, input });
    expect(skipped.notices?.join()).toContain("Nothing was hidden in b (int64)");
    await expect(engine.run(occlusion, { model, input, params: { window: { b: [1] } } })).rejects.toThrow("`b` (int64)");
    await engine.dispose();
  });
});

describe("an input that all samples share", () => {
  const spec = { inputs: { w: { kind: "tensor", layout: "CT" }, state: { kind: "state" } }, outputs: [] };

  it("is hidden one window at a time, and a state is left alone", async () => {
    const { engine, model } = await load(sharedInput(), spec);
    const [a, w] = [noise([1, 4], 60), noise([4, 2], 61)];
    const report = await engine.run(occlusion, { model, input: { a, w }, target: { kind: "class", index: 1 }, params: { window: { a: [1], w: [2, 1] }, stride: { a: [1], w: [1, 1] } } });
    const feeds = { a, w, state: float32([1, 2], [0, 0]) };
    const score = classScore(model, [1]);
    close(numbers(report, "attribution"), (await naiveOcclusion(feeds, "a", 0, [1], [1], () => 0, score)).attribution);
    const base = (await score(feeds))[0]!;
    const sums = new Array<number>(8).fill(0);
    const counts = new Array<number>(8).fill(0);
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 2; column++) {
        const covered = [2 * row + column, 2 * (row + 1) + column];
        const now = (await score({ ...feeds, w: float32([4, 2], w.data.map((value, i) => (covered.includes(i) ? 0 : value))) }))[0]!;
        for (const i of covered) {
          sums[i]! += base - now;
          counts[i]!++;
        }
      }
    }
    expect(report.tensors["attribution/w"]!.tensor.shape).toEqual([4, 2]);
    close(numbers(report, "attribution/w"), sums.map((sum, i) => sum / counts[i]!));
    expect(Object.keys(report.tensors)).not.toContain("attribution/state");
    await engine.dispose();
  });

  it("cannot be hidden for several samples at once", async () => {
    const { engine, model } = await load(sharedInput(), spec);
    const input = { a: noise([2, 4], 60), w: noise([4, 2], 61) };
    await expect(engine.run(occlusion, { model, input })).rejects.toThrow("The input `w` has no batch axis: all 2 samples share it");
    const report = await engine.run(occlusion, { model, input, params: { window: { a: [2] } } });
    expect(report.tensors["attribution"]!.tensor.shape).toEqual([2, 4]);
    await engine.dispose();
  });
});

describe("feature ablation", () => {
  it("hides one group at a time", async () => {
    const { engine, model } = await load(convNet([2, 4, 4]));
    const x = noise([2, 2, 4, 4], 26);
    const groups = Array.from({ length: 16 }, (_, i) => [9, 2, 2, 40][(i + Math.floor(i / 5)) % 4]!);
    const mask = int64(groups, [4, 4]);
    const report = await engine.run(occlusion, { model, input: x, target: { kind: "class", index: 1 }, params: { mask, baseline: { kind: "value", value: 0.3 } }, batch: 4 });
    const score = classScore(model, [1, 1]);
    const base = await score({ x });
    const expected = new Array<number>(64);
    for (const group of [2, 9, 40]) {
      const now = await score({ x: float32([2, 2, 4, 4], Array.from(x.data, (value, i) => (groups[i % 16] === group ? 0.3 : value))) });
      for (let i = 0; i < 64; i++) if (groups[i % 16] === group) expected[i] = base[Math.floor(i / 32)]! - now[Math.floor(i / 32)]!;
    }
    close(numbers(report, "attribution"), expected);
    expect(report.tensors["scores"]!.tensor.shape).toEqual([2, 3]);
    expect(report.tensors["groups"]!.tensor.data).toEqual(BigInt64Array.of(2n, 9n, 40n));
    expect(report.facts["groups"]).toBe(3);
    await engine.dispose();
  });
});

import { graphsFormat, referenceRuntime } from "@vitrine/testing";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { at, className, classSource, compileTarget, createEngine, defineMethod, definePlugin, float32, GraphBuilder, parseTarget, read, type Engine, type Model, type Target, type Targets, type Tensor } from "../index.js";
import { noise, smallConvNet } from "../test-support/networks.js";

let engine: Engine;
let model: Model;
const x = noise([3, 3, 8, 8], 11);
const conv = "/features/features.2/Conv_output_0";
let probs: Tensor;
let maps: Tensor;

beforeAll(async () => {
  engine = createEngine({ runtime: referenceRuntime, plugins: [definePlugin({ name: "t", register: (r) => r.format(graphsFormat({ net: smallConvNet() })) })] });
  model = await engine.load({ name: "net", bytes: new Uint8Array() });
  const graph = new GraphBuilder(model.graph).build({ outputs: ["probs", conv] });
  const result = await model.run(graph, { x });
  probs = await read(result["probs"]!);
  maps = await read(result[conv]!);
});
afterAll(() => engine.dispose());

/** Score, seed and Σ of · seed of a target, one per sample. */
async function scores(targets: Targets, kind: "output" | "logit" | "probability" = "output", batch?: number) {
  const probe = defineMethod({
    id: "probe", title: "", summary: "", citations: [], params: {},
    async *run(job) {
      const builder = new GraphBuilder(job.model.graph);
      const target = await job.target(builder, targets, kind);
      const axes = target.of === target.score ? [] : undefined;
      const shape = axes ?? (await job.model.shapes([target.of], job.feeds)).get(target.of)!.map((_, i) => i).slice(1);
      const inner = builder.reduceSum(builder.mul(target.of, target.seed), shape, false, "inner");
      const graph = builder.build({ outputs: [target.score, inner] });
      const results = await job.run(graph, job.feeds, batch === undefined ? {} : { batch });
      yield { kind: "progress", done: 1, total: 1, what: "" };
      return { tensors: { score: { tensor: results[target.score]!, meaning: "" }, inner: { tensor: results[inner]!, meaning: "" } }, facts: { texts: target.texts, titles: target.titles }, views: [] };
    },
  });
  const report = await engine.run(probe, { model, input: x, target: targets });
  const list = (key: string) => Array.from(report.tensors[key]!.tensor.data as Float32Array);
  return { score: list("score"), inner: list("inner"), facts: report.facts, target: report.target };
}

const each = (of: (sample: number) => number): number[] => [0, 1, 2].map(of);
const sumOver = (sample: number, unit: number): number => [0, 1].flatMap((i) => [0, 1].map((j) => at(maps, sample, unit, i, j))).reduce((a, b) => a + b, 0);

async function expectScores(targets: Targets, wanted: readonly number[]): Promise<void> {
  const whole = await scores(targets);
  whole.score.forEach((score, i) => expect(score).toBeCloseTo(wanted[i]!, 5));
  whole.inner.forEach((score, i) => expect(score).toBeCloseTo(wanted[i]!, 5));
  // One sample at a time, padded: the same.
  (await scores(targets, "output", 2)).score.forEach((score, i) => expect(score).toBeCloseTo(wanted[i]!, 5));
}

describe("a compiled target", () => {
  it("is the class of each sample", () => expectScores({ kind: "class", index: 3 }, each((n) => at(probs, n, 3))));
  it("is each sample's own top class", async () => {
    const tops = each((n) => Math.max(...[0, 1, 2, 3, 4].map((k) => at(probs, n, k))));
    await expectScores({ kind: "top" }, tops);
    const { target } = await scores({ kind: "top" });
    expect([target].flat()).toEqual(expect.arrayContaining([expect.stringMatching(/^class:\d$/)]));
  });
  it("is a unit summed over its positions", () => expectScores({ kind: "unit", layer: "features.2", unit: 4 }, each((n) => sumOver(n, 4))));
  it("is a unit at a position", () => expectScores({ kind: "unit", layer: "features.2", unit: 4, position: [1, 0] }, each((n) => at(maps, n, 4, 1, 0))));
  it("is a unit's strongest position", () =>
    expectScores({ kind: "channel-max", layer: "features.2", unit: 2 }, each((n) => Math.max(at(maps, n, 2, 0, 0), at(maps, n, 2, 0, 1), at(maps, n, 2, 1, 0), at(maps, n, 2, 1, 1)))));
  it("is a direction", () => {
    const direction = [1, 0, -2, 0, 0.5, 0];
    return expectScores({ kind: "direction", layer: "features.2", direction: float32([6], direction) }, each((n) => direction.reduce((sum, weight, unit) => sum + weight * sumOver(n, unit), 0)));
  });
  it("is a raw slice", async () => {
    await expectScores({ kind: "value", name: conv, index: [null, 5, -1, 0] }, each((n) => at(maps, n, 5, 1, 0)));
    await expectScores({ kind: "value", name: conv, index: [1, 5] }, [0, sumOver(1, 5), 0]);
  });
  it("is a contrast", () =>
    expectScores({ kind: "sum", terms: [{ weight: 1, target: { kind: "class", index: 1 } }, { weight: -2, target: { kind: "class", index: 0 } }] }, each((n) => at(probs, n, 1) - 2 * at(probs, n, 0))));
  it("is anybody's function", () =>
    expectScores({ kind: "function", title: "sum of squares", build: (b) => b.reduceSum(b.mul("probs", "probs"), [1]) }, each((n) => [0, 1, 2, 3, 4].reduce((sum, k) => sum + at(probs, n, k) ** 2, 0))));
  it("may differ from sample to sample, even in kind", () => {
    const targets: Target[] = [{ kind: "class", index: 2 }, { kind: "unit", layer: "features.2", unit: 1 }, { kind: "class", index: 0 }];
    return expectScores(targets, [at(probs, 0, 2), sumOver(1, 1), at(probs, 2, 0)]);
  });

  it("keeps functions of one name, and sums of different directions, apart", async () => {
    const named = (power: number): Target => ({ kind: "function", title: "power", build: (b) => b.reduceSum(b.pow("probs", b.scalar(power)), [1]) });
    await expectScores([named(2), named(3), named(2)], each((n) => [0, 1, 2, 3, 4].reduce((sum, k) => sum + at(probs, n, k) ** (n === 1 ? 3 : 2), 0)));
    const along = (unit: number): Target => ({ kind: "sum", terms: [{ weight: 2, target: { kind: "direction", layer: "features.2", direction: float32([6], [0, 1, 2, 3, 4, 5].map((i) => (i === unit ? 1 : 0))) } }] });
    await expectScores([along(0), along(4), along(1)], [2 * sumOver(0, 0), 2 * sumOver(1, 4), 2 * sumOver(2, 1)]);
  });

  it("is called by words in captions, and by what can be typed elsewhere", async () => {
    const { facts } = await scores([{ kind: "unit", layer: "features.2", unit: 4, position: [1, 0] }, { kind: "channel-max", layer: "features.2", unit: 2 }, parseTarget("class:3 - class:1")]);
    expect(facts["titles"]).toEqual(["unit 4 of features.2 at 1, 0", "unit 2 of features.2 at its strongest", "class 3 rather than class 1"]);
    expect(facts["texts"]).toEqual(["unit:features.2[4]@1,0", "channel-max:features.2[2]", "class:3 - class:1"]);
  });

  it("looks through the final softmax when told", async () => {
    const logit = await scores({ kind: "class", index: 3 }, "logit");
    const probability = await scores({ kind: "class", index: 3 }, "probability");
    expect(probability.score[0]).toBeCloseTo(at(probs, 0, 3), 5);
    expect(Math.abs(logit.score[0]! - probability.score[0]!)).toBeGreaterThan(1e-3);
  });

  it.each<[Targets, string]>([
    [{ kind: "class", index: 5 }, "class-outside"],
    [{ kind: "class", index: 1, step: 0 }, "step-outside"],
    [{ kind: "top", step: -1 }, "step-outside"],
    [{ kind: "class", label: "dog" }, "class-unknown"],
    [{ kind: "unit", layer: "features.2", unit: 6 }, "unit-outside"],
    [{ kind: "unit", layer: "features.2", unit: 0, position: [2, 0] }, "position-outside"],
    [{ kind: "unit", layer: "fc", unit: 0, position: [0] }, "position-outside"],
    [{ kind: "unit", layer: "nowhere", unit: 0 }, "layer-unknown"],
    [{ kind: "value", name: conv, index: [0, 0, 0, 0, 0] }, "slice-outside"],
    [{ kind: "value", name: conv, index: [null, 6] }, "slice-outside"],
    [{ kind: "direction", layer: "features.2", direction: float32([5], [1, 2, 3, 4, 5]) }, "direction-size"],
    [[{ kind: "top" }, { kind: "top" }], "target-count"],
  ])("refuses %j", async (targets, code) => {
    await expect(scores(targets)).rejects.toMatchObject({ code });
  });
});

it("calls a class by its first name, also one that cannot be seen", () => {
  const labels = ["golden retriever, dog", " ", "\n", ",", "", "\u2003"];
  expect(labels.map((_, index) => className(labels, index)).concat(className(labels, 9))).toEqual(["golden retriever", "space", "new line", ",", "class 4", "class 5", "class 9"]);
});

test.each<[string, readonly string[], string]>([["by its name", [], "price"], ["by its label", ["price in euro"], "price in euro"]])("an output of one number is called %s, and is no class 0 among others", async (_, labels, title) => {
  const b = new GraphBuilder();
  const graph = b.build({ outputs: [b.matMul(b.input("x", "float32", ["N", 3]), b.constant(noise([3, 1], 3)), "price")] });
  const own = createEngine({ runtime: referenceRuntime, plugins: [definePlugin({ name: "t", register: (r) => r.format(graphsFormat({ net: graph })) })] });
  const loaded = await own.load({ name: "net", bytes: new Uint8Array() }, { spec: { inputs: {}, outputs: [{ name: "price", kind: "regression", ...(labels.length > 0 && { labels }) }] } });
  const context = { model: loaded, feeds: { x: noise([2, 3], 5) }, samples: 2, output: () => Promise.resolve(noise([2, 1], 6)) };
  expect((await compileTarget(context, new GraphBuilder(loaded.graph), { kind: "top" })).titles).toEqual([title, title]);
  await expect(compileTarget(context, new GraphBuilder(loaded.graph), { kind: "class", index: 1 })).rejects.toMatchObject({ code: "class-outside", hint: expect.stringContaining("needs no target") as unknown });
  await own.dispose();
});

describe("rows of an output", () => {
  /** [N, 6, 3] → scores [N, 6, 2], and where asked boxes [N, 6, 4]. */
  function rows(boxes: boolean) {
    const b = new GraphBuilder();
    const from = b.input("x", "float32", ["N", 6, 3]);
    const out = b.softmax(b.matMul(from, b.constant(noise([3, 2], 3))), 2, "scores");
    return b.build({ outputs: boxes ? [out, b.matMul(from, b.constant(noise([3, 4], 4)), "boxes")] : [out] });
  }
  it.each([["steps", false, 1], ["places where each has a box beside it", true, undefined]] as const)("are %s", async (_, boxes, time) => {
    const own = createEngine({ runtime: referenceRuntime, plugins: [definePlugin({ name: "t", register: (r) => r.format(graphsFormat({ net: rows(boxes) })) })] });
    const loaded = await own.load({ name: "net", bytes: new Uint8Array() });
    const { axes } = await classSource({ model: loaded, feeds: { x: noise([2, 6, 3], 5) } }, "output");
    expect(axes).toEqual({ batch: 0, unit: 2, classes: 2, time });
    await own.dispose();
  });
});

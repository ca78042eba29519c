import { float32, GraphBuilder, toFloat32, type Target, type Tensor } from "@vitrine/core";
import { fixedBatch, multiLayerMultiInput, oneConv, residual, tinyConvNet, tinySeries, tokens, twoOutputs, type TinyModel } from "@vitrine/testing";
import { describe, expect, test, vi } from "vitest";
import { attribution, gradientAt, ofGraph, run } from "../test/run.js";
import { integratedGradients } from "./index.js";
import { quadrature, schemes } from "./quadrature.js";

// The reference runtime is slow, and slower on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const close = (found: ArrayLike<number>, wanted: ArrayLike<number>, within = 1e-5): void => {
  expect(found).toHaveLength(wanted.length);
  const scale = Math.max(1e-6, ...Array.from(wanted, Math.abs));
  for (let i = 0; i < found.length; i++) expect(Math.abs(found[i]! - wanted[i]!)).toBeLessThanOrEqual(within * scale);
};

describe("against one gradient after the other", () => {
  const target = { kind: "class", index: 2 } as const;

  test.each([tinySeries(), fixedBatch(), residual()].flatMap((tiny) => schemes.map((scheme) => [tiny.name, scheme, tiny] as const)))("%s, %s", async (_, scheme, tiny: TinyModel) => {
    const [[name, x]] = Object.entries(tiny.feeds()) as [[string, Tensor]];
    const values = toFloat32(x);
    const start = 0.25;
    const { nodes, weights } = quadrature(scheme, 4);
    const sum = new Float64Array(values.length);
    for (const [k, alpha] of nodes.entries()) {
      const gradient = await gradientAt(tiny, { [name]: float32(x.shape, values.map((value) => start + alpha * (value - start))) }, target);
      gradient.forEach((slope, i) => (sum[i]! += weights[k]! * slope));
    }
    const report = await run(integratedGradients, tiny, { steps: 4, scheme, baseline: { kind: "value", value: start } }, { target, batch: 4 });
    close(attribution(report), Array.from(sum, (slope, i) => slope * (values[i]! - start)));
  });
});

test("from a layer on, by hand: where the rest is linear, the layer times its weights", async () => {
  const report = await run(integratedGradients, oneConv(), { wrt: "relu1" }, { target: { kind: "class", index: 0 } });
  expect(report.tensors["attribution"]).toMatchObject({ value: "/relu1/Relu_output_0", tensor: { shape: [1, 2, 2, 2] } });
  close(attribution(report), [0, 4, 31, 40, 0, 0, -6, -15]);
  expect(report.facts).toMatchObject({ score: 54, baselineScore: 0 });
});

test("tokens: from the embedding of nothing to theirs, and all of the score's change is accounted for", async () => {
  const tiny = tokens();
  const report = await run(integratedGradients, tiny, { steps: 20 }, { samples: 3, target: { kind: "class", index: 1 } });
  expect(report.tensors["attribution"]!.tensor.shape).toEqual([3, 8, 6]);
  // Without an embedding the mean is 0, and what remains is fc(tanh(hidden's bias)).
  const constant = (name: string): Float32Array => toFloat32(tiny.graph.constants.get(name)!.read());
  const [hidden, weights, bias] = [constant("hidden.bias"), constant("fc.weight"), constant("fc.bias")];
  const nothing = bias[1]! + hidden.reduce((sum, value, i) => sum + Math.tanh(value) * weights[5 + i]!, 0);
  (report.facts["baselineScore"] as number[]).forEach((score) => expect(score).toBeCloseTo(nothing, 5));
  const values = attribution(report);
  (report.facts["score"] as number[]).forEach((score, sample) => expect(values.subarray(48 * sample, 48 * sample + 48).reduce((a, b) => a + b, 0)).toBeCloseTo(score - nothing, 4));
  (report.facts["completenessGap"] as number[]).forEach((gap) => expect(Math.abs(gap)).toBeLessThan(1e-4));
});

describe("any target: the contributions add up", () => {
  const direction = float32([16], Array.from({ length: 16 }, (_, i) => Math.sin(i)));
  const targets: readonly (readonly [string, Target])[] = [
    ["a class", { kind: "class", index: 4 }],
    ["the top class", { kind: "top" }],
    ["a unit", { kind: "unit", layer: "features.relu2", unit: 3 }],
    ["a unit at a position", { kind: "unit", layer: "features.relu2", unit: 3, position: [2, 5] }],
    ["a direction", { kind: "direction", layer: "features.relu2", direction }],
    ["a slice", { kind: "value", name: "/features/conv2/Conv_output_0", index: [null, 2, 1] }],
    ["a contrast", { kind: "sum", terms: [{ weight: 1, target: { kind: "class", index: 0 } }, { weight: -1, target: { kind: "class", index: 1 } }] }],
    ["a function", { kind: "function", title: "energy", build: (b) => b.reduceSum(b.mul("/features/relu2/Relu_output_0", "/features/relu2/Relu_output_0"), [1, 2, 3], false) }],
  ];
  test.each(targets)("%s", async (_, target) => {
    const report = await run(integratedGradients, tinyConvNet(), { steps: 24 }, { target, batch: 12 });
    const change = (report.facts["score"] as number) - (report.facts["baselineScore"] as number);
    expect(Math.abs(report.facts["completenessGap"] as number)).toBeLessThan(0.05 * Math.abs(change) + 1e-4);
  });

  test("several inputs move together, each with its own baseline", async () => {
    const report = await run(integratedGradients, multiLayerMultiInput(), { steps: 200, baseline: { x1: { kind: "value", value: 1 }, x2: { kind: "tensor", tensor: float32([3], [3, 2, 1]) } } }, { target: { kind: "class", index: 0 } });
    expect(Math.abs(report.facts["completenessGap"] as number)).toBeLessThan(0.5);
    expect(Object.keys(report.tensors)).toEqual(expect.arrayContaining(["attribution", "attribution/x2", "attribution/x3"]));
  });

  test("one of several outputs", async () => {
    const tiny = twoOutputs();
    const name = tiny.graph.outputs[1]!.name;
    const report = await run(integratedGradients, tiny, { steps: 100 }, { target: { kind: "value", name, index: [] } });
    expect(Math.abs(report.facts["completenessGap"] as number)).toBeLessThan(0.01);
  });
});

test("too few steps are said aloud, enough are not", async () => {
  const notices = async (steps: number): Promise<readonly string[]> => (await run(integratedGradients, oneConv(), { steps }, { target: { kind: "class", index: 0 } })).notices ?? [];
  expect((await notices(2)).join()).toMatch(/miss part of the way/);
  expect(await notices(200)).toEqual([]);
});

test("what is on the way resembles the end", async () => {
  const { updates, ...report } = await run(integratedGradients, tinySeries(), { steps: 64 }, { batch: 4, target: { kind: "class", index: 2 } });
  const partial = updates.flatMap((update) => (update.kind === "partial" ? [update.findings] : []));
  expect(partial.length).toBeGreaterThan(2);
  const [end, half] = [attribution(report), toFloat32(partial.at(-1)!.tensors["attribution"]!.tensor)];
  const apart = Math.sqrt(end.reduce((sum, value, i) => sum + (value - half[i]!) ** 2, 0) / end.reduce((sum, value) => sum + value ** 2, 0));
  expect(apart).toBeLessThan(0.1);
});

describe("bad input", () => {
  const tiny = tinyConvNet();
  test.each([[{ steps: 0 }, "--steps"], [{ steps: 1.5 }, "--steps"], [{ steps: 1e9 }, "--steps"]])("%o", async (params, flag) => {
    await expect(run(integratedGradients, tiny, params)).rejects.toMatchObject({ code: "parameter-invalid", fields: { parameter: flag } });
  });
  test("a trapezoid of one step", async () => {
    await expect(run(integratedGradients, tiny, { steps: 1, scheme: "trapezoid" })).rejects.toMatchObject({ code: "steps-few" });
  });
  test("a baseline of another shape", async () => {
    await expect(run(integratedGradients, tiny, { baseline: { kind: "tensor", tensor: float32([5], [1, 2, 3, 4, 5]) } })).rejects.toMatchObject({ code: "fill-shape", fields: { input: "x" } });
  });
  test("a baseline for an input that is not there", async () => {
    await expect(run(integratedGradients, tiny, { baseline: { y: { kind: "value", value: 1 } } })).rejects.toMatchObject({ code: "input-unknown" });
  });
  test("pixels at an embedding", async () => {
    await expect(run(integratedGradients, tokens(), { baseline: { kind: "pixel", value: 127 } })).rejects.toMatchObject({ code: "fill-pixel" });
  });
  test("a slope that is infinite at the baseline is met only by schemes that go there", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", ["N", 2]);
    const network = ofGraph(b.build({ outputs: [b.op("Sqrt", [x], {}, "root")] }), { x: float32([1, 2], [4, 9]) });
    const target = { kind: "value", name: "root", index: [] } as const;
    close(attribution(await run(integratedGradients, network, { steps: 400 }, { target, batch: 100 })), [2, 3], 5e-3);
    await expect(run(integratedGradients, network, { scheme: "trapezoid" }, { target })).rejects.toMatchObject({ code: "gradient-not-finite" });
  });
  test("so at a layer that is cut open, and it is named", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", ["N", 2]);
    const hidden = b.op("Abs", [x], {}, "hidden");
    const network = ofGraph(b.build({ outputs: [b.op("Sqrt", [hidden], {}, "root")] }), { x: float32([1, 2], [-4, 9]) });
    await expect(run(integratedGradients, network, { scheme: "trapezoid", wrt: "hidden" }, { target: { kind: "value", name: "root", index: [] } })).rejects.toMatchObject({ code: "gradient-not-finite" });
  });
});

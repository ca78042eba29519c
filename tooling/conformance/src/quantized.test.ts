import { autodiffPlugin } from "@vitrine/autodiff";
import { createEngine, toNumbers, type Engine, type Report } from "@vitrine/core";
import { activationPlugin } from "@vitrine/method-activation";
import { deconvPlugin } from "@vitrine/method-deconv";
import { occlusionPlugin } from "@vitrine/method-occlusion";
import { weightsPlugin } from "@vitrine/method-weights";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { checkFindings, graphPlugin, graphSource, quantized, relativeL2, type QuantizedForm } from "@vitrine/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** A float network and its quantised forms by every method: the numbers agree as far as eight bits go. */
let engine: Engine;
beforeAll(() => {
  engine = createEngine({ runtime: onnxNode({ threads: 2 }), plugins: [graphPlugin, autodiffPlugin, activationPlugin, deconvPlugin, occlusionPlugin, weightsPlugin] });
});
afterAll(() => engine.dispose());

const forms = ["qdq", "operators", "dynamic"] as const;
const target = { kind: "class", index: 1 } as const;

async function run(form: QuantizedForm, method: string, params: Record<string, unknown> = {}): Promise<Report> {
  const tiny = quantized(form);
  const model = await engine.load(graphSource(tiny.graph));
  const report = await engine.run(method, { model, input: tiny.feeds(2), target, params });
  await model.dispose();
  expect(checkFindings(report)).toEqual([]);
  return report;
}

const numbers = (report: Report, key: string): number[] => toNumbers(report.tensors[key]!.tensor);

describe.each(forms)("%s", (form) => {
  test("occlusion", async () => {
    const params = { window: [2], stride: [2], preset: "captum" };
    expect(relativeL2(numbers(await run(form, "occlusion", params), "attribution"), numbers(await run("float", "occlusion", params), "attribution"))).toBeLessThan(0.1);
  });

  test("occlusion, following the convolution's maps", async () => {
    const followed = await run(form, "occlusion", { window: [2], stride: [2], layer: "conv" });
    const exact = await run("float", "occlusion", { window: [2], stride: [2], layer: "relu" });
    // The maps as what their numbers stand for, at least where the same layer is followed: its ReLU is folded into the range.
    if (form === "operators") expect(relativeL2(numbers(followed, "featureMap"), numbers(exact, "featureMap"))).toBeLessThan(0.1);
    expect(followed.tensors["featureMap"]).toBeDefined();
  });

  test("activation of every layer", async () => {
    const report = await run(form, "activation");
    expect(Object.keys(report.tensors).length).toBeGreaterThan(0);
  });

  test("deconv by the gradient", async () => {
    const [found, exact] = [await run(form, "deconv", { rule: "plain" }), await run("float", "deconv", { rule: "plain" })];
    expect(relativeL2(numbers(found, "gradient"), numbers(exact, "gradient"))).toBeLessThan(1e-5);
    expect(found.notices).toEqual([expect.stringContaining("The model is quantised")]);
  });

  test("weights", async () => {
    const [found, exact] = [await run(form, "weights"), await run("float", "weights")];
    const of = (report: Report, size: number): number[] => toNumbers(Object.values(report.tensors).find(({ tensor }) => tensor.data.length === size)!.tensor);
    for (const size of [4 * 2 * 9, 64 * 3]) {
      const [ours, theirs] = [of(found, size), of(exact, size)];
      if (form !== "dynamic") expect(relativeL2(ours, theirs)).toBeLessThan(1e-6);
      // There the scale comes after the product: filter by filter the same numbers but for it.
      else expect(ours.slice(0, 18).map((q) => q / ours[0]!)).toEqual(theirs.slice(0, 18).map((w): unknown => expect.closeTo(w / theirs[0]!, 4)));
    }
    if (form === "dynamic") expect(found.notices).toEqual([expect.stringContaining("shown as whole numbers")]);
    else expect(found.notices).toBeUndefined();
  });
});

test("a unit of a quantised layer is what its number stands for", async () => {
  const unit = { kind: "unit", layer: "conv", unit: 2, position: [1, 1] } as const;
  const tiny = quantized("operators");
  const model = await engine.load(graphSource(tiny.graph));
  const report = await engine.run("deconv", { model, input: tiny.feeds(2), target: unit, params: { rule: "plain" } });
  const exact = await engine.load(graphSource(quantized("float").graph));
  const expected = await engine.run("deconv", { model: exact, input: tiny.feeds(2), target: { ...unit, layer: "map" }, params: { rule: "plain" } });
  expect(relativeL2(report.facts["score"] as number[], expected.facts["score"] as number[])).toBeLessThan(0.02);
  expect(relativeL2(numbers(report, "gradient"), numbers(expected, "gradient"))).toBeLessThan(1e-5);
});

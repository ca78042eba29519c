import { attr, createEngine, float32, GraphBuilder, tensor, toNumbers } from "@vitrine/core";
import { graphPlugin, graphSource, quantized, referenceRuntime } from "@vitrine/testing";
import { describe, expect, test } from "vitest";
import { layersWithoutWeights, modelParameters } from "./parameters.js";
import { weightsPlugin } from "./plugin.js";

const weightsOf = (form: "qdq" | "operators" | "dynamic" | "float"): Map<string, number[]> =>
  new Map(modelParameters(quantized(form).graph).map(({ role, kind, tensor: values }) => [`${kind} ${role}`, toNumbers(values)]));

describe("weights of quantised layers", () => {
  test.each(["qdq", "operators"] as const)("%s: dequantised as the operator does it, biases too", (form) => {
    const [found, exact] = [weightsOf(form), weightsOf("float")];
    expect([...found.keys()].sort()).toEqual([...exact.keys()].sort());
    for (const [name, values] of exact) expect(found.get(name)).toEqual(values.map((value): unknown => expect.closeTo(value, 6)));
    expect(layersWithoutWeights(quantized(form).graph)).toEqual([]);
  });

  test("whose scale comes after the product: whole numbers", () => {
    expect(weightsOf("dynamic").get("conv weight")!.every(Number.isInteger)).toBe(true);
  });

  test("with a scale for every block", () => {
    const b = new GraphBuilder();
    const blocks = b.constant(tensor("int8", [4, 2], Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8)), "blocks");
    const blocked = b.op("DequantizeLinear", [blocks, b.constant(float32([2, 2], [0.1, 0.2, 0.3, 0.4])), b.constant(tensor("int8", [2, 2], Int8Array.of(0, 1, 2, 3)))], { axis: attr.int(0), block_size: attr.int(2) });
    const [found] = modelParameters(b.build({ outputs: [b.matMul(b.input("x", "float32", ["N", 4]), blocked)] }));
    expect(toNumbers(found!.tensor)).toEqual([0.1, 0.2, 0.3, 0.6, 0.9, 1.2, 1.5, 2].map((value): unknown => expect.closeTo(value, 6)));
  });

  test("that are computed before they are used: not shown, and said so", async () => {
    const b = new GraphBuilder();
    const computed = b.exp(b.constant(float32([4, 2], [1, 2, 3, 4, 5, 6, 7, 8])));
    const hidden = b.node("MatMul", [b.input("x", "float32", ["N", 4]), computed], {}, { name: "/odd/MatMul", outputs: ["hidden"] })[0]!;
    const graph = b.build({ outputs: [b.node("MatMul", [hidden, b.constant(float32([2, 2], [1, 2, 3, 4]), "w")], {}, { name: "/fc/MatMul", outputs: ["y"] })[0]!] });
    expect(layersWithoutWeights(graph)).toEqual(["odd"]);
    const engine = createEngine({ runtime: referenceRuntime, plugins: [graphPlugin, weightsPlugin] });
    const report = await engine.run("weights", { model: await engine.load(graphSource(graph, "odd")) });
    expect(report.notices).toEqual([expect.stringContaining("The weights of odd are not shown")]);
    await engine.dispose();
  });
});

import { autodiffPlugin } from "@vitrine/autodiff";
import { attr, createEngine, float32, GraphBuilder, scalar, seededRandom, sizeOf, toNumbers, type Graph, type ParametersOf, type Report, type Target, type Tensor } from "@vitrine/core";
import { createReferenceRuntime, graphPlugin, graphSource } from "@vitrine/testing";
import { afterAll, describe, expect, test } from "vitest";
import type { deconvParameters } from "./parameters.js";
import { deconv, deconvPlugin } from "./index.js";

const random = seededRandom(5);
const normals = (...shape: number[]): Tensor => float32(shape, Float32Array.from({ length: sizeOf(shape) }, () => random.normal()));

type Between = (b: GraphBuilder, maps: string) => string;

/** conv – activation – what lies between – conv – activation – mean. */
function network(activation: Between, between: Between = (_, maps) => maps): Graph {
  const b = new GraphBuilder();
  const conv = (from: string, ins: number): string => b.op("Conv", [from, b.constant(normals(4, ins, 3, 3))], { pads: attr.ints([1, 1, 1, 1]) });
  const maps = activation(b, conv(between(b, activation(b, conv(b.input("x", "float32", ["N", 2, 8, 8]), 2))), 4));
  return b.build({ outputs: [b.reduceMean(b.identity(maps, "maps"), [2, 3], false, "y")] });
}
const relu: Between = (b, maps) => b.relu(maps);
const relu6: Between = (b, maps) => b.op("Clip", [maps, b.constant(scalar(0)), b.constant(scalar(6))]);
const pool: Between = (b, maps) => b.op("MaxPool", [maps], { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]) });
const gate: Between = (b, maps) => b.mul(maps, b.sigmoid(b.reduceMean(maps, [2, 3], true)));

describe("what a rule does here, and what it does not", () => {
  const engine = createEngine({ runtime: createReferenceRuntime(), plugins: [graphPlugin, autodiffPlugin, deconvPlugin] });
  afterAll(() => engine.dispose());
  const run = async (graph: Graph, params: Partial<ParametersOf<typeof deconvParameters>>, target: Target = { kind: "class", index: 1 }, x = normals(1, 2, 8, 8)): Promise<Report> =>
    engine.run(deconv, { model: await engine.load(graphSource(graph, "net")), input: x, target, params });
  const same = /would be the same for any other input/;

  test("without max pooling DeconvNet is the same for every input, and says so", async () => {
    const graph = network(relu);
    const [one, other] = [await run(graph, { rule: "deconvnet" }), await run(graph, { rule: "deconvnet" })];
    expect(toNumbers(one.tensors["gradient"]!.tensor)).toEqual(toNumbers(other.tensors["gradient"]!.tensor));
    expect(one.notices).toEqual([expect.stringMatching(same)]);
    expect((await run(graph, { rule: "deconvnet" }, { kind: "channel-max", layer: "maps", unit: 1 })).notices).toEqual([expect.stringContaining("any other input, but for its place.")]);
  });

  test.each<[string, Graph, Partial<ParametersOf<typeof deconvParameters>>]>([
    ["with max pooling", network(relu, pool), { rule: "deconvnet" }], ["where activations are multiplied", network(relu, gate), { rule: "deconvnet" }], ["of guided backprop", network(relu), { rule: "guided" }],
    ["of the gradient", network(relu), { rule: "plain" }], ["of a seed that follows the input", network(relu), { rule: "deconvnet", seedWith: "activation" }], ["where the rule met nothing", network(relu6), { rule: "deconvnet", ruleOn: "relu" }],
  ])("that is not said %s, where inputs differ", async (_, graph, params) => {
    const [one, other] = [await run(graph, params), await run(graph, params)];
    expect(toNumbers(one.tensors["gradient"]!.tensor)).not.toEqual(toNumbers(other.tensors["gradient"]!.tensor));
    expect((one.notices ?? []).some((text) => same.test(text))).toBe(false);
  });

  test("a rule that meets nothing that it is about is drawn and told as the gradient that it is", async () => {
    const graph = network(relu6);
    const x = normals(1, 2, 8, 8);
    const [left, plain, applied] = [await run(graph, { rule: "guided", ruleOn: "relu" }, undefined, x), await run(graph, { rule: "plain" }, undefined, x), await run(graph, { rule: "guided" }, undefined, x)];
    expect(left.notices).toEqual([expect.stringContaining("the activations on the way are 2 × ReLU6, and --rule-on leaves them out. This is the plain gradient")]);
    expect(toNumbers(left.tensors["gradient"]!.tensor)).toEqual(toNumbers(plain.tensors["gradient"]!.tensor));
    expect(left.views[0]!.caption).toBe(plain.views[0]!.caption);
    expect(applied.views[0]!.caption).not.toBe(plain.views[0]!.caption);
    expect(applied.notices ?? []).toEqual([]);
  });
});

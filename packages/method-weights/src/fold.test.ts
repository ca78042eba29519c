import { GraphBuilder, toFloat32, type Graph } from "@vitrine/core";
import { expectClose } from "@vitrine/testing";
import { afterAll, expect, test } from "vitest";
import { engineOf, load, noise, normNet } from "../test/networks.js";
import { foldBatchNorm, modelParameters } from "./index.js";

const graph = normNet();
const engine = engineOf({ "net.x": graph, "folded.x": withFolded(graph) });
afterAll(() => engine.dispose());

/** The network without its normalisations, with the folded numbers in their place. */
function withFolded(base: Graph): Graph {
  const { parameters } = foldBatchNorm(base, modelParameters(base));
  const of = (name: string): (typeof parameters)[number] => parameters.find((parameter) => parameter.name === name)!;
  const b = new GraphBuilder();
  const x = b.input("x", "float32", ["N", 3, 6, 6]);
  const attributes = (op: string) => base.nodes.find((node) => node.op === op)!.attributes;
  const put = (name: string): string => b.constant(of(name).tensor, name);
  const [conv] = b.node("Conv", [x, put("conv1.weight"), put("conv1.bias")], attributes("Conv"));
  const [up] = b.node("ConvTranspose", [conv!, put("up.weight"), put("up.bias")], attributes("ConvTranspose"));
  const [flat] = b.node("Flatten", [up!], {});
  const [product] = b.node("MatMul", [flat!, put("fc.weight")], {});
  return b.build({ outputs: b.node("Add", [product!, put("fc.bias")], {}) });
}

test("a network with folded weights and no normalisation computes the same", async () => {
  const x = noise([2, 3, 6, 6], 40);
  const [original, folded] = await Promise.all(["net.x", "folded.x"].map(async (name) => {
    const model = await load(engine, name);
    return Object.values(await model.run(model.graph, { x }))[0]!;
  }));
  if ("read" in original! || "read" in folded!) throw new Error("on a device");
  expect(Math.max(...toFloat32(original!).map(Math.abs))).toBeGreaterThan(0.5);
  expectClose(folded!, original!, 2e-5);
});

test("what was folded is told; a bias that was not there has no initialiser", () => {
  const before = modelParameters(graph);
  const { parameters, folds } = foldBatchNorm(graph, before);
  expect(folds).toEqual([
    { layer: "conv1", norm: "/bn1/BatchNormalization" }, { layer: "up", norm: "/bn2/BatchNormalization" }, { layer: "fc", norm: "/bn3/BatchNormalization" },
  ]);
  expect(parameters.map(({ name }) => name).filter((name) => !name.startsWith("bn"))).toEqual(["conv1.weight", "conv1.bias", "up.weight", "up.bias", "fc.weight", "fc.bias"]);
  expect(parameters.find(({ name }) => name === "conv1.bias")!.value).toBeUndefined();
  // The formula for one number, with the node's own epsilon.
  const read = (name: string): Float32Array => toFloat32(graph.constants.get(name)!.read());
  const scale = read("bn1.gamma")[2]! / Math.sqrt(read("bn1.var")[2]! + 1e-3);
  const folded = toFloat32(parameters.find(({ name }) => name === "conv1.weight")!.tensor);
  expect(folded[2 * 27 + 5]).toBeCloseTo(read("conv1.weight")[2 * 27 + 5]! * scale, 5);
  expect(before.find(({ name }) => name === "conv1.weight")!.tensor.data).toEqual(graph.constants.get("conv1.weight")!.read().data);
});

test("a convolution that something else uses too is not folded", () => {
  const b = new GraphBuilder(graph);
  const conv = graph.nodes.find((node) => node.op === "Conv")!.outputs[0]!;
  const shared = b.build({ outputs: [...graph.outputs.map(({ name }) => name), conv] });
  expect(foldBatchNorm(shared, modelParameters(shared)).folds.map(({ layer }) => layer)).toEqual(["up", "fc"]);
});

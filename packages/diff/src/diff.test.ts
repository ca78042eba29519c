import { createEngine, float32, GraphBuilder, isVitrineError, seededRandom, sizeOf, toFloat32, type Engine, type Graph, type Model, type RuntimeFactory, type Tensor } from "@vitrine/core";
import { graphPlugin, graphSource, referenceRuntime, residual, tinyConvNet, twoInputs } from "@vitrine/testing";
import { afterEach, describe, expect, it } from "vitest";
import { diffModels } from "./index.js";

const engines: Engine[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.dispose()));
});

async function load(graph: Graph, runtime: RuntimeFactory = referenceRuntime, name = "net.graph"): Promise<Model> {
  const engine = createEngine({ runtime, plugins: [graphPlugin] });
  engines.push(engine);
  return engine.load(graphSource(graph, name));
}

function picture(graph: Graph): Tensor {
  const random = seededRandom(5);
  const shape = graph.inputs[0]!.shape!.map((dim) => (typeof dim === "number" ? dim : 2));
  return float32(shape, Array.from({ length: sizeOf(shape) }, () => random.normal()));
}

/** The graph with one weight changed by a factor. */
function changed(graph: Graph, constant: string, factor: (values: Float32Array) => Float32Array): Graph {
  const source = graph.constants.get(constant)!;
  const tensor = float32(source.shape, factor(toFloat32(source.read())));
  const other = { ...source, read: () => tensor };
  return { ...graph, constants: new Map([...graph.constants].map(([name, value]) => [name, name === constant ? other : value])) };
}

const net = tinyConvNet().graph;

describe("diff", () => {
  it("of a model with itself is nothing, layer by layer", async () => {
    const report = await diffModels(await load(net), await load(net), picture(net));
    expect(report.facts).toMatchObject({ firstAboveTolerance: null, layersAboveTolerance: 0, worstRelativeL2: 0, unmatched: [] });
    expect(report.tensors["relativeL2"]!.tensor.data.every((value) => value === 0)).toBe(true);
    expect(report.tensors["relativeL2"]!.tensor.shape[0]).toBe((await (await load(net)).layers()).length);
    expect(report.facts["summary"]).toMatch(/are equal on all \d+ layers, to the last bit/);
    // Of no difference there is no picture.
    expect(report.views.map(({ kind }) => kind)).toEqual(["text", "table"]);
    expect(report.facts["shown"]).toBeNull();
    expect(report.runtime).toBe("reference:cpu");
  });

  it("names the first layer that a changed weight reaches, and shows it as both see it", async () => {
    const first = await load(net);
    const layers = await first.layers();
    const convs = layers.filter(({ kind }) => kind === "conv");
    const last = convs.at(-1)!;
    const weight = net.nodes.find(({ name }) => name === last.node)!.inputs[1]!;
    const report = await diffModels(first, await load(changed(net, weight, (values) => values.map((value) => 1.5 * value)), referenceRuntime, "other.graph"), picture(net));
    expect(report.facts["firstAboveTolerance"]).toBe(last.name);
    expect(report.facts["shown"]).toBe(last.name);
    const relative = toFloat32(report.tensors["relativeL2"]!.tensor);
    layers.forEach((layer, i) => (layers.indexOf(last) > i ? expect(relative[i], layer.name).toBe(0) : undefined));
    const [a, b, difference] = ["first", "second", "difference"].map((side) => toFloat32(report.tensors[`${side}/${last.name}`]!.tensor));
    difference!.forEach((value, i) => expect(value).toBeCloseTo(b![i]! - a![i]!, 6));
    const maps = report.views.find((view) => view.kind === "side-by-side");
    const ranges = maps?.views.map((view) => (view.kind === "layer-grid" ? view.range : undefined)) ?? [];
    expect(ranges[0]).toBeDefined();
    expect(ranges[1]).toEqual(ranges[0]);
    expect(report.facts["summary"]).toContain(`part at ${last.name}, a convolution`);
  });

  it("is the same whatever is held at once, and tells how far it is", async () => {
    const other = changed(net, [...net.constants.keys()][0]!, (values) => values.map((value) => value + 0.01));
    const whole = await diffModels(await load(net), await load(other), picture(net));
    const told: number[] = [];
    const pieces = await diffModels(await load(net), await load(other), picture(net), { bytes: 1, onProgress: (done) => told.push(done) });
    expect(pieces.tensors["relativeL2"]!.tensor.data).toEqual(whole.tensors["relativeL2"]!.tensor.data);
    expect(pieces.facts["shown"]).toBe(whole.facts["shown"]);
    expect(told).toEqual(Array.from({ length: told.length }, (_, i) => i + 1));
    expect(told.length).toBeGreaterThan(3);
  });

  it("a layer that overflows in one of them parts there, and the numbers stay JSON", async () => {
    const weight = net.nodes.find(({ op }) => op === "Conv")!.inputs[1]!;
    const report = await diffModels(await load(net), await load(changed(net, weight, (values) => values.map(() => Infinity))), picture(net));
    expect(report.facts["summary"]).toMatch(/finite number in one and not in the other/);
    expect(JSON.parse(JSON.stringify(report.facts))).toEqual(report.facts);
    expect(report.facts["worstRelativeL2"]).toBeNull();
  });

  it("tells which layers only one of them has", async () => {
    const other = residual().graph;
    const more = new GraphBuilder(other);
    const longer = more.build({ outputs: [more.node("Relu", [other.outputs[0]!.name], {}, { name: "extra", outputs: ["extra"] })[0]!] });
    const report = await diffModels(await load(other), await load(longer, referenceRuntime, "longer.graph"), picture(other));
    expect(report.facts["unmatched"]).toEqual([{ layer: expect.stringContaining("extra") as string, why: "only the second has it" }]);
    expect(report.notices?.join(" ")).toContain("extra");
    expect(report.facts["worstRelativeL2"]).toBe(0);
  });

  it("only some layers", async () => {
    const first = await load(net);
    const [one] = await first.layers();
    const report = await diffModels(first, await load(net), picture(net), { layers: [one!.name] });
    expect(report.tensors["relativeL2"]!.tensor.shape).toEqual([1]);
    await expect(diffModels(first, await load(net), picture(net), { layers: ["nowhere"] })).rejects.toSatisfy((error) => isVitrineError(error, "layer-unknown"));
  });

  it("models that share no layer, a tolerance that is none, and a cancelled run are refused", async () => {
    const other = twoInputs().graph;
    const pair = Object.fromEntries(other.inputs.map(({ name, shape }) => [name, float32(shape!.map((dim) => (typeof dim === "number" ? dim : 1)), new Float32Array(sizeOf(shape!.map((dim) => (typeof dim === "number" ? dim : 1)))))]));
    await expect(diffModels(await load(net), await load(net), picture(net), { tolerance: NaN })).rejects.toSatisfy((error) => isVitrineError(error, "diff-tolerance"));
    await expect(diffModels(await load(net), await load(net), picture(net), { signal: AbortSignal.abort() })).rejects.toSatisfy((error) => isVitrineError(error, "cancelled"));
    await expect(diffModels(await load(other), await load(net), pair)).rejects.toSatisfy((error) => isVitrineError(error));
  });
});

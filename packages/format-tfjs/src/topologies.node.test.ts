import { createEngine, float32, type ModelSource } from "@vitrine/core";
import { expectClose, referenceRuntime } from "@vitrine/testing";
import { describe, expect, it } from "vitest";
import { artifactsOf, chain, check, compare, layers as tfl, memorySource, randomize, run, tf, type SymbolicTensor } from "../test/tf.js";
import { fromArtifacts, fromLayersModel, liveNetwork, readTfjs, tfjsPlugin, type Artifacts } from "./index.js";

const { layers } = tfl;
const symbolic = (shape: (number | null)[], name?: string): SymbolicTensor => tfl.input({ shape, ...(name !== undefined && { name }) }) as never;

describe("models of models", () => {
  it("with several inputs and outputs, and a layer that is used twice", async () => {
    const [a, b] = [symbolic([4], "left"), symbolic([4], "right")];
    const shared = layers.dense({ units: 3, activation: "relu", name: "shared" });
    const both = layers.concatenate({ name: "both" }).apply([shared.apply(a), shared.apply(b)] as never);
    const out = layers.dense({ units: 2, name: "out" }).apply(both as never);
    const { graph } = await check(tfl.model({ inputs: [a, b], outputs: [out, both] as never }));
    expect(graph.inputs.map(({ name }) => name)).toEqual(["left", "right"]);
    expect(graph.outputs.map(({ name }) => name)).toEqual(["out", "both"]);
    expect(graph.nodes.filter(({ op }) => op === "Gemm").map((node) => node.scope!.join("."))).toEqual(["shared", "shared#2", "out"]);
    // One weight, however often it is used.
    expect([...graph.constants.keys()].filter((name) => name.startsWith("shared/kernel"))).toHaveLength(1);
  });

  it("Sequential in Sequential, Sequential in Model, Model in Model", async () => {
    const features = (): tfl.LayersModel => tfl.sequential({ name: "features", layers: [layers.conv2d({ inputShape: [8, 8, 3], kernelSize: 3, filters: 4, activation: "relu", name: "conv" }), layers.maxPooling2d({ poolSize: 2, name: "pool" })] });
    const { graph } = await check(tfl.sequential({ layers: [features() as never, layers.flatten(), layers.dense({ units: 2, name: "classes" })] }));
    expect(graph.nodes.find(({ op }) => op === "Conv")!.scope).toEqual(["features", "conv"]);
    const x = symbolic([8, 8, 3]);
    const inner = symbolic([3, 3, 4]);
    const head = tfl.model({ name: "head", inputs: inner, outputs: layers.globalAveragePooling2d({ name: "mean" }).apply(inner) as never });
    await check(tfl.model({ inputs: x, outputs: layers.dense({ units: 2 }).apply(head.apply(features().apply(x))) as never }));
  });

  it("whose output is an input, a dropped-out value, or the same twice", async () => {
    const x = symbolic([4], "x");
    const y = layers.dense({ units: 3, name: "y" }).apply(x) as SymbolicTensor;
    const dropped = layers.dropout({ rate: 0.5, name: "dropped" }).apply(y);
    const { graph } = await check(tfl.model({ inputs: x, outputs: [y, dropped] as never }));
    expect(graph.outputs.map(({ name }) => name)).toEqual(["y", "dropped"]);
  });
});

/** The topology of a functional model with its applications as Keras 3 writes them, which TensorFlow.js loads nowhere. */
function asKeras3(artifacts: Artifacts): Artifacts {
  type Ref = [string, number, number];
  const topology = structuredClone(artifacts.modelTopology) as { model_config?: { config: unknown } } & { config?: unknown };
  const config = (topology.model_config ?? topology).config as { layers: { class_name: string; config: Record<string, unknown>; inbound_nodes: unknown[] }[] };
  const tensorOf = ([layer, node, index]: Ref): object => ({ class_name: "__keras_tensor__", config: { shape: [null, 4], dtype: "float32", keras_history: [layer, node, index] } });
  for (const layer of config.layers) {
    layer.inbound_nodes = (layer.inbound_nodes as Ref[][]).map((refs) => {
      const [first, ...more] = refs.map(tensorOf);
      const recurrent = ["LSTM", "GRU"].includes(layer.class_name);
      return { args: [refs.length === 1 || recurrent ? first : [first, ...more]], kwargs: { training: false, mask: null, ...(recurrent && more.length > 0 && { initial_state: more }) } };
    });
    if (layer.class_name === "InputLayer") {
      layer.config["batch_shape"] = layer.config["batch_input_shape"];
      delete layer.config["batch_input_shape"];
    }
    if (layer.class_name !== "InputLayer") layer.config["dtype"] = { module: "keras", class_name: "DTypePolicy", config: { name: "float32" }, registered_name: null };
  }
  return { ...artifacts, modelTopology: topology };
}

describe("topologies of Keras 3", () => {
  const model = (): tfl.LayersModel => {
    const [a, b] = [symbolic([5, 3], "left"), symbolic([4], "right")];
    const state = layers.dense({ units: 6, name: "state" }).apply(b) as SymbolicTensor;
    const read = layers.gru({ units: 6, name: "reader" }).apply([a, state] as never) as SymbolicTensor;
    return randomize(tfl.model({ inputs: [a, b], outputs: layers.concatenate({ name: "both" }).apply([read, state]) as never }));
  };

  it("are read where they can mean one thing only", async () => {
    const made = model();
    const artifacts = asKeras3(await artifactsOf(made));
    await expect(tfl.loadLayersModel(tf.io.fromMemory(artifacts as never))).rejects.toThrow();
    await compare(made, fromArtifacts(artifacts));
  });

  it("with a value that is computed for another argument are refused, with where it stands", async () => {
    const artifacts = asKeras3(await artifactsOf(model()));
    const text = JSON.stringify(artifacts.modelTopology).replace('"initial_state"', '"mask_of_mine"');
    await expect(readTfjs(fromArtifacts({ ...artifacts, modelTopology: JSON.parse(text) as object }))).rejects.toMatchObject({ code: "tfjs-field", message: expect.stringContaining("kwargs.mask_of_mine") as string });
  });
});

/** The artifacts with their weights stored smaller, as a converter's --quantize flags do. */
function quantised(artifacts: Artifacts, dtype: "uint8" | "uint16" | "float16"): Artifacts {
  const whole = new Float32Array(artifacts.weightData as ArrayBuffer);
  const parts: Uint8Array[] = [];
  let at = 0;
  const weightSpecs = (artifacts.weightSpecs as { shape: number[] }[]).map((spec) => {
    const size = spec.shape.reduce((a, b) => a * b, 1);
    const values = whole.subarray(at, at + size);
    at += size;
    const [min, max] = [Math.min(...values), Math.max(...values)];
    const scale = (max - min) / (dtype === "uint8" ? 255 : 65535);
    const stored = dtype === "uint8" ? Uint8Array.from(values, (v) => Math.round((v - min) / scale)) : dtype === "uint16" ? Uint16Array.from(values, (v) => Math.round((v - min) / scale)) : Uint16Array.from(values, half);
    parts.push(new Uint8Array(stored.buffer));
    return { ...spec, quantization: dtype === "float16" ? { dtype } : { dtype, scale, min } };
  });
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((offset, part) => (bytes.set(part, offset), offset + part.length), 0);
  return { ...artifacts, weightSpecs, weightData: bytes.buffer };
}

/** The bits of a normal float16, cut off. */
function half(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const exponent = ((bits >>> 23) & 255) - 112;
  return exponent <= 0 ? (bits >>> 16) & 0x8000 : ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}

describe("weights", () => {
  const make = (): tfl.LayersModel => randomize(chain(layers.conv1d({ inputShape: [9, 3], kernelSize: 3, filters: 4, name: "conv" }), layers.flatten(), layers.dense({ units: 3, name: "out" })));

  it.each(["uint8", "uint16", "float16"] as const)("stored as %s are what TensorFlow.js makes of them", async (dtype) => {
    const artifacts = quantised(await artifactsOf(make()), dtype);
    await compare(await tfl.loadLayersModel(tf.io.fromMemory(artifacts as never)), fromArtifacts(artifacts));
  });

  it("in shards that cut through them, in old files without a format", async () => {
    const model = make();
    const artifacts = await artifactsOf(model);
    const bytes = new Uint8Array(artifacts.weightData as ArrayBuffer);
    const cuts = [0, 10, 11, 75, bytes.length];
    const shards = Object.fromEntries(cuts.slice(1).map((end, i) => [`shards/group1-shard${i + 1}of4`, bytes.subarray(cuts[i], end)]));
    const old = { modelTopology: artifacts.modelTopology, weightsManifest: [{ paths: Object.keys(shards).map((path) => `./${path}`), weights: artifacts.weightSpecs }] };
    await compare(model, memorySource("model.json", new TextEncoder().encode(JSON.stringify(old)), shards));
  });

  it("are views of the shards where they lie in one", async () => {
    const artifacts = await artifactsOf(make());
    const { graph } = await readTfjs(fromArtifacts(artifacts));
    expect(graph.constants.get("out/kernel")!.bytes().buffer).toBe(artifacts.weightData);
  });

  it("may stand under the names that TensorFlow 2 gives them, with a cell's between", async () => {
    const model = randomize(chain(layers.lstm({ units: 3, inputShape: [4, 2], name: "lstm" })));
    const artifacts = await artifactsOf(model);
    const weightSpecs = artifacts.weightSpecs!.map((spec) => ({ ...spec, name: spec.name.replace("lstm/", "lstm/lstm_cell/") }));
    await compare(model, fromArtifacts({ ...artifacts, weightSpecs }));
  });
});

describe("a model in memory", () => {
  const make = (): tfl.LayersModel => randomize(chain(layers.dense({ units: 4, inputShape: [3], activation: "tanh", name: "hidden" }), layers.dense({ units: 2, activation: "softmax", name: "classes" })));

  it("is a source like any other, with the weights as they are now", async () => {
    const model = make();
    const before: ModelSource = await fromLayersModel(model);
    await compare(model, before);
    randomize(model, 99);
    const after = await fromLayersModel(model, "trained.json");
    await compare(model, after);
    expect(after.name).toBe("trained.json");
    const x = { hidden_input: float32([1, 3], [1, 2, 3]) };
    const results = [await run((await readTfjs(before)).graph, x), await run((await readTfjs(after)).graph, x)];
    expect(() => expectClose(results[0]!["classes"]!, results[1]!["classes"]!, 0.1)).toThrow();
  });

  it("is one graph with other weights at every moment", async () => {
    const model = randomize(chain(
      layers.conv1d({ inputShape: [9, 3], kernelSize: 3, filters: 4, name: "conv" }), layers.batchNormalization({ scale: false, name: "norm" }), layers.gru({ units: 3, name: "memory" }), layers.dense({ units: 2, name: "classes" }),
    ));
    const live = liveNetwork(model, "training.json");
    const first = live.at(await live.snapshot());
    randomize(model, 99);
    const second = live.at(await live.snapshot());
    const fromFile = await readTfjs(await fromLayersModel(model));
    expect(second.graph.nodes).toEqual(first.graph.nodes);
    for (const [name, constant] of fromFile.graph.constants) expect(second.graph.constants.get(name)!.read(), name).toEqual(constant.read());
    const changed = [...second.graph.constants].filter(([name, constant]) => String(constant.read().data) !== String(first.graph.constants.get(name)!.read().data)).map(([name]) => name);
    expect(changed.length).toBeGreaterThan(6);
    // What changes is among the weights; a scale that the layer does not have is one that never changes.
    for (const name of changed) expect(second.weights.has(name), name).toBe(true);
    model.dispose();
    await expect(live.snapshot()).rejects.toMatchObject({ code: "tfjs-live", message: expect.stringContaining("disposed") as string });
    expect(() => liveNetwork(tfl.sequential())).toThrow(expect.objectContaining({ code: "tfjs-live", message: expect.stringContaining("not built") as string }));
  });

  it("that nobody has used yet is built, as its first use would", async () => {
    const model = chain(layers.dense({ units: 4, inputShape: [3] }));
    expect(model.built).toBe(false);
    await compare(model, await fromLayersModel(model));
  });

  it("is refused where it is none", async () => {
    await expect(fromLayersModel({} as never)).rejects.toMatchObject({ code: "tfjs-live", hint: expect.stringContaining("tf.sequential") as string });
    expect(() => fromArtifacts({})).toThrow(expect.objectContaining({ code: "tfjs-live" }));
  });

  it("of maps sees its input where that lies: channels last", async () => {
    const engine = createEngine({ runtime: referenceRuntime, plugins: [tfjsPlugin] });
    const model = await engine.load(await fromLayersModel(randomize(chain(layers.zeroPadding2d({ inputShape: [9, 8, 3], padding: 1 }), layers.conv2d({ kernelSize: 3, strides: 2, filters: 4, name: "conv" })))));
    expect((await model.layer("conv")).receptiveField).toEqual({ input: expect.any(String) as string, size: [3, 3], stride: [2, 2], offset: [-1, -1] });
    await engine.dispose();
  });
});

import { createEngine, isVitrineError, memorySource, seededRandom } from "@vitrine/core";
import { referenceRuntime } from "@vitrine/testing";
import { describeFormat } from "@vitrine/testing/vitest";
import { describe, expect, it } from "vitest";
import { altered, alteredGraph, graphSample, layersSample } from "../test/small-json.js";
import { readTfjs, tfjsFormat, tfjsPlugin } from "./index.js";

describeFormat(tfjsFormat, [layersSample, graphSample]);

const refusal = async (read: Promise<unknown>): Promise<{ code: string; message: string; hint: string | undefined }> => {
  const error = await read.then(() => undefined, (cause: unknown) => cause);
  if (!isVitrineError(error)) throw new Error(`no refusal: ${String(error)}`);
  return error;
};

describe("weights that do not fit", () => {
  const { siblings } = layersSample;
  it("missing and short files", async () => {
    expect(await refusal(readTfjs(altered(() => undefined, { "a.bin": siblings!["a.bin"]! })))).toMatchObject({ code: "source-missing", message: expect.stringContaining("b.bin") as string });
    expect(await refusal(readTfjs(altered(() => undefined, { ...siblings, "b.bin": siblings!["b.bin"]!.subarray(0, 50) })))).toMatchObject({ code: "tfjs-shards", message: expect.stringContaining("hold 150 bytes; the manifest needs 216") as string });
    expect(await refusal(readTfjs(altered(() => undefined, { ...siblings, "b.bin": new Uint8Array(500) })))).toMatchObject({ code: "tfjs-shards", message: expect.stringContaining("hold 600 bytes") as string });
  });
  it("a manifest that is wrong", async () => {
    const weights = (json: Parameters<Parameters<typeof altered>[0]>[0]): { name: string; shape: number[]; dtype: string; quantization?: { dtype: string; scale?: number; min?: number } }[] => json.weightsManifest[0]!.weights as never;
    const cases: [(json: Parameters<Parameters<typeof altered>[0]>[0]) => void, string, RegExp][] = [
      [(json) => (weights(json)[1]!.dtype = "complex64"), "tfjs-manifest", /conv\/bias.*complex64/],
      [(json) => (weights(json)[1]!.shape = [-3]), "tfjs-manifest", /conv\/bias/],
      [(json) => (weights(json)[1]!.shape = [2 ** 31, 2 ** 31]), "tfjs-manifest", /larger than any weight/],
      [(json) => (weights(json)[1]!.shape = [2 ** 40]), "tfjs-shards", /the manifest needs/],
      [(json) => (weights(json)[0]!.quantization!.dtype = "int4"), "tfjs-manifest", /int4/],
      [(json) => delete weights(json)[0]!.quantization!.scale, "tfjs-field", /quantization\.scale/],
      [(json) => (weights(json)[1]!.name = "conv/kernel"), "tfjs-manifest", /two weights have this name/],
      [(json) => (weights(json)[1]!.name = "conv/bais"), "tfjs-weight-missing", /`conv\/bias` of `conv` is not in/],
      [(json) => (weights(json)[5]!.shape = [1, 2]), "tfjs-weight-shape", /`bias` of `classes` has the shape \[1, 2\]; \[2\]/],
      [(json) => (json.weightsManifest[0]!.paths = ["a.bin", "a.bin"]), "tfjs-manifest", /named twice/],
      [(json) => (json.weightsManifest = {} as never), "tfjs-field", /weightsManifest/],
    ];
    for (const [change, code, message] of cases) expect(await refusal(readTfjs(altered(change)))).toMatchObject({ code, message: expect.stringMatching(message) as string });
  });
});

describe("topologies that do not fit", () => {
  type Layer = { name: string; class_name: string; config: Record<string, unknown>; inbound_nodes: unknown };
  const withLayer = (i: number, change: (layer: Layer) => void) => altered((json) => change(json.modelTopology.model_config.config.layers[i] as never));
  it.each<[string, number, (layer: Layer) => void, string, RegExp]>([
    ["a layer that nobody knows", 1, (layer) => (layer.class_name = "Conv2d"), "tfjs-layer-unknown", /`conv` is a `Conv2d`/],
    ["a function of somebody's own", 1, (layer) => (layer.class_name = "Lambda"), "tfjs-layer-unknown", /`conv` is a `Lambda`/],
    ["an activation that nobody knows", 1, (layer) => (layer.config["activation"] = "snake"), "tfjs-layer", /`conv`.*`snake`/],
    ["a recurrent activation that ONNX lacks", 4, (layer) => (layer.config["activation"] = "selu"), "tfjs-layer", /`memory`.*`selu`/],
    ["a stride of zero", 1, (layer) => (layer.config["strides"] = 0), "tfjs-field", /layers\[1\]\.config\.strides/],
    ["a padding", 1, (layer) => (layer.config["padding"] = "full"), "tfjs-field", /config\.padding/],
    ["a window larger than the picture", 2, (layer) => (layer.config["pool_size"] = [9, 9]), "tfjs-layer-invalid", /larger than its input/],
    ["a shape that does not hold", 3, (layer) => (layer.config["target_shape"] = [5, 5]), "tfjs-layer-invalid", /27 elements/],
    ["an input of nobody", 2, (layer) => (layer.inbound_nodes = [[["cnov", 0, 0]]]), "tfjs-topology", /cannot be computed/],
    ["a circle", 1, (layer) => (layer.inbound_nodes = [[["classes", 0, 0]]]), "tfjs-topology", /cannot be computed/],
    ["Keras 3", 1, (layer) => (layer.inbound_nodes = [{ args: [], kwargs: {} }]), "tfjs-field", /as Keras 2 writes them/],
    ["a name twice", 2, (layer) => (layer.name = "conv"), "tfjs-topology", /two of them are called `conv`/],
  ])("%s", async (_, i, change, code, message) => {
    const error = await refusal(readTfjs(withLayer(i, change)));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(error.hint).toBeTruthy();
  });
  it("nodes", async () => {
    const node = (json: Parameters<Parameters<typeof alteredGraph>[0]>[0], i: number) => json.modelTopology.node[i] as { name: string; op: string; input: string[]; attr: Record<string, unknown> };
    const cases: [(json: Parameters<Parameters<typeof alteredGraph>[0]>[0]) => void, string, RegExp][] = [
      [(json) => (node(json, 4).op = "Relo"), "tfjs-op-unknown", /`net\/conv\/Relu` is a `Relo`/],
      [(json) => (node(json, 4).op = "Enter"), "tfjs-graph", /names no loop/],
      [(json) => (node(json, 4).input = ["nowhere"]), "tfjs-graph", /`nowhere`/],
      [(json) => (node(json, 3).input = ["net/conv/Relu", "w"]), "tfjs-graph", /computed from itself/],
      [(json) => (node(json, 4).input = ["net/conv/Conv2D:3"]), "tfjs-graph", /output 3/],
      [(json) => (node(json, 2).attr["value"] = { tensor: { dtype: "DT_INT32", tensorShape: { dim: [{ size: "1000000000000" }] }, intVal: [1] } }), "tfjs-node", /open size|claims/],
      [(json) => (node(json, 2).attr["value"] = { tensor: { dtype: "DT_INT32", tensorShape: { dim: [{ size: "2000000000" }] }, intVal: [1] } }), "tfjs-node", /claims/],
      [(json) => (node(json, 1).name = "v"), "tfjs-graph", /`w`/],
      [(json) => (json.modelTopology.node = [] as never), "tfjs-graph", /no outputs/],
    ];
    for (const [change, code, message] of cases) expect(await refusal(readTfjs(alteredGraph(change)))).toMatchObject({ code, message: expect.stringMatching(message) as string });
  });
  it("files that are something else", async () => {
    const read = (text: string) => refusal(readTfjs(memorySource("model.json", new TextEncoder().encode(text))));
    expect(await read("{")).toMatchObject({ code: "tfjs-json" });
    expect(await read("[]")).toMatchObject({ code: "tfjs-not" });
    expect(await read('{"class_name":"Sequential","config":{}}')).toMatchObject({ code: "tfjs-not", hint: expect.stringContaining("tensorflowjs_converter") as string });
    expect(await read('{"format":"onnx","modelTopology":{}}')).toMatchObject({ code: "tfjs-field" });
    expect(await read(`{"modelTopology":${"[".repeat(20000)}${"]".repeat(20000)}}`)).toMatchObject({ code: "tfjs-field" });
  });
});

it("survives a thousand mutations of the JSON and the shards", async () => {
  const random = seededRandom(11);
  const values = ["null", "-1", "1e308", "4294967296", "\"\"", "[]", "{}", "true", "[[[]]]", "0.5", "\"linear\"", "99999999999999999999"];
  let read = 0;
  for (let i = 0; i < 1000; i++) {
    const sample = i % 2 === 0 ? layersSample : graphSample;
    let text = new TextDecoder().decode(sample.bytes);
    for (let n = 0; n <= random.below(3); n++) {
      // A scalar, a list or a key's value becomes something else; or bytes are lost.
      const places = [...text.matchAll(/-?\d+(\.\d+)?|"[^"]*"|true|false|null|\[[^[\]]*\]/g)];
      const place = places[random.below(places.length)]!;
      const by = random.below(4) === 0 ? places[random.below(places.length)]![0] : values[random.below(values.length)]!;
      text = text.slice(0, place.index) + by + text.slice(place.index + place[0].length);
    }
    const siblings = Object.fromEntries(Object.entries(sample.siblings!).map(([name, bytes]) => [name, random.below(8) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes]));
    try {
      const { graph } = await readTfjs(memorySource("model.json", new TextEncoder().encode(text), siblings));
      for (const constant of graph.constants.values()) constant.read();
      read++;
    } catch (error) {
      if (!isVitrineError(error) || error.kind === "internal" || error.code === "tfjs-unexpected") throw new Error(`mutation ${i}: ${String(error)}\n${text}`, { cause: error });
    }
  }
  // Most break something, and some change only a number.
  expect(read).toBeGreaterThan(50);
  expect(read).toBeLessThan(700);
});

describe("in an engine", () => {
  it("is a model like any other: layers by their names, units on their axis", async () => {
    const engine = createEngine({ runtime: referenceRuntime, plugins: [tfjsPlugin] });
    const model = await engine.load(memorySource(layersSample.name, layersSample.bytes, layersSample.siblings));
    expect(model.origin).toBe("TensorFlow.js LayersModel, keras v2.2.4-tf, by hand");
    expect((await model.layers()).map(({ name, kind, shape, unitAxis, units }) => [name, kind, shape.join("×"), unitAxis, units])).toEqual([
      ["conv:Conv", "conv", "1×3×6×6", 1, 3], ["conv", "activation", "1×3×6×6", 1, 3], ["pool", "pool", "1×3×3×3", 1, 3],
      ["memory", "recurrent", "3×1×1×2", 3, 2], ["classes:Gemm", "dense", "1×2", 1, 2], ["classes", "softmax", "1×2", 1, 2],
    ]);
    await engine.dispose();
  });
});

import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createEngine, dataValues, decodeNpy, memorySource, seededRandom, sizeOf, stridesOf, tensor, toFloat32, type DType, type Engine, type Model, type ModelSpec, type Report, type Tensor } from "@vitrine/core";
import { onnxPlugin } from "@vitrine/format-onnx";
import { imagePlugin, presetSpec } from "@vitrine/image";
import { imageNodePlugin, sharpCodec } from "@vitrine/image-node";
import { activation, activationPlugin, localisation, sparsity, statisticNames } from "@vitrine/method-activation";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { relativeL2 } from "@vitrine/testing";
import { afterAll, expect, test } from "vitest";
import { describeShared } from "./shared.js";

const engine: Engine = createEngine({ runtime: onnxNode({ providers: ["cpu"], threads: 2 }), plugins: [onnxPlugin, imagePlugin, imageNodePlugin, activationPlugin] });
afterAll(() => engine.dispose());

const open = async (file: string, spec?: ModelSpec): Promise<Model> =>
  engine.load(memorySource(path.basename(file), new Uint8Array(await readFile(file))), spec && { spec });

/** Files that end so, below a folder; none where it is missing and the suite is skipped. */
const filesIn = (folder: string, ending: string): string[] => (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(ending)).sort() : []);

const passMark = 1e-4;

/** At most so many maps of a layer are walked through, and of large ones fewer, evenly spread over its units and samples. */
const mapsPerLayer = 16;
const positionsPerLayer = 150_000;

/** Maps of a value by their place among samples × units, read by the axes that the findings name; undefined where windows are folded into the batch. */
function mapsOf(value: Tensor, axes: readonly string[], samples: number, units: number): Map<number, Float32Array> | undefined {
  const [batch, unit] = [axes.indexOf("batch"), axes.indexOf("unit")];
  if ((batch < 0 ? 1 : value.shape[batch]) !== samples || (unit < 0 ? 1 : value.shape[unit]) !== units) return undefined;
  const data = toFloat32(value);
  const strides = stridesOf(value.shape);
  let offsets = [0];
  value.shape.forEach((dim, axis) => {
    if (axis !== batch && axis !== unit) offsets = offsets.flatMap((offset) => Array.from({ length: dim }, (_, i) => offset + i * strides[axis]!));
  });
  const most = Math.min(mapsPerLayer, Math.max(2, Math.floor(positionsPerLayer / offsets.length)));
  const step = Math.max(1, Math.floor((samples * units) / most));
  const chosen = Array.from({ length: Math.ceil((samples * units) / step) }, (_, i) => i * step);
  return new Map(chosen.map((place) => {
    const start = (batch < 0 ? 0 : Math.floor(place / units) * strides[batch]!) + (unit < 0 ? 0 : (place % units) * strides[unit]!);
    return [place, Float32Array.from(offsets, (offset) => data[start + offset]!)];
  }));
}

interface LayerFacts {
  readonly layer: string;
  readonly rectified: boolean;
}

/** Holds every layer's statistics, reduced in the graph, against plain loops over the values that it gave. Returns how many maps were compared. */
function checkStatistics(report: Report): number {
  let compared = 0;
  for (const { layer, rectified } of report.facts["layers"] as unknown as LayerFacts[]) {
    const { tensor: value, axes } = report.tensors[`activation/${layer}`]!;
    const { tensor: statistics } = report.tensors[`statistics/${layer}`]!;
    const [samples, units, width] = statistics.shape as [number, number, number];
    const maps = mapsOf(value, axes!, samples, units);
    if (!maps) continue;
    const got = toFloat32(statistics);
    for (const [i, map] of maps) {
      const sum = map.reduce((a, b) => a + b, 0);
      const most = map.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      const position = got[i * width + statisticNames.indexOf("position")]!;
      const local = localisation(map);
      const expected: Readonly<Record<(typeof statisticNames)[number], number>> = {
        min: map.reduce((a, b) => Math.min(a, b), Infinity), max: map.reduce((a, b) => Math.max(a, b), -Infinity), mean: sum / map.length,
        position: Number.NaN,
        zeros: rectified ? sparsity(map) : Number.NaN, below: Number.NaN, concentration: local?.concentration ?? Number.NaN, entropy: local?.entropy ?? Number.NaN,
      };
      for (const [k, name] of statisticNames.entries()) {
        const actual = got[i * width + k]!;
        const wanted = name === "position" ? (map.length > 1 ? expected.max : Number.NaN) : expected[name];
        const told = name === "position" && map.length > 1 ? map[actual]! : actual;
        // Sums in single precision, of maps of up to 50,000 positions.
        const allowed = passMark * (name === "mean" ? most : name === "entropy" ? 1 : Math.abs(wanted));
        const holds = Number.isNaN(wanted) ? Number.isNaN(told) : Math.abs(told - wanted) <= allowed;
        if (!holds) expect.fail(`${layer}, map ${i}: ${name} is ${told}, and plain loops say ${wanted}`);
      }
      if (!Number.isNaN(position)) compared++;
    }
  }
  return compared;
}

describeShared("conformance", "activation: every saved activation of every reference network, and statistics of every layer", (at) => {
  const files = filesIn(path.join(at, "onnx"), ".onnx");
  if (files.length === 0) test.skip("no networks", () => undefined);
  test.each(files)("%s", async (file) => {
    const [name = "", variant] = file.split(".");
    const manifest = JSON.parse(await readFile(path.join(at, "ref", name, "manifest.json"), "utf8")) as {
      activations: { file: string; onnx_tensor: string | null; onnx_tensor_nofold: string | null }[];
    };
    const key = variant === "nofold" ? "onnx_tensor_nofold" : "onnx_tensor";
    const model = await open(path.join(at, "onnx", file));
    const input = decodeNpy(new Uint8Array(await readFile(path.join(at, "ref", name, "x.npy"))), "x.npy");
    // All layers by default, once per network: what its other exports add is seen in the saved activations.
    const whole = variant === "onnx" ? await engine.run(activation, { model, input }) : undefined;
    if (whole) expect(checkStatistics(whole)).toBeGreaterThan(0);
    const data = dataValues(model.graph);
    // Embedded positions are saved too, and depend on no input.
    const constant = new Set(model.graph.nodes.flatMap((node) => node.outputs).filter((value) => !data.has(value)));
    const wanted = manifest.activations.filter((one) => one[key] !== null && !constant.has(one[key]) && existsSync(path.join(at, "ref", name, one.file)));
    const saved = wanted.filter((one) => data.has(one[key]!));
    // Other opsets and decompositions name some values otherwise; the two main exports name all of them.
    if (variant === "onnx" || variant === "nofold") expect(saved.length, "saved activations").toBe(wanted.length);
    const byValue = await engine.run(activation, { model, input, params: { layers: saved.map((one) => one[key]!) } });
    checkStatistics(byValue);
    const found = new Map(Object.entries(byValue.tensors).flatMap(([at, one]) => (at.startsWith("activation/") ? [[one.value, one.tensor] as const] : [])));
    let worst = 0;
    for (const one of saved) {
      const expected = decodeNpy(new Uint8Array(await readFile(path.join(at, "ref", name, one.file))), one.file);
      const actual = found.get(one[key]!)!;
      expect(actual.shape, one[key]!).toEqual(expected.shape);
      const apart = relativeL2(toFloat32(actual), toFloat32(expected));
      worst = Math.max(worst, apart);
      expect(apart, one[key]!).toBeLessThan(passMark);
    }
    const missing = manifest.activations.length - saved.length;
    await model.dispose();
    console.log(`${file}: ${saved.length} activations${missing === 0 ? "" : ` (${missing} fused away, constant or not there)`}, worst relative L2 ${worst.toExponential(1)}${whole ? `; ${(whole.facts["layers"] as unknown[]).length} layers by default` : ""}`);
  });
});

describeShared("models", "activation: real networks", (at) => {
  const random = (model: Model): Record<string, Tensor> => {
    const source = seededRandom(3);
    return Object.fromEntries(model.inputs.map((input) => {
      const shape = (input.shape ?? []).map((dim) => (typeof dim === "number" ? dim : 1));
      const dtype: DType = input.dtype ?? "float32";
      const size = sizeOf(shape);
      return [input.name, dtype === "int64" ? tensor("int64", shape, BigInt64Array.from({ length: size }, () => BigInt(source.below(10)))) : tensor("float32", shape, Float32Array.from({ length: size }, () => source.normal()))];
    }));
  };

  const unreadable = "super-resolution-no-opset.onnx";
  const files = filesIn(at, ".onnx").filter((name) => path.basename(name) !== unreadable);
  test.each(files)("%s: all layers, and statistics as plain loops say", async (file) => {
    const model = await open(path.join(at, file));
    const report = await engine.run(activation, { model, input: random(model) });
    const compared = checkStatistics(report);
    console.log(`${file}: ${(report.facts["layers"] as unknown[]).length} layers, ${compared} maps; ${JSON.stringify(report.facts["summary"])}`);
    await model.dispose();
  });

  test("SqueezeNet on the golden retriever", async () => {
    const spec: ModelSpec = { inputs: { data_0: presetSpec("caffe", [1, 3, 224, 224], "data_0") }, outputs: [{ name: "softmaxout_1", kind: "class-probabilities", labels: (await readFile(path.join(at, "labels", "synset.txt"), "utf8")).trim().split("\n").map((line) => line.slice(10)) }] };
    const model = await open(path.join(at, "squeezenet", "squeezenet1.1.onnx"), spec);
    const file = path.join(at, "images", "ILSVRC2012_val_00008338.jpg");
    const input = await sharpCodec.decode(new Uint8Array(await readFile(file)), path.basename(file));
    const conv1 = (await model.layers())[0]!;
    const report = await engine.run(activation, { model, input, params: { unit: [`${conv1.name}[3]`], layers: [conv1.name, "softmaxout_1"] } });
    expect(report.facts["summary"]).toMatch(/^squeezenet1\.1 says golden retriever \(7\d %\)\./);
    expect(report.views.find((view) => view.kind === "bars")).toMatchObject({ bars: { 0: { label: "golden retriever", marked: true } } });
    expect(report.tensors["input/data_0"]!.tensor.shape).toEqual([224, 224, 4]);
    const unit = report.views.find((view) => view.kind === "heatmap");
    // 3 × 3, stride 2, no padding: a box of 3 × 3 pixels.
    expect(unit).toMatchObject({ over: "input/data_0", outlines: [{ box: { 2: 3, 3: 3 } }], place: [0.5, 0.5, 222, 222] });
  });
});

import { at, float32, int64, isVitrineError, layerGridCells, tensor, toFloat32, type Engine, type Fact, type LayerGridView, type Report, type TableView, type Tensor, type Update } from "@vitrine/core";
import { expectClose } from "@vitrine/testing";
import { afterAll, describe, expect, test } from "vitest";
import { convNet, deadUnit, engineOf, load, noise, oddNet, sequenceNet, volumeNet, windowNet } from "../test/networks.js";
import { activation, isSilent, localisation, sparsity, statisticNames } from "./index.js";

const engine: Engine = engineOf({
  "net.x": convNet(), "single.x": convNet({ batch: 1 }), "sequence.x": sequenceNet(), "windows.x": windowNet(), "volume.x": volumeNet(), "odd.x": oddNet(), "wide.x": convNet({ channels: 5 }), "renamed.x": convNet({ prefix: "net" }),
  "epoch-08.x": convNet({ scale: 0.5 }), "epoch-02.x": convNet({ scale: 2 }), "epoch-30.x": convNet({ seed: 9 }), "logits.x": convNet({ softmax: false }),
});
afterAll(() => engine.dispose());

const x = noise([2, 3, 8, 8], 5);
const run = async (name: string, input: unknown, params: object = {}): Promise<Report> => engine.run(activation, { model: await load(engine, name), input, params });

/** One map of a value, position by position. */
function mapOf(value: Tensor, axes: readonly string[], sample: number, unit: number): number[] {
  const map: number[] = [];
  const walk = (index: number[]): void => {
    const axis = index.length;
    if (axis === value.shape.length) return void map.push(at(value, ...index));
    const fixed = axes[axis] === "batch" ? sample : axes[axis] === "unit" ? unit : undefined;
    for (let i = fixed ?? 0; i < (fixed === undefined ? value.shape[axis]! : fixed + 1); i++) walk([...index, i]);
  };
  walk([]);
  return map;
}

/** Holds a layer's statistics, which the graph computed, against plain loops over its saved values. */
function checkStatistics(report: Report, layer: string, below?: number): void {
  const { tensor: value, axes } = report.tensors[`activation/${layer}`]!;
  const { tensor: statistics } = report.tensors[`statistics/${layer}`]!;
  const rectified = facts(report, layer)["rectified"] === true;
  const [samples, units] = statistics.shape as [number, number, number];
  for (let sample = 0; sample < samples; sample++) {
    for (let unit = 0; unit < units; unit++) {
      const map = mapOf(value, axes!, sample, unit);
      const local = localisation(map);
      const max = Math.max(...map);
      const expected = [
        Math.min(...map), max, map.reduce((a, b) => a + b, 0) / map.length, map.length > 1 ? map.indexOf(max) : NaN,
        rectified ? sparsity(map) : NaN, below === undefined ? NaN : map.filter((a) => Math.abs(a) < below).length / map.length,
        local?.concentration ?? NaN, local?.entropy ?? NaN,
      ];
      statisticNames.forEach((name, k) => {
        const got = at(statistics, sample, unit, k);
        if (Number.isNaN(expected[k]!)) expect(got, `${layer} ${name}`).toBeNaN();
        else expect(got, `${layer}[${unit}] ${name} of sample ${sample}`).toBeCloseTo(expected[k]!, 5);
      });
    }
  }
}

function facts(report: Report, layer: string): Record<string, Fact> {
  return (report.facts["layers"] as Record<string, Fact>[]).find((one) => one["layer"] === layer)!;
}

describe("one forward pass", () => {
  test("gives every layer's value, by its own name, and statistics that plain loops confirm", async () => {
    const report = await run("net.x", x, { zeroBelow: 0.3 });
    const layers = ["conv1", "relu1", "pool1", "conv2", "relu2", "fc", "softmax"];
    expect(Object.keys(report.tensors)).toEqual(layers.flatMap((layer) => [`activation/${layer}`, `statistics/${layer}`]));
    expect(report.tensors["activation/conv1"]).toMatchObject({ value: "/conv1/Conv_output_0", axes: ["batch", "unit", "row", "column"], tensor: { dtype: "float32", shape: [2, 4, 8, 8] } });
    for (const layer of layers) checkStatistics(report, layer, 0.3);
    const first = toFloat32(report.tensors["activation/conv1"]!.tensor).subarray(0, 256);
    expect(facts(report, "conv1")).toMatchObject({ min: Math.min(...first), max: Math.max(...first), units: 4, positions: [8, 8], kind: "conv" });
    expect(facts(report, "conv1")["mean"]).toBeCloseTo(first.reduce((a, b) => a + b, 0) / 256, 4);
    expect(report.target).toBeUndefined();
    expect(structuredClone(report)).toEqual(report);
  });

  test("sparsity and silent units where zero means off, elsewhere not applicable", async () => {
    const report = await run("net.x", x);
    const relu = toFloat32(report.tensors["activation/relu1"]!.tensor).subarray(0, 256);
    expect(facts(report, "relu1")["sparsity"]).toBeCloseTo(sparsity(relu), 6);
    expect(facts(report, "relu1")["silentUnits"]).toBe([0, 1, 2, 3].filter((unit) => isSilent(relu.subarray(unit * 64, unit * 64 + 64))).length);
    expect(facts(report, "relu2")).toMatchObject({ rectified: true });
    for (const layer of ["conv1", "pool1", "fc", "softmax"]) expect(facts(report, layer)).toMatchObject({ rectified: false, sparsity: null, silentUnits: null });
    expect(facts(report, "fc")).toMatchObject({ concentration: null, entropy: null });
    expect(JSON.parse(JSON.stringify(report.facts))).toEqual(report.facts);
  });

  test("lists the strongest units with what they see, cut at the input's edge", async () => {
    const report = await run("net.x", x, { layers: ["relu1", "/conv2/Conv_output_0"], top: 2, sample: 1 });
    const [best] = facts(report, "relu1")["strongest"] as Record<string, Fact>[];
    const value = report.tensors["activation/relu1"]!.tensor;
    const [row, column] = best!["position"] as [number, number];
    expect(best!["max"]).toBe(Math.max(...toFloat32(value).subarray(256)));
    expect(at(value, 1, best!["unit"] as number, row, column)).toBe(best!["max"]);
    const start = [Math.max(0, row - 1), Math.max(0, column - 1)];
    expect(best!["receptiveField"]).toMatchObject({ input: "x", start, size: [Math.min(8, row + 2) - start[0]!, Math.min(8, column + 2) - start[1]!] });
    const table = report.views.find((view) => view.kind === "table" && view.title.startsWith("The strongest units")) as TableView;
    expect(table.rows.map((cells) => cells[0])).toEqual(["relu1", "relu1", "conv2", "conv2"]);
    // conv2 at (r, c) sees 8 × 8 from 2r − 1.
    const [deep] = facts(report, "conv2")["strongest"] as Record<string, Fact>[];
    const [r] = deep!["position"] as [number, number];
    expect((deep!["receptiveField"] as { start: number[]; size: number[] }).start[0]).toBe(Math.max(0, 2 * r - 1));
    expect((deep!["receptiveField"] as { start: number[]; size: number[] }).size[0]).toBe(Math.min(8, 2 * r + 7) - Math.max(0, 2 * r - 1));
  });

  test("one runtime call, of one graph", async () => {
    const model = await load(engine, "net.x");
    await engine.run(activation, { model, input: x });
    const calls: number[] = [];
    const original = model.run.bind(model);
    model.run = (graph, feeds, options) => {
      calls.push(graph.outputs.length);
      return original(graph, feeds, options);
    };
    await engine.run(activation, { model, input: x });
    expect(calls).toHaveLength(1);
  });

  test("a model that takes one sample at a time gives the same", async () => {
    const batched = await run("net.x", x);
    const single = await run("single.x", x);
    for (const [key, { tensor: value }] of Object.entries(batched.tensors)) expectClose(single.tensors[key]!.tensor, value, 1e-6);
    expect(single.facts["layers"]).toEqual(batched.facts["layers"]);
  });

  test("sequences: time × directions × batch × units, units first or last", async () => {
    const ids = tensor("int64", [6, 2], int64(Array.from({ length: 12 }, (_, i) => (i * 5) % 7)).data);
    const report = await run("sequence.x", ids, { layers: ["embed", "lstm", "relu"] });
    expect(report.tensors["activation/lstm"]).toMatchObject({ axes: ["time", "direction", "batch", "unit"], tensor: { shape: [6, 2, 2, 3] } });
    for (const layer of ["embed", "lstm", "relu"]) checkStatistics(report, layer);
    const grid = report.views.find((view) => view.kind === "layer-grid" && view.title === "What lstm sees") as LayerGridView;
    const cells = layerGridCells(report.tensors[grid.tensor]!.tensor, grid);
    expect([cells.units, cells.height, cells.width, grid.columns, grid.colours]).toEqual([3, 2, 6, 1, "signed"]);
  });

  test("windows folded into the batch are taken together", async () => {
    const input = float32([2, 4, 2], [1, -1, -2, 5, 3, -1, 0, -2, -1, -1, -1, -1, 2, 4, -1, 8]);
    const model = await load(engine, "windows.x", { inputs: { x: { kind: "tensor", layout: "NTC" } }, outputs: [] });
    const report = await engine.run(activation, { model, input, params: { layers: ["relu"], sample: 1 } });
    // Windows of sample 1: [[0, 0], [0, 0]] and [[2, 4], [0, 8]]; units lie last.
    const { tensor: statistics } = report.tensors["statistics/relu"]!;
    expect(statistics.shape).toEqual([2, 2, statisticNames.length]);
    const names = ["min", "max", "mean", "zeros"] as const;
    const of = (unit: number): number[] => names.map((name) => at(statistics, 1, unit, statisticNames.indexOf(name)));
    expect([of(0), of(1)]).toEqual([[0, 2, 0.5, 0.75], [0, 8, 3, 0.5]]);
    expect(facts(report, "relu")).toMatchObject({ silentUnits: 0, strongest: [{ unit: 1, max: 8, position: null }, { unit: 0 }] });
    expect((report.views.find((view) => view.kind === "layer-grid") as LayerGridView).sample).toBe(2);
  });
});

describe("unusual layers", () => {
  test("volumes: slices one under the other, and a log-softmax", async () => {
    const model = await load(engine, "volume.x", { inputs: {}, outputs: [{ name: "/log/LogSoftmax_output_0", kind: "class-probabilities", labels: ["ant", "bee", "cat"] }] });
    const report = await engine.run(activation, { model, input: noise([2, 2, 4, 4, 4], 4), params: { unit: ["relu[1]@0,1,2"] } });
    expect(report.tensors["activation/relu"]!.axes).toEqual(["batch", "unit", "depth", "row", "column"]);
    for (const layer of ["conv", "relu", "log"]) checkStatistics(report, layer);
    const grid = report.views.find((view) => view.title === "What relu sees") as LayerGridView;
    const cells = layerGridCells(report.tensors[grid.tensor]!.tensor, grid);
    expect([cells.units, cells.height, cells.width]).toEqual([3, 16, 4]);
    expect(report.tensors["unit/relu[1]"]!.tensor.shape).toEqual([16, 4]);
    const logs = toFloat32(report.tensors["activation/log"]!.tensor).subarray(0, 3);
    expect((report.facts["top"] as { value: number }).value).toBeCloseTo(Math.exp(Math.max(...logs)), 6);
    expect(report.views.find((view) => view.kind === "bars")).toMatchObject({ xAxis: "log-probability" });
    expect(report.views.find((view) => view.kind === "heatmap")?.caption).toContain("Outlined at depth 0, row 1, column 2, where it sees slices 0–1, rows 0–2, columns 1–3 of the input");
  });

  test("whole numbers become float32, and what is infinite is told", async () => {
    const report = await run("odd.x", float32([1, 3], [2, 0, -0.25]), { layers: ["inverse", "whole"] });
    expect(report.tensors["activation/whole"]!.tensor).toEqual({ dtype: "float32", shape: [1, 3], data: Float32Array.of(0, 5, -4) });
    expect(facts(report, "whole")).toMatchObject({ min: -4, max: 5, sparsity: null });
    expect(report.notices).toEqual(["inverse holds values that are infinite or no numbers; they are left out of its scale."]);
    expect(report.views.find((view) => view.kind === "layer-grid")).not.toHaveProperty("range");
  });

  test("a network that ends in logits: its classes as bars of their own", async () => {
    const spec = { inputs: {}, outputs: [{ name: "/fc/Gemm_output_0", kind: "logits", labels: ["ant", "bee", "cat", "dog", "eel"] }] } as const;
    const model = await load(engine, "logits.x", spec);
    const report = await engine.run(activation, { model, input: x, params: { layers: ["fc"] } });
    const logits = Array.from(toFloat32(report.tensors["activation/fc"]!.tensor).subarray(0, 5));
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    const best = logits.indexOf(Math.max(...logits));
    const bars = report.views.find((view) => view.kind === "bars");
    expect(bars).toMatchObject({ title: "Its strongest classes", xAxis: "probability", bars: { 0: { label: spec.outputs[0].labels[best] } } });
    expect(bars!.bars[0]!.value).toBeCloseTo(Math.exp(logits[best]!) / total, 6);
  });
});

describe("views", () => {
  test("a grid per layer by the parameters; a softmax as bars with labels", async () => {
    const model = await load(engine, "net.x", { inputs: {}, outputs: [{ name: "probs", kind: "class-probabilities", labels: ["ant", "bee", "cat, tom", "dog", "eel"] }] });
    const report = await engine.run(activation, { model, input: x, params: { normalise: "dvt", contrast: "channel", gamma: 0.5, sample: 1 } });
    const grids = report.views.filter((view) => view.kind === "layer-grid");
    expect(grids.map((view) => view.title)).toEqual(["conv1", "relu1", "pool1", "conv2", "relu2", "fc"].map((name) => `What ${name} sees`));
    expect(grids[0]).toMatchObject({ columns: 2, ownScale: true, sample: 1, scaling: { normalise: "min-max", contrast: "channel", channelBoost: 0, gamma: 0.5 }, colours: "magnitude" });
    for (const grid of grids) expect(() => layerGridCells(report.tensors[grid.tensor]!.tensor, grid)).not.toThrow();
    const probs = toFloat32(report.tensors["activation/softmax"]!.tensor).subarray(5);
    const best = probs.indexOf(Math.max(...probs));
    const label = ["ant", "bee", "cat", "dog", "eel"][best]!;
    const bars = report.views.find((view) => view.kind === "bars" && view.title === "What softmax says");
    expect(bars).toMatchObject({ xAxis: "probability", range: [0, 1], bars: { length: 5, 0: { label, value: probs[best], marked: true } } });
    expect(report.facts["top"]).toMatchObject({ index: best, label, unit: "probability" });
    expect(report.facts["summary"]).toContain(`net says ${label} (`);
  });

  test("by default zero is the page: magnitude, and two colours where a layer has negative values", async () => {
    const report = await run("net.x", x);
    const of = (layer: string): LayerGridView => report.views.find((view) => view.title === `What ${layer} sees`) as LayerGridView;
    const conv = Math.max(...toFloat32(report.tensors["activation/conv1"]!.tensor).subarray(0, 256).map(Math.abs));
    expect(of("conv1")).toMatchObject({ colours: "signed", range: [-conv, conv], ownScale: false });
    expect(of("relu1")).toMatchObject({ colours: "magnitude", range: [0, Math.max(...toFloat32(report.tensors["activation/relu1"]!.tensor).subarray(0, 256))] });
  });

  test("one unit over the input, its strongest position's receptive field outlined", async () => {
    const picture = { width: 8, height: 8, data: new Uint8Array(256).fill(7) };
    const model = await load(engine, "net.x");
    const prepare = model.prepare.bind(model);
    model.prepare = (input, label) => Object.fromEntries(Object.entries(prepare(input, label)).map(([name, one]) => [name, { ...one, toPictures: () => [picture, picture] }]));
    const report = await engine.run(activation, { model, input: x, params: { layers: ["pool1"], unit: ["relu1[1]", "pool1[3]@2", "3", "fc[0]"] } });
    const views = report.views.filter((view) => view.group?.startsWith("Unit "));
    expect(views.map((view) => view.kind)).toEqual(["heatmap", "heatmap", "text"]);
    const map = report.tensors["unit/relu1[1]"]!.tensor;
    expect(Array.from(map.data as Float32Array)).toEqual(mapOf(report.tensors["activation/relu1"]!.tensor, ["batch", "unit", "row", "column"], 0, 1));
    const values = map.data as Float32Array;
    const position = values.indexOf(Math.max(...values));
    const [row, column] = [Math.floor(position / 8), position % 8];
    const [top, left] = [Math.max(0, row - 1), Math.max(0, column - 1)];
    expect(views[0]).toMatchObject({
      over: "input/x", place: [0, 0, 8, 8], colours: "importance", range: [0, Math.max(...values)],
      outlines: [{ box: [top, left, Math.min(8, row + 2) - top, Math.min(8, column + 2) - left], label: "receptive field" }],
    });
    // A 2 × 2 pooling of a padded 3 × 3 convolution: position (2, 3) sees rows 3 to 6, columns 5 to 8 of 0 to 7.
    expect(views[1]).toMatchObject({ place: [0, 0, 8, 8], outlines: [{ box: [3, 5, 4, 3] }] });
    expect(report.tensors["input/x"]!.tensor).toMatchObject({ dtype: "uint8", shape: [8, 8, 4] });
  });
});

describe("over a set", () => {
  const set = [noise([1, 3, 8, 8], 21), noise([2, 3, 8, 8], 22), { label: "last.png", open: () => Promise.resolve(noise([1, 3, 8, 8], 23)) }];

  test("the same numbers as one pass over all of them", async () => {
    const model = await load(engine, "net.x");
    const report = await engine.run(activation, { model, input: x, batch: 3, params: { against: set, zeroBelow: 0.2, top: 1 } });
    const joined = float32([4, 3, 8, 8], [21, 22, 23].flatMap((seed) => [...noise([seed === 22 ? 2 : 1, 3, 8, 8], seed).data]));
    const whole = await run("net.x", joined, { zeroBelow: 0.2 });
    const setFacts = report.facts["against"] as { inputs: number; labels: string[]; statistics: string[]; layers: Record<string, Fact>[] };
    expect(setFacts).toMatchObject({ inputs: 4, labels: ["input 1", "input 2 #0", "input 2 #1", "last.png"] });
    const names = setFacts.statistics;
    for (const layer of ["conv1", "relu1", "pool1", "fc"]) {
      const { tensor: value, axes } = whole.tensors[`activation/${layer}`]!;
      const { tensor: got } = report.tensors[`against/${layer}`]!;
      const rectified = layer === "relu1";
      for (let unit = 0; unit < got.shape[0]!; unit++) {
        const maps = [0, 1, 2, 3].map((sample) => mapOf(value, axes!, sample, unit));
        const all = maps.flat();
        const local = maps.map(localisation).filter((one) => one !== undefined);
        const mean = (values: readonly number[]): number => (values.length === 0 ? NaN : values.reduce((a, b) => a + b, 0) / values.length);
        const expected: Readonly<Record<string, number>> = {
          min: Math.min(...all), max: Math.max(...all), mean: mean(all), zeros: rectified ? sparsity(all) : NaN, below: all.filter((a) => Math.abs(a) < Math.fround(0.2)).length / all.length,
          firing: rectified ? maps.filter((map) => !isSilent(map)).length / 4 : NaN, strongestInput: maps.findIndex((map) => map.includes(Math.max(...all))),
          concentration: mean(local.map((one) => one.concentration)), entropy: mean(local.map((one) => one.entropy)),
        };
        names.forEach((name, k) => {
          const value = at(got, unit, k);
          if (Number.isNaN(expected[name]!)) expect(value, `${layer} ${name}`).toBeNaN();
          else expect(value, `${layer}[${unit}] ${name}`).toBeCloseTo(expected[name]!, 5);
        });
      }
    }
    const dead = setFacts.layers.find((one) => one["layer"] === "relu1")!;
    expect(dead["deadUnits"]).toContain(deadUnit);
    expect(setFacts.layers.find((one) => one["layer"] === "conv1")).toMatchObject({ dead: null, deadUnits: null, sparsity: null });
    const table = report.views.find((view) => view.title === "Which input the strongest units answer most") as TableView;
    expect(table.rows).toHaveLength(7);
    expect(setFacts.labels).toContain(table.rows[0]!.at(-1));
  });

  test("sequences of different lengths, each with its own weight", async () => {
    const ids = (length: number): Tensor => tensor("int64", [length, 1], int64(Array.from({ length }, (_, i) => (i * 3) % 7)).data);
    const report = await run("sequence.x", ids(4), { layers: ["relu"], against: [ids(3), ids(7), ids(7)] });
    const parts = [await run("sequence.x", ids(3), { layers: ["relu"] }), await run("sequence.x", ids(7), { layers: ["relu"] })];
    const zeros = parts.map((part) => facts(part, "relu")["sparsity"] as number);
    const [layer] = (report.facts["against"] as { layers: Record<string, Fact>[] }).layers;
    expect(layer!["sparsity"]).toBeCloseTo((3 * zeros[0]! + 14 * zeros[1]!) / 17, 6);
  });

  test("tells progress, and what it has before the set", async () => {
    const updates: Update[] = [];
    for await (const update of engine.run(activation, { model: await load(engine, "net.x"), input: x, batch: 1, params: { against: set, layers: ["relu1"] } })) updates.push(update);
    expect(updates.map((update) => (update.kind === "progress" ? `${update.done}/${update.total}` : update.kind))).toEqual(["0/1", "partial", "1/3", "3/3", "4/4"]);
  });
});

describe("over checkpoints", () => {
  test("curves in the order of their epochs, each as the checkpoint alone says", async () => {
    const checkpoints = await Promise.all(["epoch-30.x", "epoch-02.x", "epoch-08.x"].map((name) => load(engine, name)));
    const report = await run("net.x", x, { checkpoints, layers: ["conv1", "relu1", "fc"] });
    expect(Array.from(toFloat32(report.tensors["checkpoints"]!.tensor))).toEqual([2, 8, 30]);
    expect(Object.keys(report.tensors).filter((key) => /^(sparsity|dead-units|concentration|entropy)\//.test(key))).toEqual(["sparsity/relu1", "dead-units/relu1", "concentration/conv1", "concentration/relu1", "entropy/conv1", "entropy/relu1"]);
    for (const [i, name] of ["epoch-02.x", "epoch-08.x", "epoch-30.x"].entries()) {
      const alone = await run(name, x, { layers: ["relu1"] });
      const { tensor: value } = alone.tensors["activation/relu1"]!;
      expect(at(report.tensors["sparsity/relu1"]!.tensor, i)).toBeCloseTo(sparsity(toFloat32(value)), 6);
      const dead = [0, 1, 2, 3].filter((unit) => [0, 1].every((sample) => isSilent(mapOf(value, ["batch", "unit", "row", "column"], sample, unit))));
      expect(at(report.tensors["dead-units/relu1"]!.tensor, i)).toBeCloseTo(dead.length / 4, 6);
    }
    const curves = report.views.filter((view) => view.kind === "curve");
    expect(curves.map((view) => view.xAxis)).toEqual(["epoch", "epoch", "epoch", "epoch"]);
    expect(curves[0]!.series).toEqual([{ x: "checkpoints", y: "sparsity/relu1", label: "relu1" }]);
    const maps = report.views.filter((view) => view.kind === "side-by-side" && view.group === "Over training");
    expect(maps.map(({ title }) => title)).toEqual(["What relu1 saw as it learned"]);
    const first = report.tensors["maps-2/relu1"]!.tensor;
    // The strongest units are few, and what is shown of them is what that checkpoint itself says of the sample.
    const alone = await engine.run(activation, { model: checkpoints[1]!, input: x, params: { layers: ["relu1"] } });
    const whole = alone.tensors["activation/relu1"]!.tensor;
    expect(first.shape).toEqual([1, Math.min(9, whole.shape[1]!), ...whole.shape.slice(2)]);
    if (whole.shape[1]! <= 9) expect(toFloat32(first)).toEqual(toFloat32(whole).subarray(0, first.data.length));
    expect(report.facts["checkpoints"]).toMatchObject({ axis: "epoch", inputs: 2, files: ["epoch-02.x", "epoch-08.x", "epoch-30.x"], at: [2, 8, 30] });
  });

  test("over a set of inputs, batch size does not matter", async () => {
    const checkpoints = [await load(engine, "epoch-02.x"), await load(engine, "single.x")];
    const against = [noise([1, 3, 8, 8], 31), noise([1, 3, 8, 8], 32), noise([1, 3, 8, 8], 33)];
    const model = await load(engine, "net.x");
    const one = await engine.run(activation, { model, input: x, batch: 1, params: { checkpoints, against, layers: ["relu2"] } });
    const three = await engine.run(activation, { model, input: x, batch: 8, params: { checkpoints, against, layers: ["relu2"] } });
    expect(one.facts["checkpoints"]).toEqual(three.facts["checkpoints"]);
    expect(one.facts["checkpoints"]).toMatchObject({ axis: "checkpoint", at: [0, 1], inputs: 3 });
  });

  test("refuses other networks, by name", async () => {
    const windows = await load(engine, "windows.x");
    await expect(run("net.x", x, { checkpoints: [windows] })).rejects.toThrow("does not take the model's input");
    const [wide, renamed] = [await load(engine, "wide.x"), await load(engine, "renamed.x")];
    await expect(run("net.x", x, { checkpoints: [wide] })).rejects.toThrow("Layer `conv1` has 5 units in the checkpoint `wide.x` and 4 in the model");
    await expect(run("net.x", x, { checkpoints: [renamed] })).rejects.toThrow("The checkpoint `renamed.x` has no layer `conv1`, which `net.x` has");
    await expect(run("net.x", x, { checkpoints: [5] })).rejects.toThrow("is no model");
    await expect(run("net.x", x, { checkpoints: [] })).rejects.toThrow("names nothing");
  });
});

describe("refuses", () => {
  test.each([
    [{ layers: ["conv3"] }, "layer-unknown"],
    [{ layers: ["w1"] }, "layer-constant"],
    [{ unit: ["conv1[4]"] }, "unit-outside"],
    [{ unit: ["conv1[1]@8,0"] }, "position-outside"],
    [{ unit: ["conv1"] }, "target-syntax"],
    [{ sample: 2 }, "activation-sample"],
    [{ against: [] }, "set-empty"],
    [{ gamma: 0 }, "parameter-invalid"],
    [{ normalise: "rainbow" }, "parameter-invalid"],
  ])("%j with %s", async (params, code) => {
    const error: unknown = await run("net.x", x, params).then(() => undefined, (reason: unknown) => reason);
    expect(isVitrineError(error, code), String(error)).toBe(true);
  });

  test("stops when cancelled", async () => {
    const controller = new AbortController();
    const against = [{ label: "a", open: () => (controller.abort(), x) }, x];
    const error: unknown = await Promise.resolve(engine.run(activation, { model: await load(engine, "net.x"), input: x, batch: 1, signal: controller.signal, params: { against } })).then(() => undefined, (reason: unknown) => reason);
    expect(isVitrineError(error, "cancelled"), String(error)).toBe(true);
  });
});

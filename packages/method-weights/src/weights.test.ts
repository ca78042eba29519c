import { float32, seededRandom, sizeOf, toFloat32, type Fact, type Report, type TextView, type Update } from "@vitrine/core";
import { afterAll, describe, expect, test } from "vitest";
import { synthetic, whiteNoise } from "../test/filters.js";
import { engineOf, filterNet, load, noise, normNet, zoo } from "../test/networks.js";
import { weights } from "./index.js";

const bank = (filters: readonly (readonly number[])[], channels: number, side: number) => float32([filters.length, channels, side, side], filters.flat());
const random = seededRandom(7);

/** 12 sound filters of 7 × 7 in three colours, turned evenly. */
const sound = Array.from({ length: 12 }, (_, i) => (i % 2 ? synthetic.edge(7, i * 15, 3) : synthetic.grating(7, i * 15, 1.4, 3)).data);
/** Filter 3 repeats 1 upside down, 5 is nothing. */
const flawed = sound.map((filter, i) => (i === 3 ? sound[1]!.map((value) => -2 * value) : i === 5 ? filter.map((value) => 1e-4 * value) : filter));
const noisy = Array.from({ length: 12 }, () => whiteNoise(random, 3, 7).data);
/** Half see nothing but coarse structure, half nothing but the finest. */
const gappy = Array.from({ length: 12 }, (_, i) => (i % 2 ? synthetic.grating(11, i * 7, 4.6, 1) : synthetic.blob(11, 1)).data.map((value, k) => value + (i % 2 ? 0 : 0.01 * Math.sin(i + k))));

const gratings = Array.from({ length: 10 }, (_, i) => synthetic.grating(11, i * 18, 2.2, 1).data);

const engine = engineOf({
  "zoo.x": zoo(), "norm.x": normNet(),
  "sound.x": filterNet(bank(sound, 3, 7)), "flawed.x": filterNet(bank(flawed, 3, 7)), "noisy.x": filterNet(bank(noisy, 3, 7)), "gappy.x": filterNet(bank(gappy, 1, 11)),
  "stride-4.x": filterNet(bank(gratings, 1, 11), 4), "stride-2.x": filterNet(bank(gratings, 1, 11), 2),
  "net-epoch-10.x": filterNet(bank(noisy, 3, 7)), "net-epoch-2.x": filterNet(bank(flawed, 3, 7)), "epoch-3.x": filterNet(bank(gappy, 1, 11)),
});
afterAll(() => engine.dispose());

const run = async (name: string, params: object = {}): Promise<Report> => engine.run(weights, { model: await load(engine, name), params });
const noticed = (report: Report, layer?: string): Record<string, Fact>[] => (report.facts["noticed"] as Record<string, Fact>[]).filter((one) => layer === undefined || one["layer"] === layer);
const filtersOf = (report: Report, parameter: string): Record<string, Fact> => (report.facts["filters"] as Record<string, Fact>[]).find((one) => one["parameter"] === parameter)!;

describe("parameters", () => {
  test("each is a tensor, by its readable name and with its initialiser's; nothing is run and no input is needed", async () => {
    const model = await load(engine, "zoo.x");
    let runs = 0;
    const original = model.run.bind(model);
    model.run = (...args) => {
      runs++;
      return original(...args);
    };
    const report = await engine.run(weights, { model });
    expect(runs).toBe(0);
    const keys = Object.keys(report.tensors).filter((key) => key.startsWith("weights/"));
    expect(keys).toHaveLength(16);
    for (const key of keys) {
      const { value, tensor, axes, meaning } = report.tensors[key]!;
      const constant = model.graph.constants.get(value!)!;
      if (value !== "turned") expect([tensor.shape, tensor.data]).toEqual([constant.shape, constant.read().data]);
      expect(axes).toHaveLength(tensor.shape.length);
      expect(meaning).not.toBe("");
    }
    expect(report.tensors["weights/lstm.weight"]).toMatchObject({ value: "lstm.W", axes: ["direction", "gate and unit", "input"], meaning: "weights of lstm; gates input, output, forget, cell" });
    expect(report.target).toBeUndefined();
    expect(structuredClone(report)).toEqual(report);
    expect(JSON.parse(JSON.stringify(report.facts))).toEqual(report.facts);
    expect(report.facts["parameterCount"]).toBe(keys.reduce((sum, key) => sum + sizeOf(report.tensors[key]!.tensor.shape), 0));
  });

  test("statistics are those of plain loops, for each gate by itself", async () => {
    const report = await run("zoo.x", { nearZero: 0.2 });
    const forget = (report.facts["filters"] as Record<string, Fact>[]).find((one) => one["parameter"] === "lstm.weight" && one["block"] === "forget gate, backward")!;
    const all = toFloat32(report.tensors["weights/lstm.weight"]!.tensor);
    const values = [...all.subarray((12 + 6) * 4, (12 + 9) * 4)];
    const mean = values.reduce((a, b) => a + b, 0) / 12;
    const most = Math.max(...values.map(Math.abs));
    expect(forget["mean"]).toBeCloseTo(mean, 6);
    expect(forget["std"]).toBeCloseTo(Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 12), 6);
    expect(forget["nearZero"]).toBe(values.filter((value) => Math.abs(value) < 0.2 * most).length / 12);
    const norms = [0, 1, 2].map((f) => Math.hypot(...values.slice(4 * f, 4 * f + 4)));
    toFloat32(report.tensors["l2/lstm.weight/forget-gate-backward"]!.tensor).forEach((got, f) => expect(got).toBeCloseTo(norms[f]!, 6));
    const histogram = toFloat32(report.tensors["histogram/lstm.weight/forget-gate-backward"]!.tensor);
    expect(histogram.reduce((a, b) => a + b, 0)).toBe(12);
  });

  test("layers by readable name, graph value or initialiser; a word to whoever mistypes", async () => {
    const keysFor = async (...layers: string[]): Promise<string[]> => Object.keys((await run("zoo.x", { layers })).tensors).filter((key) => key.startsWith("weights/"));
    expect(await keysFor("gru")).toEqual(["weights/gru.weight", "weights/gru.recurrent"]);
    expect(await keysFor("/gemm/Gemm_output_0", "table")).toEqual(["weights/embed.table", "weights/gemm.weight", "weights/gemm.bias"]);
    await expect(run("zoo.x", { layers: ["gem"] })).rejects.toMatchObject({ code: "weights-layer", hint: expect.stringContaining("`gemm`") as string });
  });
});

// Hundreds of fits, on machines that may be busy.
describe("what it noticed", { timeout: 60_000 }, () => {
  test("nothing, in sound filters, is said with what was looked for", async () => {
    const report = await run("sound.x", { layers: ["conv1"] });
    expect(noticed(report)).toEqual([]);
    expect(report.views[0]).toMatchObject({ kind: "text", title: "Nothing was noticed" });
    expect((report.views[0] as TextView).text).toContain("aliasing (more than half");
    expect(report.facts["summary"]).toBe("In 1 block of weights nothing stands out.");
  });

  test("a dead filter and a duplicate, with their numbers", async () => {
    const report = await run("flawed.x");
    const [dead, twin, ...more] = noticed(report, "conv1");
    expect(more).toEqual([]);
    expect(dead).toMatchObject({ finding: "dead filters", evidence: { dead: [5], count: 1, of: 12 } });
    expect(twin).toMatchObject({ finding: "duplicate filters", evidence: { repeating: 1, pairs: 1, most: [{ a: 1, b: 3 }] } });
    expect((twin!["evidence"] as { most: { cosine: number }[] }).most[0]!.cosine).toBeCloseTo(-1, 5);
    const cosines = toFloat32(report.tensors["cosine/conv1.weight"]!.tensor);
    const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    expect(cosines[2 * 12 + 7]).toBeCloseTo(dot(flawed[2]!, flawed[7]!) / Math.sqrt(dot(flawed[2]!, flawed[2]!) * dot(flawed[7]!, flawed[7]!)), 5);
    // Depthwise filters see different channels: none repeats another.
    expect(filtersOf(report, "deep.weight")["duplicates"]).toBeNull();
    expect((report.views[0] as TextView).text).toContain("1 filter of 12 in conv1.weight is next to nothing");
  });

  test("noise in the first layer", async () => {
    const report = await run("noisy.x", { layers: ["conv1"] });
    const [one] = noticed(report);
    expect(one).toMatchObject({ finding: "noisy filters", layer: "conv1" });
    expect((one!["evidence"] as { count: number }).count).toBeGreaterThanOrEqual(10);
    const { filters } = filtersOf(report, "conv1.weight")["firstLayer"] as { filters: { gabor: { adjustedR2: number } }[] };
    expect(Math.max(...filters.map(({ gabor }) => gabor.adjustedR2))).toBeLessThan(0.7);
  });

  test("missing middle frequencies", async () => {
    const found = noticed(await run("gappy.x", { layers: ["conv1"] }));
    // Its blobs are one blob, too.
    expect(found.map(({ finding }) => finding)).toEqual(["duplicate filters", "missing middle frequencies"]);
    const { low, middle, high } = found[1]!["evidence"] as { low: number; middle: number; high: number };
    expect(low + middle + high).toBeCloseTo(1, 6);
    expect(noticed(await run("sound.x", { layers: ["conv1"] }))).toEqual([]);
  });

  test("aliasing where the stride is too large for what the filters see", async () => {
    const aliasingOf = (report: Report): Record<string, Fact> | null => (filtersOf(report, "conv1.weight")["firstLayer"] as { aliasing: Record<string, Fact> | null }).aliasing;
    const coarse = await run("stride-4.x", { layers: ["conv1"] });
    expect(noticed(coarse).map(({ finding }) => finding)).toEqual(["aliasing"]);
    expect(coarse.facts["summary"]).toMatch(/^conv1\.weight steps by 4 pixels, and \d+ % of its filters' power lies above/);
    expect(aliasingOf(coarse)).toMatchObject({ stride: [4, 4], nyquist: [0.125, 0.125], ofNoise: 1 - 1 / 16 });
    // Gratings of .2 cycles per pixel fold back after four steps, and not after two.
    expect(aliasingOf(coarse)!["share"]).toBeGreaterThan(0.8);
    const fine = await run("stride-2.x", { layers: ["conv1"] });
    expect(noticed(fine)).toEqual([]);
    expect(aliasingOf(fine)!["share"]).toBeLessThan(0.2);
    expect(aliasingOf(await run("gappy.x", { layers: ["conv1"] }))).toBeNull();
  });
});

test("folding gives the tensors of both layers together, and tells where it did", async () => {
  const plain = await run("norm.x");
  const folded = await run("norm.x", { foldBatchNorm: true });
  expect(plain.facts["folded"]).toBeUndefined();
  expect((folded.facts["folded"] as { layer: string }[]).map(({ layer }) => layer)).toEqual(["conv1", "up", "fc"]);
  expect(folded.tensors["weights/conv1.weight"]!.tensor.data).not.toEqual(plain.tensors["weights/conv1.weight"]!.tensor.data);
  expect(folded.tensors["weights/conv1.bias"]).toMatchObject({ meaning: "biases of conv1, from folding its batch normalisation" });
  expect("value" in folded.tensors["weights/conv1.bias"]!).toBe(false);
  expect((await run("sound.x", { foldBatchNorm: true })).notices![0]).toMatch(/No batch normalisation could be folded/);
});

test("pictures: colours in both scalings, cells, matrices; what is asked for", async () => {
  const report = await run("flawed.x");
  const titles = report.views.map(({ title }) => title);
  expect(titles).toContain("What the filters of conv1 look for");
  expect(titles).toContain("The filters of conv1 on one scale");
  const gallery = report.views.find(({ title }) => title === "What the filters of conv1 look for");
  expect(gallery?.kind === "image-grid" && gallery.items.slice(4, 7).map(({ label }) => label)).toEqual(["4", "5 · dead", "6"]);
  expect(report.views.find(({ title }) => title === "The filters of deep")).toMatchObject({ kind: "layer-grid", colours: "signed", caption: expect.stringContaining("Depthwise") as string });
  expect(report.views.find(({ title }) => title === "The weights of point")).toMatchObject({ kind: "matrix", colours: "signed" });
  const grey = await run("flawed.x", { layers: ["deep"], symmetric: false, scale: "both" });
  expect(grey.views.filter((view) => view.kind === "layer-grid").map((view) => [view.scaling.normalise, view.ownScale])).toEqual([["min-max", true], ["min-max", false]]);
  // The order of colours is that of the input.
  const bgr = await load(engine, "flawed.x", { inputs: { x: { kind: "image", size: [32, 32], resize: "stretch", channels: "BGR", layout: "NCHW", range: 1, mean: [0, 0, 0], std: [1, 1, 1] } }, outputs: [] });
  const other = await engine.run(weights, { model: bgr, params: { layers: ["conv1"] } });
  const pixel = (one: Report): number[] => [...(one.tensors["picture-layer/conv1.weight/4"]!.tensor.data as Uint8Array).subarray(0, 3)];
  expect(pixel(other)).toEqual(pixel(report).reverse());
});

describe("over training", () => {
  test("curves in the order of the epochs, and the filters side by side", async () => {
    const checkpoints = [await load(engine, "net-epoch-10.x"), await load(engine, "net-epoch-2.x")];
    const updates: Update[] = [];
    const running = engine.run(weights, { model: await load(engine, "sound.x"), params: { checkpoints } });
    for await (const update of running) updates.push(update);
    const report = await running;
    expect(updates.some(({ kind }) => kind === "partial")).toBe(true);
    expect(report.facts["checkpoints"]).toMatchObject({ axis: "epoch", at: [2, 10], files: ["net-epoch-2.x", "net-epoch-10.x"] });
    const std = toFloat32(report.tensors["std/conv1.weight"]!.tensor);
    [flawed, noisy].forEach((filters, i) => {
      const values = filters.flat();
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      expect(std[i]).toBeCloseTo(Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length), 4);
    });
    const panels = report.views.find((view) => view.kind === "side-by-side");
    expect(panels?.kind === "side-by-side" && panels.views.map(({ title, kind }) => [title, kind])).toEqual([["epoch 2", "image"], ["epoch 10", "image"]]);
  });

  test("refuses what is not the same network", async () => {
    const model = await load(engine, "sound.x");
    const with_ = (checkpoints: readonly unknown[]) => engine.run(weights, { model, params: { checkpoints } });
    await expect(with_([])).rejects.toMatchObject({ code: "checkpoints-empty" });
    await expect(with_([4])).rejects.toMatchObject({ code: "checkpoint-kind" });
    await expect(with_([await load(engine, "zoo.x")])).rejects.toMatchObject({ code: "checkpoint-parameter" });
    await expect(with_([await load(engine, "epoch-3.x")])).rejects.toMatchObject({ code: "checkpoint-shape" });
  });
});

test("values that are no numbers are told, and left out of the statistics", async () => {
  const broken = noise([2, 3, 3, 3], 1);
  broken.data[4] = NaN;
  broken.data[9] = Infinity;
  const own = engineOf({ "broken.x": filterNet(broken) });
  try {
    const report = await own.run(weights, { model: await load(own, "broken.x") });
    expect(noticed(report)[0]).toMatchObject({ finding: "no numbers", evidence: { notFinite: 2 } });
    expect(JSON.parse(JSON.stringify(report.facts))).toEqual(report.facts);
  } finally {
    await own.dispose();
  }
});

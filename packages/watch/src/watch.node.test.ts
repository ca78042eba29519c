import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readReport, writeReport } from "@vitrine/files-node";
import { beforeEach, describe, expect, it } from "vitest";
import { byFiles, expectSame, saving } from "../test/files.js";
import { bars, denseNetwork, layers, rows, smallNetwork, tf, tfl } from "../test/training.js";
import { watchTraining } from "./index.js";

await tf.setBackend("cpu");

beforeEach(async () => {
  await tf.setBackend("cpu");
});

describe("what is watched is what checkpoints tell", () => {
  it("of a convolutional network that is trained on cpu and measured on wasm", async () => {
    const { xs, ys } = bars(24);
    const probe = bars(7, 10, 99).xs;
    const model = smallNetwork();
    // The optimizer makes its own tensors at the first step.
    await model.fit(xs, ys, { epochs: 1, verbose: 0 });
    const before = tf.memory().numTensors;
    // No share of time: what a test compares may not depend on how busy the machine is.
    const watch = watchTraining(model, { inputs: probe, budget: Infinity });
    const save = await saving(model);
    await model.fit(xs, ys, { epochs: 8, verbose: 0, callbacks: [save, watch] });
    expect(tf.memory().numTensors).toBe(before);
    const reports = await watch.findings();
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getBackend()).toBe("cpu");

    const theirs = await byFiles(save.files, { conv1_input: probe });
    expectSame(reports.activation, theirs.activation);
    expectSame(reports.weights!, theirs.weights!);
    expect(reports.activation.tensors["sparsity/conv1"]!.tensor.shape).toEqual([9]);
    expect(reports.activation.facts["watching"]).toMatchObject({ budget: Infinity, leftOut: [], withoutPictures: [], backend: "wasm" });
    expect(reports.activation.model.file).toBe("small-epoch-8");
    expect(reports.activation.notices).toBeUndefined();
    // It is asked again, and of the same network a second time.
    expectSame((await watch.findings()).activation, reports.activation);
    await model.fit(xs, ys, { epochs: 2, verbose: 0, callbacks: watch });
    expect((await watch.findings()).activation.tensors["checkpoints"]!.tensor.data).toEqual(Float32Array.from({ length: 11 }, (_, i) => i));
    expect(tf.memory().numTensors).toBe(before);
  });

  it("of products that are trained and measured on wasm, whatever the budget", async () => {
    await tf.setBackend("wasm");
    const { xs, ys } = rows(64);
    const probe = rows(9, 6, 77).xs;
    for (const budget of [0, Infinity]) {
      const model = denseNetwork();
      const before = tf.memory().numTensors;
      const watch = watchTraining(model, { inputs: probe, budget });
      const save = await saving(model);
      await model.fit(xs, ys, { epochs: 4, verbose: 0, callbacks: [save, watch] });
      expect(tf.memory().numTensors).toBe(before);
      const reports = await watch.findings();
      expect([tf.memory().numTensors, tf.getBackend()]).toEqual([before, "wasm"]);
      const theirs = await byFiles(save.files, { hidden_input: probe });
      expectSame(reports.activation, theirs.activation);
      expectSame(reports.weights!, theirs.weights!);
      // The last waits for what is asked; with no budget all do.
      expect(reports.activation.facts["watching"]).toMatchObject({ statesDuringTraining: budget === 0 ? 0 : 5, backend: "wasm" });
      model.dispose();
    }
  });

  it("of two inputs and a recurrent layer, and measured on cpu where that is asked for", async () => {
    const sequence = tfl.input({ shape: [5, 3], name: "sequence" });
    const side = tfl.input({ shape: [2], name: "side" });
    const memory = layers.gru({ units: 4, name: "memory", recurrentActivation: "sigmoid" }).apply(sequence);
    const both = layers.concatenate({ name: "both" }).apply([memory, side] as tfl.SymbolicTensor[]);
    const model = tfl.model({ name: "two", inputs: [sequence, side], outputs: layers.dense({ units: 2, name: "out" }).apply(both) as tfl.SymbolicTensor });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const given = (count: number, seed: number) => ({ sequence: tf.randomNormal([count, 5, 3], 0, 1, "float32", seed), side: tf.randomNormal([count, 2], 0, 1, "float32", seed + 1) });
    const [xs, probe] = [given(12, 1), given(3, 8)];
    const watch = watchTraining(model, { inputs: probe, budget: Infinity, backend: "cpu" });
    const save = await saving(model);
    await model.fit(xs, tf.zeros([12, 2]), { epochs: 2, verbose: 0, callbacks: [save, watch] });
    const reports = await watch.findings();
    const theirs = await byFiles(save.files, probe, "cpu");
    expectSame(reports.activation, theirs.activation);
    expectSame(reports.weights!, theirs.weights!);
    expect(reports.activation.runtime).toBe("tfjs:cpu");
  });

  it("and is written as that is", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "vitrine-watch-"));
    try {
      const { xs, ys } = rows(16);
      const model = denseNetwork();
      const watch = watchTraining(model, { inputs: xs });
      await model.fit(xs, ys, { epochs: 2, verbose: 0, callbacks: watch });
      const { activation } = await watch.findings();
      await writeReport(folder, activation);
      const report = await readReport(folder);
      expect(Object.keys(report.tensors)).toEqual(Object.keys(activation.tensors));
      expect(report.facts["watching"]).toEqual(activation.facts["watching"]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("what does not fit", () => {
  const train = async (options: Partial<Parameters<typeof watchTraining>[1]>, epochs = 12) => {
    const { xs, ys } = rows(32);
    const model = denseNetwork();
    const watch = watchTraining(model, { inputs: xs, ...options });
    await model.fit(xs, ys, { epochs, verbose: 0, callbacks: watch });
    return watch.findings();
  };

  it("is left out, the first and the last state never, and said", async () => {
    const { activation, weights } = await train({ budget: 0, memory: 0 });
    expect(activation.tensors["checkpoints"]!.tensor.data).toEqual(Float32Array.of(0, 12));
    expect(weights!.tensors["checkpoints"]!.tensor.data).toEqual(Float32Array.of(0, 12));
    expect(activation.facts["watching"]).toMatchObject({ leftOut: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] });
    expect(activation.notices).toEqual([expect.stringMatching(/^Epochs 1, 2, .*, 11 were left out: watching was to take 0 % of training's time/)]);
  });

  it("is thinned out evenly within the memory", async () => {
    const bytes = 4 * (6 * 8 + 8 + 8 * 2 + 2);
    const { activation } = await train({ budget: 0, memory: 5 * bytes });
    const at = [...(activation.tensors["checkpoints"]!.tensor.data as Float32Array)];
    expect([at.length, at[0], at.at(-1)]).toEqual([5, 0, 12]);
    const gaps = at.slice(1).map((epoch, i) => epoch - at[i]!);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(6);
  });
});

describe("a training that goes otherwise", () => {
  it("stops early", async () => {
    const { xs, ys } = bars(16);
    const model = smallNetwork();
    const watch = watchTraining(model, { inputs: xs, layers: ["conv1", "conv2"], budget: Infinity });
    const stop = new tfl.CustomCallback({ onEpochEnd: (epoch) => void (model.stopTraining = epoch === 2) });
    await model.fit(xs, ys, { epochs: 50, verbose: 0, callbacks: [new tfl.CustomCallback(watch), stop] });
    const { activation } = await watch.findings();
    expect(activation.tensors["checkpoints"]!.tensor.data).toEqual(Float32Array.of(0, 1, 2, 3));
    expect(Object.keys(activation.tensors).filter((key) => key.startsWith("sparsity/"))).toEqual(["sparsity/conv1", "sparsity/conv2"]);
    // Pictures of the first and of the one that turned out to be the last.
    expect(Object.keys(activation.tensors).filter((key) => key.startsWith("maps-"))).toEqual(["maps-0/conv1", "maps-3/conv1", "maps-0/conv2", "maps-3/conv2"]);
  });

  it("fails in the middle: findings until then survive, and it can be gone on with", async () => {
    const { xs, ys } = rows(16);
    const model = denseNetwork();
    const before = tf.memory().numTensors;
    const watch = watchTraining(model, { inputs: xs, budget: Infinity });
    const failing = { onEpochBegin: (epoch: number) => (epoch === 3 ? Promise.reject(new Error("the power went")) : Promise.resolve()) };
    await expect(model.fit(xs, ys, { epochs: 9, verbose: 0, callbacks: [watch, failing] })).rejects.toThrow("the power went");
    const { activation } = await watch.findings();
    expect(activation.tensors["checkpoints"]!.tensor.data).toEqual(Float32Array.of(0, 1, 2, 3));
    await model.fit(xs, ys, { epochs: 5, initialEpoch: 3, verbose: 0, callbacks: watch });
    expect((await watch.findings()).activation.tensors["checkpoints"]!.tensor.data).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
    expect(tf.memory().numTensors).toBe(before);
  });

  it("ends in NaN: said with the layer and the epoch, and the curves end there", async () => {
    const { xs, ys } = rows(16);
    const model = denseNetwork();
    const watch = watchTraining(model, { inputs: xs, budget: Infinity });
    const breaking = {
      onEpochEnd: (epoch: number) => {
        if (epoch === 1) model.getLayer("hidden").setWeights([tf.fill([6, 8], NaN), tf.zeros([8])]);
        return Promise.resolve();
      },
    };
    await model.fit(xs, ys, { epochs: 4, verbose: 0, callbacks: [breaking, watch] });
    const { activation, weights } = await watch.findings();
    expect(activation.notices![0]).toMatch(/^From epoch 2 on the network is broken: NaN or infinite values are in the kernel of layer `hidden` \(48 of 48 values\)\. /);
    expect(activation.notices![1]).toMatch(/^By epoch 3, 3 more weights held such values: hidden\/bias, classes\/kernel, classes\/bias\.$/);
    expect((activation.facts["watching"] as Record<string, unknown>)["notFinite"]).toMatchObject([{ weight: "hidden/kernel", epoch: 2, count: 48, of: 48 }, { epoch: 3 }, { epoch: 3 }, { epoch: 3 }]);
    expect(activation.facts["summary"]).toBe("products-epoch-4 says nothing: what it computes is no number (NaN).");
    expect(weights!.notices).toContain(activation.notices![0]);
    const sparsity = [...(activation.tensors["sparsity/hidden"]!.tensor.data as Float32Array)];
    expect(sparsity.map(Number.isNaN)).toEqual([false, false, true, true, true]);
    expect(JSON.parse(JSON.stringify(activation.facts["checkpoints"]))).toEqual(activation.facts["checkpoints"]);
  });

  it("is looked at while it goes on", async () => {
    const { xs, ys } = rows(16);
    const model = denseNetwork();
    const watch = watchTraining(model, { inputs: xs, budget: Infinity });
    const seen: number[] = [];
    const looking = { onEpochEnd: async () => void seen.push((await watch.findings()).activation.tensors["checkpoints"]!.tensor.data.length) };
    await model.fit(xs, ys, { epochs: 3, verbose: 0, callbacks: [watch, looking] });
    // tfjs calls all callbacks one after the other.
    expect(seen).toEqual([2, 3, 4]);
    expect((await watch.findings()).activation.tensors["checkpoints"]!.tensor.data.length).toBe(4);
    await watch.dispose();
    await expect(watch.findings()).rejects.toMatchObject({ code: "watch-nothing" });
  });

  it("is of a data set", async () => {
    const { xs, ys } = rows(8);
    const model = denseNetwork();
    const watch = watchTraining(model, { inputs: xs, budget: Infinity });
    const iterator = () => {
      let batches = 0;
      return Promise.resolve({ next: () => Promise.resolve(++batches > 2 ? { done: true, value: null } : { done: false, value: { xs: xs.clone(), ys: ys.clone() } }) });
    };
    await model.fitDataset({ iterator, size: 2 } as never, { epochs: 2, verbose: 0, callbacks: watch });
    expect((await watch.findings()).activation.tensors["checkpoints"]!.tensor.data).toEqual(Float32Array.of(0, 1, 2));
  });
});

describe("what is wrong is told before anything is trained", () => {
  const model = denseNetwork();
  const { xs, ys } = rows(8);
  const watch = (given: unknown, options: object = {}) => () => watchTraining(model, { inputs: given as tf.Tensor, ...options });

  it.each<[string, () => unknown, string, RegExp]>([
    ["a probe of another size", watch(tf.zeros([3, 7])), "watch-input-shape", /\[3, 7\].*`hidden_input` takes \[\?, 6\]/],
    ["a probe without its batch", watch(tf.zeros([6])), "watch-input-shape", /\[6\]/],
    ["an empty probe", watch(tf.zeros([0, 6])), "watch-inputs", /no sample/],
    ["no probe", watch(undefined), "watch-inputs", /there are none/],
    ["numbers", watch([1, 2, 3]), "watch-inputs", /there are 3 tensors, and the model takes 1/],
    ["an input of another name", watch({ other: tf.zeros([1, 6]) }), "watch-inputs", /no input `other`; it has `hidden_input`/],
    ["a sample that is not there", watch(tf.zeros([2, 6]), { sample: 2 }), "watch-option", /`sample` is `2`.*0 to 1/],
    ["a budget below nothing", watch(tf.zeros([2, 6]), { budget: -1 }), "watch-option", /`budget`/],
    ["a budget that is none", watch(tf.zeros([2, 6]), { budget: NaN }), "watch-option", /`budget`/],
    ["layers that are no list", watch(tf.zeros([2, 6]), { layers: "hidden" }), "watch-option", /`layers`/],
    ["no model", () => watchTraining({} as never, { inputs: xs }), "tfjs-live", /no tf.LayersModel/],
    ["a model that is not built", () => watchTraining(tfl.sequential(), { inputs: xs }), "tfjs-live", /not built/],
  ])("%s", (_, make, code, message) => {
    try {
      make();
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
      expect((error as { hint?: string }).hint).toBeTruthy();
    }
  });

  it("a tensor or a model that was disposed of", () => {
    const gone = tf.zeros([2, 6]);
    gone.dispose();
    expect(watch(gone)).toThrow(expect.objectContaining({ code: "watch-inputs" }));
    const other = denseNetwork();
    other.dispose();
    expect(() => watchTraining(other, { inputs: xs })).toThrow(expect.objectContaining({ code: "tfjs-live", message: expect.stringContaining("disposed") as string }));
  });

  it("a layer that is not there, and a backend", async () => {
    const before = tf.memory().numTensors;
    const fit = (options: object) => model.fit(xs, ys, { epochs: 1, verbose: 0, callbacks: watchTraining(model, { inputs: xs, ...options }) });
    await expect(fit({ layers: ["hiden"] })).rejects.toMatchObject({ code: "layer-unknown", hint: expect.stringContaining("hidden") as string });
    await expect(fit({ backend: "cuda" })).rejects.toMatchObject({ code: "provider-unavailable" });
    expect(tf.memory().numTensors).toBe(before);
  });

  it("a watcher of another model, or of two at once", async () => {
    const other = denseNetwork();
    const watcher = watchTraining(model, { inputs: xs });
    await expect(watcher.findings()).rejects.toMatchObject({ code: "watch-nothing", hint: expect.stringContaining("callbacks") as string });
    await expect(other.fit(xs, ys, { epochs: 1, verbose: 0, callbacks: watcher })).rejects.toMatchObject({ code: "watch-other-model" });
    const both = { onEpochEnd: () => expect(other.fit(xs, ys, { epochs: 1, verbose: 0, callbacks: watcher })).rejects.toMatchObject({ code: "watch-busy" }) };
    await model.fit(xs, ys, { epochs: 1, verbose: 0, callbacks: [watcher, both] });
    expect((await watcher.findings()).activation.tensors["checkpoints"]!.tensor.data).toEqual(Float32Array.of(0, 1));
  });
});

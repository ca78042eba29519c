import { tensor, type Tensor } from "@vitrine/core";
import { expectClose } from "@vitrine/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { artifactsOf, chain, check, layers as tfl, randomize, run, tf, type SymbolicTensor } from "../../test/tf.js";
import { fromArtifacts, readTfjs } from "../index.js";

const { layers } = tfl;

const kinds = { LSTM: layers.lstm, GRU: layers.gru, SimpleRNN: layers.simpleRNN } as unknown as Record<string, (options: object) => tfl.layers.Layer>;
const words = (options: object = {}): tfl.layers.Layer => layers.embedding({ inputDim: 3, outputDim: 3, maskZero: true, name: "words", ...options });

/** Samples whose steps count everywhere, at the end, at the beginning, in between, and nowhere. */
const patterns = [[1, 2, 1, 2, 1, 2], [2, 1, 1, 0, 0, 0], [0, 0, 1, 2, 0, 1], [0, 1, 0, 0, 2, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]];
const ids = (): Tensor<"int32"> => tensor("int32", [patterns.length, 6], Int32Array.from(patterns.flat()));

/** Our reading against TensorFlow.js's own predict, on the patterns. */
async function agrees(model: tfl.LayersModel): Promise<void> {
  randomize(model);
  const { graph } = await readTfjs(fromArtifacts(await artifactsOf(model)));
  const results = await run(graph, { [graph.inputs[0]!.name]: ids() });
  const given = tf.tensor2d(patterns);
  const outputs = model.predict(given, { batchSize: patterns.length });
  (Array.isArray(outputs) ? outputs : [outputs]).forEach((expected, i) => {
    expectClose(results[graph.outputs[i]!.name]!, tensor("float32", expected.shape, expected.dataSync() as Float32Array), 1e-5, graph.outputs[i]!.name);
  });
}

describe.each(["LSTM", "GRU", "SimpleRNN"])("masked steps of a %s", (kind) => {
  const make = (options: object = {}): tfl.layers.Layer => kinds[kind]!({ units: 4, name: "reader", ...options });

  it.each<[string, object]>([
    ["the last step", {}], ["all steps", { returnSequences: true }], ["backwards", { goBackwards: true }], ["backwards, all steps", { goBackwards: true, returnSequences: true }],
    ["relu inside", { activation: "relu", recurrentActivation: "sigmoid", returnSequences: true }], ["without bias", { useBias: false }],
  ])("change nothing: %s", async (_, options) => {
    await agrees(chain(words({ inputLength: 6 }), make(options)));
    // Of any length.
    await agrees(chain(words(), make(options)));
  });

  it.each(["concat", "sum", "mul", "ave"])("in both directions, %s", async (mergeMode) => {
    for (const returnSequences of [true, false]) await agrees(chain(words(), layers.bidirectional({ layer: kinds[kind]!({ units: 4, returnSequences }) as never, mergeMode: mergeMode as never })));
  });

  // States that are given as well are an error of TensorFlow.js's predict.
  it("with states that are returned", async () => {
    for (const goBackwards of [false, true]) {
      const x = tfl.input({ shape: [6] });
      const outputs = make({ returnState: true, returnSequences: true, goBackwards }).apply(words().apply(x) as never) as never;
      await agrees(tfl.model({ inputs: x, outputs }));
    }
  });
});

describe("masks", () => {
  it("of a Masking layer, and through layers that work step by step", async () => {
    const model = chain(
      layers.masking({ inputShape: [5, 2], maskValue: 1 }), layers.timeDistributed({ layer: layers.dense({ units: 3 }) }), layers.batchNormalization({}), layers.activation({ activation: "relu" }), layers.dropout({ rate: 0.5 }),
      layers.lstm({ units: 4, returnSequences: true }), layers.gru({ units: 3, returnSequences: true }), layers.dense({ units: 2, activation: "softmax" }),
    );
    await check(model, { below: 2, shapes: [[16, 5, 2]] });
  });

  it("of stacked cells", async () => {
    await agrees(chain(words(), layers.rnn({ cell: layers.stackedRNNCells({ cells: [layers.lstmCell({ units: 4 }), layers.gruCell({ units: 3 })] as never }), returnSequences: true } as never)));
  });

  it("go through activations, whatever TensorFlow.js says of them", async () => {
    for (const layer of [layers.leakyReLU(), layers.elu(), layers.thresholdedReLU({ theta: 0.1 }), layers.reLU(), layers.prelu()]) await agrees(chain(words({ inputLength: 6 }), layer, layers.lstm({ units: 4 })));
  });

  it("end where a layer passes none on, and it is told that TensorFlow.js leaves them standing", async () => {
    const model = chain(words({ inputLength: 6 }), layers.reshape({ targetShape: [6, 3] }), layers.lstm({ units: 4, name: "reader" }));
    const { graph, notices } = await readTfjs(fromArtifacts(await artifactsOf(model)));
    expect(notices).toEqual([expect.stringMatching(/`words` reach `reader`/)]);
    expect(graph.nodes.some(({ op }) => op === "TopK")).toBe(false);
  });

  it("of features that are joined, and of sequences one after the other", async () => {
    for (const axis of [-1, 1]) {
      const x = tfl.input({ shape: [6] });
      const parts = [words({ name: "a" }).apply(x), words({ name: "b" }).apply(x)] as SymbolicTensor[];
      const joined = layers.concatenate({ axis }).apply(parts as never) as SymbolicTensor;
      await agrees(tfl.model({ inputs: x, outputs: layers.lstm({ units: 4, returnSequences: true }).apply(joined as never) as never }));
    }
  });

  it("go into models inside models", async () => {
    const inner = tfl.sequential({ layers: [layers.gru({ units: 4, inputShape: [6, 3], returnSequences: true }), layers.dense({ units: 2 })], name: "inner" });
    await agrees(chain(words({ inputLength: 6 }), inner as never));
  });

  it("that reach another layer by TensorFlow.js's own error are left out, and told", async () => {
    const model = randomize(chain(words({ inputLength: 6 }), layers.lstm({ units: 4, name: "reader" }), layers.repeatVector({ n: 6 }), layers.lstm({ units: 3, name: "writer", returnSequences: true })));
    const { graph, notices } = await readTfjs(fromArtifacts(await artifactsOf(model)));
    expect(notices).toEqual([expect.stringMatching(/`words` reach `writer`/)]);
    // As two models, of which the second has heard of no mask.
    const half = tfl.model({ inputs: model.inputs, outputs: model.layers[2]!.output as SymbolicTensor });
    const second = chain(layers.lstm({ units: 3, inputShape: [6, 4], returnSequences: true }));
    second.setWeights(model.layers[3]!.getWeights());
    const expected = second.predict(half.predict(tf.tensor2d(patterns)) as tf.Tensor) as tf.Tensor;
    const results = await run(graph, { [graph.inputs[0]!.name]: ids() });
    expectClose(results[graph.outputs[0]!.name]!, tensor("float32", expected.shape, expected.dataSync() as Float32Array));
  });

  it("of merges, and before a Softmax, are refused with the layer that masks", async () => {
    const x = tfl.input({ shape: [6] });
    const sum = layers.add().apply([words({ name: "a" }).apply(x), words({ name: "b" }).apply(x)] as never) as SymbolicTensor;
    const merged = tfl.model({ inputs: x, outputs: layers.lstm({ units: 4, name: "reader" }).apply(sum as never) as never });
    await expect(readTfjs(fromArtifacts(await artifactsOf(merged)))).rejects.toMatchObject({ code: "tfjs-layer", message: expect.stringMatching(/`reader`.*`a`/) as string });
    const soft = chain(words({ inputLength: 6 }), layers.softmax({ axis: -1, name: "soft" }));
    await expect(readTfjs(fromArtifacts(await artifactsOf(soft)))).rejects.toMatchObject({ code: "tfjs-layer", message: expect.stringMatching(/`soft`.*`words`/) as string });
  });

  it("of any pattern, on layers of any form", async () => {
    const cases = fc.record({
      kind: fc.constantFrom("LSTM", "GRU", "SimpleRNN"), returnSequences: fc.boolean(), goBackwards: fc.boolean(), both: fc.boolean(), time: fc.integer({ min: 1, max: 7 }), seed: fc.nat(1000),
      activation: fc.constantFrom("tanh", "relu", "sigmoid"), rows: fc.array(fc.array(fc.nat(2), { minLength: 7, maxLength: 7 }), { minLength: 1, maxLength: 4 }),
    });
    await fc.assert(fc.asyncProperty(cases, async ({ kind, returnSequences, goBackwards, both, time, seed, activation, rows }) => {
      const layer = kinds[kind]!({ units: 3, returnSequences, activation, ...(both ? {} : { goBackwards }) });
      const model = randomize(chain(words(), both ? layers.bidirectional({ layer: layer as never, mergeMode: "concat" }) : layer), seed);
      const { graph } = await readTfjs(fromArtifacts(await artifactsOf(model)));
      const data = rows.map((row) => row.slice(0, time));
      const results = await run(graph, { [graph.inputs[0]!.name]: tensor("int32", [rows.length, time], Int32Array.from(data.flat())) });
      const expected = model.predict(tf.tensor2d(data, [rows.length, time])) as tf.Tensor;
      expectClose(results[graph.outputs[0]!.name]!, tensor("float32", expected.shape, expected.dataSync() as Float32Array));
    }), { numRuns: 25, seed: 20240611 });
  }, 60_000);
});

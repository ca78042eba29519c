import { describe, expect, it } from "vitest";
import { artifactsOf, chain, check, countOf, layers as tfl, type SymbolicTensor } from "../../test/tf.js";
import { fromArtifacts, readTfjs } from "../index.js";

const { layers } = tfl;

const kinds = { LSTM: layers.lstm, GRU: layers.gru, SimpleRNN: layers.simpleRNN } as unknown as Record<string, (options: object) => tfl.layers.Layer>;
const symbolic = (shape: (number | null)[]): SymbolicTensor => tfl.input({ shape }) as never;

describe.each(["LSTM", "GRU", "SimpleRNN"])("%s", (kind) => {
  const make = (options: object): tfl.layers.Layer => kinds[kind]!({ units: 4, inputShape: [6, 3], ...options });

  it.each<[string, object]>([
    ["the last step", {}],
    ["all steps", { returnSequences: true }],
    ["backwards", { goBackwards: true }],
    ["backwards, all steps", { goBackwards: true, returnSequences: true }],
    ["without bias", { useBias: false }],
    ["sigmoid gates", { recurrentActivation: "sigmoid" }],
    ["relu inside", { activation: "relu", returnSequences: true }],
    ["a linear inside with hard sigmoid gates", { activation: "linear", recurrentActivation: "hardSigmoid", returnSequences: true }],
    ["softsign inside", { activation: "softsign" }],
    ["elu inside", { activation: "elu" }],
  ])("%s", async (_, options) => {
    await check(chain(make(options)));
  });

  it("gives its states, and takes them", async () => {
    const x = symbolic([5, 3]);
    const encoder = kinds[kind]!({ units: 4, returnState: true }).apply(x as never) as never as SymbolicTensor[];
    const y = symbolic([7, 2]);
    const decoder = kinds[kind]!({ units: 4, returnSequences: true, returnState: true }).apply([y, ...encoder.slice(1)] as never) as never as SymbolicTensor[];
    await check(tfl.model({ inputs: [x, y] as never, outputs: decoder as never }));
  });

  it.each(["concat", "sum", "mul", "ave"])("in both directions, %s", async (mergeMode) => {
    for (const returnSequences of [true, false]) {
      await check(chain(layers.bidirectional({ layer: kinds[kind]!({ units: 4, returnSequences }) as never, mergeMode: mergeMode as never, inputShape: [6, 3] })));
    }
  });

  it("reads sequences of any length", async () => {
    await check(chain(kinds[kind]!({ units: 4, inputShape: [null, 3], returnSequences: true }), kinds[kind]!({ units: 3 })), { shapes: [[2, 9, 3]] });
  });
});

describe("recurrent networks", () => {
  it("stand on each other without moving their sequences", async () => {
    const { graph } = await check(
      chain(
        layers.lstm({ units: 4, inputShape: [6, 3], returnSequences: true, name: "one" }),
        layers.bidirectional({ layer: layers.gru({ units: 3, returnSequences: true, name: "both" }) as never, mergeMode: "concat", name: "two" }),
        layers.timeDistributed({ layer: layers.dense({ units: 5, activation: "relu" }), name: "steps" }),
        layers.lstm({ units: 2, name: "three" }),
        layers.dense({ units: 2, activation: "softmax", name: "classes" }),
      ),
    );
    expect(countOf(graph, "Transpose")).toBe(1);
    expect(graph.nodes.filter(({ op }) => op === "LSTM" || op === "GRU").map((node) => node.scope!.join("."))).toEqual(["one", "two.forward_both", "two.backward_both", "three"]);
  });

  it("of cells, single and stacked", async () => {
    await check(chain(layers.rnn({ cell: layers.lstmCell({ units: 4 }), inputShape: [5, 3], returnSequences: true } as never), layers.rnn({ cell: layers.gruCell({ units: 2 }) } as never)));
    const stacked = layers.stackedRNNCells({ cells: [layers.simpleRNNCell({ units: 4 }), layers.gruCell({ units: 3 })] as never });
    await check(chain(layers.rnn({ cell: stacked, inputShape: [5, 3] } as never)));
  });

  it("that keep their state between runs start at zero, and say so", async () => {
    const { notices } = await check(chain(layers.lstm({ units: 4, batchInputShape: [2, 5, 3], stateful: true, name: "memory" })));
    expect(notices).toEqual([expect.stringContaining("`memory` is stateful")]);
  });

  it("with both directions side by side", async () => {
    const x = symbolic([5, 3]);
    const halves = layers.bidirectional({ layer: layers.lstm({ units: 4, returnSequences: true }) as never, mergeMode: null as never }).apply(x as never) as never;
    await check(tfl.model({ inputs: x as never, outputs: halves }));
  });

  it.each([
    {}, { returnSequences: true }, { goBackwards: true, returnSequences: true }, { padding: "same", strides: 2, returnSequences: true }, { dataFormat: "channelsFirst", returnSequences: true }, { useBias: false, activation: "relu", recurrentActivation: "sigmoid" },
    { kernelSize: [3, 2], padding: "same" },
  ])("of convolutions %o", async (options) => {
    await check(chain(layers.convLstm2d({ filters: 3, kernelSize: 2, inputShape: "dataFormat" in options ? [4, 2, 6, 5] : [4, 6, 5, 2], name: "film", ...options } as never)));
  });

  it("of convolutions stand on each other, and give their states", async () => {
    await check(chain(layers.convLstm2d({ filters: 3, kernelSize: 2, inputShape: [3, 6, 5, 2], returnSequences: true } as never), layers.convLstm2d({ filters: 2, kernelSize: 2 } as never), layers.flatten(), layers.dense({ units: 2 })));
    const x = tfl.input({ shape: [3, 6, 5, 2] });
    await check(tfl.model({ inputs: x, outputs: layers.convLstm2d({ filters: 3, kernelSize: 2, returnState: true } as never).apply(x) as never }));
  });

  it("of convolutions over any number of steps are refused, with the reason", async () => {
    const model = chain(layers.convLstm2d({ filters: 2, kernelSize: 2, inputShape: [null, 5, 5, 1], name: "film" } as never));
    await expect(readTfjs(fromArtifacts(await artifactsOf(model)))).rejects.toMatchObject({ code: "tfjs-layer", message: expect.stringMatching(/`film`.*written out/) as string });
  });
});

describe("TimeDistributed", () => {
  it("applies a layer to every step", async () => {
    await check(chain(layers.timeDistributed({ layer: layers.conv2d({ filters: 3, kernelSize: 2, padding: "same", activation: "relu" }), inputShape: [4, 6, 5, 2] }), layers.timeDistributed({ layer: layers.maxPooling2d({ poolSize: 2 }) }), layers.timeDistributed({ layer: layers.flatten() }), layers.lstm({ units: 3 })));
  });
  it("of any number", async () => {
    await check(chain(layers.timeDistributed({ layer: layers.batchNormalization({}), inputShape: [null, 3] } as never)), { shapes: [[2, 7, 3]] });
  });
});

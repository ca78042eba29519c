import { tensor } from "@vitrine/core";
import { expectClose } from "@vitrine/testing";
import { describe, expect, it } from "vitest";
import { artifactsOf, chain, check, countOf, layers as tfl, randomize, run, tf, type SymbolicTensor } from "../../test/tf.js";
import { fromArtifacts, readTfjs } from "../index.js";

const { layers } = tfl;

describe("pooling", () => {
  it.each([{}, { padding: "same" }, { poolSize: 3, strides: 2, padding: "same" }, { poolSize: [3, 2], strides: [1, 3] }, { dataFormat: "channelsFirst" }])("2-D %o", async (options) => {
    const inputShape = "dataFormat" in options ? [3, 9, 8] : [9, 8, 3];
    await check(chain(layers.maxPooling2d({ inputShape, ...options } as never)));
    await check(chain(layers.averagePooling2d({ inputShape, ...options } as never)));
  });
  it("1-D and 3-D", async () => {
    await check(chain(layers.maxPooling1d({ inputShape: [9, 3], poolSize: 2, strides: 3, padding: "same" }), layers.averagePooling1d({ poolSize: 2, padding: "valid" })));
    await check(chain(layers.maxPooling3d({ inputShape: [7, 6, 5, 2], poolSize: 2, padding: "same" }), layers.averagePooling3d({ poolSize: [2, 1, 2], strides: 1 as never, padding: "same" })));
  });
  it("global", async () => {
    await check(chain(layers.globalAveragePooling1d({ inputShape: [9, 3] })));
    await check(chain(layers.globalMaxPooling1d({ inputShape: [9, 3] })));
    for (const dataFormat of ["channelsLast", "channelsFirst"] as const) {
      await check(chain(layers.globalAveragePooling2d({ inputShape: [6, 5, 4], dataFormat })));
      await check(chain(layers.globalMaxPooling2d({ inputShape: [6, 5, 4], dataFormat })));
    }
  });
  it("is done in the order in which the maps lie", async () => {
    const { graph } = await check(chain(layers.conv2d({ inputShape: [6, 5, 3], kernelSize: 2, filters: 4 }), layers.globalAveragePooling2d({}), layers.dense({ units: 3 })));
    expect(countOf(graph, "Transpose")).toBe(1);
  });
});

describe("normalisation", () => {
  it.each<[string, object, readonly number[]]>([
    ["of maps", {}, [5, 4, 3]], ["of features", {}, [6]], ["of a sequence", { epsilon: 0.01 }, [5, 3]], ["without scale and centre", { scale: false, center: false }, [5, 4, 3]],
  ])("by the batch's statistics: %s", async (_, options, inputShape) => {
    await check(chain(layers.batchNormalization({ inputShape, ...options } as never)));
  });
  it.each<[number, readonly number[]]>([[1, [3, 5, 4]], [2, [5, 4, 3]], [4, [3, 4, 5, 2]], [1, [3, 4, 5, 2]]])("by the batch's statistics along axis %i of %o, against the definition: the cpu backend knows the last of 4 only", async (axis, inputShape) => {
    const model = randomize(chain(layers.batchNormalization({ inputShape: [...inputShape], axis, name: "norm" })));
    const { graph } = await readTfjs(fromArtifacts(await artifactsOf(model)));
    const [gamma, beta, mean, variance] = model.getWeights().map((weight) => weight.reshape([-1, ...new Array<number>(inputShape.length - axis).fill(1)]));
    const x = tf.randomUniform([2, ...inputShape], -1, 1, "float32", 1);
    const y = x.sub(mean!).div(variance!.add(1e-3).sqrt()).mul(gamma!).add(beta!);
    const { norm } = await run(graph, { norm_input: tensor("float32", x.shape, x.dataSync() as Float32Array) });
    expectClose(norm!, tensor("float32", y.shape, y.dataSync() as Float32Array));
  });
  it.each<[object, readonly number[]]>([
    [{}, [6]], [{}, [5, 4]], [{ axis: [2, 3], epsilon: 0.1 }, [5, 4, 3]], [{ axis: 1 }, [4, 3]], [{ scale: false }, [4, 3]], [{ center: false }, [4, 3]], [{ axis: [1, 3], scale: false, center: false }, [4, 3, 5]],
  ])("of each sample %o %o", async (options, inputShape) => {
    await check(chain(layers.layerNormalization({ inputShape, ...options } as never)));
  });
});

describe("activations", () => {
  it.each(["elu", "hardSigmoid", "linear", "relu", "relu6", "selu", "sigmoid", "softmax", "softplus", "softsign", "tanh", "logSoftmax", "swish", "mish", "gelu", "gelu_new"])("%s", async (activation) => {
    await check(chain(layers.dense({ inputShape: [7], units: 6, activation: activation as never })));
    await check(chain(layers.conv1d({ inputShape: [7, 3], kernelSize: 2, filters: 4 }), layers.activation({ activation: activation as never })));
  });
  it.each<[string, () => tfl.layers.Layer]>([
    ["ReLU", () => layers.reLU({ inputShape: [5, 4, 3] })],
    ["ReLU with a maximum", () => layers.reLU({ inputShape: [5, 4, 3], maxValue: 0.5 })],
    ["LeakyReLU", () => layers.leakyReLU({ inputShape: [5, 4, 3], alpha: 0.2 })],
    ["ELU", () => layers.elu({ inputShape: [5, 4, 3] })],
    ["ThresholdedReLU", () => layers.thresholdedReLU({ inputShape: [5, 4, 3], theta: 0.4 })],
    ["Softmax", () => layers.softmax({ inputShape: [5, 4, 3], axis: 3 })],
    ["Softmax by default", () => layers.softmax({ inputShape: [5] })],
    ["PReLU", () => layers.prelu({ inputShape: [5, 4, 3] })],
    ["PReLU that shares slopes", () => layers.prelu({ inputShape: [5, 4, 3], sharedAxes: [1, 2] })],
  ])("%s", async (_, make) => {
    await check(chain(make()));
  });
  it("PReLU on maps as a convolution leaves them", async () => {
    for (const sharedAxes of [undefined, [1, 2], [3]]) {
      await check(chain(layers.conv2d({ inputShape: [6, 5, 3], kernelSize: 2, filters: 4 }), layers.prelu({ ...(sharedAxes && { sharedAxes }) }), layers.conv2d({ kernelSize: 2, filters: 2 })));
    }
  });
});

describe("shapes", () => {
  it("Reshape, Permute, Flatten, RepeatVector", async () => {
    await check(chain(layers.reshape({ inputShape: [6, 4], targetShape: [3, 4, 2] }), layers.permute({ dims: [3, 1, 2] }), layers.flatten(), layers.repeatVector({ n: 3 })));
    await check(chain(layers.conv2d({ inputShape: [6, 5, 3], kernelSize: 2, filters: 4 }), layers.permute({ dims: [2, 3, 1] }), layers.flatten()));
    await check(chain(layers.reshape({ inputShape: [6, 4], targetShape: [-1, 8] }), layers.dense({ units: 3 })));
    await check(chain(layers.flatten({ inputShape: [3, 4, 5], dataFormat: "channelsFirst" })));
  });
  it("Permute is free before what takes any order", async () => {
    const { graph } = await check(chain(layers.conv2d({ inputShape: [6, 5, 3], kernelSize: 2, filters: 4 }), layers.permute({ dims: [3, 1, 2] }), layers.reLU(), layers.flatten()));
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Transpose", "Conv", "Relu", "Flatten"]);
  });
  it("ZeroPadding2D, Cropping2D, UpSampling2D", async () => {
    for (const dataFormat of ["channelsLast", "channelsFirst"] as const) {
      const inputShape = [5, 6, 7];
      await check(chain(layers.zeroPadding2d({ inputShape, padding: [[1, 2], [0, 3]], dataFormat })));
      await check(chain(layers.cropping2D({ inputShape, cropping: [[1, 0], [2, 1]], dataFormat })));
      await check(chain(layers.upSampling2d({ inputShape, size: [2, 3], dataFormat })));
    }
    await check(chain(layers.zeroPadding2d({ inputShape: [5, 6, 3], padding: 2 }), layers.cropping2D({ cropping: 1 as never })));
    await check(chain(layers.upSampling2d({ inputShape: [5, 6, 3], size: [2, 3], interpolation: "bilinear" })));
  });
  it("what only trains is left out", async () => {
    const { graph } = await check(
      chain(layers.gaussianNoise({ inputShape: [4, 3], stddev: 1 }), layers.spatialDropout1d({ rate: 0.5 }), layers.dense({ units: 3 }), layers.dropout({ rate: 0.5 }), layers.gaussianDropout({ rate: 0.3 }), layers.alphaDropout({ rate: 0.3 })),
    );
    expect(graph.nodes.map(({ op }) => op)).toEqual(["MatMul", "Add", "Identity"]);
    expect(graph.outputs[0]!.name).toMatch(/^alpha_dropout/);
  });
  it("Masking makes zeros of steps", async () => {
    await check(chain(layers.masking({ inputShape: [3, 2], maskValue: 1 })), { below: 2 });
  });
  it("Rescaling", async () => {
    await check(chain(layers.rescaling({ inputShape: [4], scale: 0.5, offset: -1 })));
  });
});

describe("merging", () => {
  const inputs = (...shapes: (number | null)[][]): SymbolicTensor[] => shapes.map((shape) => tfl.input({ shape }) as never);
  const merge = async (layer: tfl.layers.Layer, ...shapes: number[][]): Promise<void> => {
    const given = inputs(...shapes);
    await check(tfl.model({ inputs: given as never, outputs: layer.apply(given as never) as never }));
  };
  it.each(["add", "multiply", "average", "maximum", "minimum"] as const)("%s", async (name) => {
    const make = (): tfl.layers.Layer => layers[name]() as never;
    await merge(make(), [3, 4], [3, 4]);
    await merge(make(), [3, 4], [3, 4], [3, 4]);
    await merge(make(), [3, 4, 2], [1, 4, 1]);
    await merge(make(), [3, 4, 4], [4]);
  });
  it("concatenate", async () => {
    await merge(layers.concatenate() as never, [3, 4], [3, 2]);
    await merge(layers.concatenate({ axis: 1 }) as never, [3, 4], [2, 4], [1, 4]);
  });
  it.each<[object, number[], number[]]>([
    [{ axes: 1 }, [4], [4]], [{ axes: -1 }, [3, 4], [5, 4]], [{ axes: [1, 2] }, [4, 3], [5, 4]], [{ axes: [2, 1] }, [3, 4], [4]], [{ axes: 1, normalize: true }, [4], [4]], [{ axes: 2, normalize: true }, [3, 4], [5, 4]],
  ])("dot %o", async (options, a, b) => {
    await merge(layers.dot(options as never) as never, a, b);
  });
  it("joins branches of maps without moving them", async () => {
    const [x] = inputs([8, 8, 3]);
    const one = layers.conv2d({ kernelSize: 3, filters: 4, padding: "same" }).apply(x as never);
    const two = layers.conv2d({ kernelSize: 1, filters: 4 }).apply(x as never);
    const sum = layers.add().apply([one, two] as never);
    const joined = layers.concatenate().apply([sum, one, x] as never);
    const scaled = layers.multiply().apply([joined, layers.reshape({ targetShape: [1, 1, 11] }).apply(layers.dense({ units: 11, activation: "sigmoid" }).apply(layers.globalAveragePooling2d({}).apply(joined as never)))] as never);
    const { graph } = await check(tfl.model({ inputs: x as never, outputs: layers.globalMaxPooling2d({}).apply(scaled as never) as never }));
    // The input's, and that of the gate, which a dense layer made.
    expect(countOf(graph, "Transpose")).toBe(2);
  });
});

describe("embeddings", () => {
  it("take int32", async () => {
    const { graph } = await check(chain(layers.embedding({ inputDim: 11, outputDim: 3, inputLength: 5, name: "words" }), layers.globalAveragePooling1d()), { below: 11 });
    expect(graph.inputs[0]).toEqual({ name: "words_input", dtype: "int32", shape: ["batch", 5] });
  });
  it("before convolutions", async () => {
    await check(chain(layers.embedding({ inputDim: 11, outputDim: 4, inputLength: 9 }), layers.conv1d({ filters: 3, kernelSize: 3, activation: "relu" }), layers.globalMaxPooling1d({}), layers.dense({ units: 2 })), { below: 11 });
  });
});

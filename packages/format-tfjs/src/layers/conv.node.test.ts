import type * as tfTypes from "@tensorflow/tfjs-core";
import { tensor } from "@vitrine/core";
import { expectClose } from "@vitrine/testing";
import { describe, expect, it } from "vitest";
import { artifactsOf, chain, check, countOf, layers as tfl, randomize, run, tf } from "../../test/tf.js";
import { fromArtifacts, readTfjs } from "../index.js";

const { layers } = tfl;
type Conv = Parameters<typeof layers.conv2d>[0];

describe("Conv2D", () => {
  it.each<[string, Partial<Conv>]>([
    ["valid", {}],
    ["same", { padding: "same" }],
    ["same, stride 2 on odd sizes", { padding: "same", strides: 2 }],
    ["strides that differ", { strides: [2, 3], padding: "same" }],
    ["dilated", { dilationRate: [2, 2] }],
    ["dilated, same", { dilationRate: 2, padding: "same" }],
    ["without bias", { useBias: false }],
    ["an oblong kernel", { kernelSize: [3, 1] }],
    ["relu", { activation: "relu" }],
    ["softmax over the channels", { activation: "softmax" }],
    ["channels first", { dataFormat: "channelsFirst", padding: "same" }],
  ])("%s", async (_, options) => {
    const inputShape = options.dataFormat === "channelsFirst" ? [3, 9, 8] : [9, 8, 3];
    await check(chain(layers.conv2d({ kernelSize: 3, filters: 4, ...options, inputShape } as Conv)));
  });

  it("takes pictures of any size", async () => {
    await check(chain(layers.conv2d({ inputShape: [null, null, 3], kernelSize: 3, filters: 4, padding: "same", strides: 2 }), layers.maxPooling2d({ poolSize: 2, padding: "same" })), { shapes: [[2, 9, 12, 3]] });
  });
});

describe("other convolutions", () => {
  it("Conv1D", async () => {
    await check(chain(layers.conv1d({ inputShape: [11, 3], kernelSize: 3, filters: 4, strides: 2, padding: "same", activation: "tanh" }), layers.conv1d({ kernelSize: 2, filters: 3, dilationRate: 2 })));
  });
  it("Conv3D", async () => {
    await check(chain(layers.conv3d({ inputShape: [5, 6, 7, 2], kernelSize: [2, 3, 2], filters: 3, strides: [1, 2, 2], padding: "same" }), layers.conv3d({ kernelSize: 2, filters: 2 })));
  });
  it.each([{}, { padding: "same" as const, strides: 2 as never }, { depthMultiplier: 3, useBias: false, activation: "relu6" as const }, { dataFormat: "channelsFirst" as const }])("DepthwiseConv2D %o", async (options) => {
    await check(chain(layers.depthwiseConv2d({ inputShape: "dataFormat" in options ? [3, 9, 8] : [9, 8, 3], kernelSize: 3, ...options } as never)));
  });
  it("DepthwiseConv2D is dilated as its file says, and the notice tells that TensorFlow.js forgets it", async () => {
    const model = randomize(chain(layers.depthwiseConv2d({ inputShape: [9, 8, 3], kernelSize: 3, dilationRate: [2, 2], useBias: false, name: "wide" })));
    const { graph, notices } = await readTfjs(fromArtifacts(await artifactsOf(model)));
    expect(notices).toEqual([expect.stringContaining("`wide` is dilated")]);
    const x = tf.randomUniform([2, 9, 8, 3], -1, 1, "float32", 1) as tfTypes.Tensor4D;
    const y = tf.depthwiseConv2d(x, model.getWeights()[0] as tfTypes.Tensor4D, 1, "valid", "NHWC", 2);
    const { wide } = await run(graph, { wide_input: tensor("float32", x.shape, x.dataSync() as Float32Array) });
    expectClose(wide!, tensor("float32", y.shape, y.dataSync() as Float32Array));
  });
  it.each([{}, { padding: "same" as const, strides: 2 }, { depthMultiplier: 2, dilationRate: 2, activation: "elu" as const }])("SeparableConv2D %o", async (options) => {
    await check(chain(layers.separableConv2d({ inputShape: [9, 8, 3], kernelSize: 3, filters: 5, ...options } as never)));
  });
  it.each([
    { kernelSize: 3 }, { kernelSize: 3, strides: 2 }, { kernelSize: 3, strides: 2, padding: "same" }, { kernelSize: 4, strides: 2, padding: "same" }, { kernelSize: 2, strides: 3, padding: "same" },
    { kernelSize: 2, strides: 3 }, { kernelSize: [3, 2], strides: [1, 2], padding: "same", useBias: false }, { kernelSize: 3, dataFormat: "channelsFirst", strides: 2, padding: "same" },
  ])("Conv2DTranspose %o", async (options) => {
    await check(chain(layers.conv2dTranspose({ inputShape: options.dataFormat === "channelsFirst" ? [3, 5, 4] : [5, 4, 3], filters: 2, ...options } as never)));
  });
  it("Conv3DTranspose", async () => {
    await check(chain(layers.conv3dTranspose({ inputShape: [3, 4, 5, 2], kernelSize: 3, filters: 3, strides: 2, padding: "same" })));
  });
});

describe("a convolutional network", () => {
  it("has a Transpose where it begins, and one where its maps are flattened", async () => {
    const { graph } = await check(
      chain(
        layers.conv2d({ inputShape: [12, 12, 3], kernelSize: 3, filters: 4, activation: "relu", name: "conv1" }),
        layers.batchNormalization({ name: "norm" }),
        layers.maxPooling2d({ poolSize: 2, name: "pool" }),
        layers.zeroPadding2d({ padding: 1, name: "pad" }),
        layers.depthwiseConv2d({ kernelSize: 3, activation: "relu6", name: "depthwise" }),
        layers.conv2d({ kernelSize: 1, filters: 5, name: "conv2" }),
        layers.leakyReLU({ name: "leaky" }),
        layers.flatten({ name: "flat" }),
        layers.dense({ units: 3, activation: "softmax", name: "classes" }),
      ),
    );
    expect(countOf(graph, "Transpose")).toBe(2);
    expect(graph.nodes.map((node) => node.scope?.join("."))).toEqual(["conv1", "conv1", "conv1", "norm", "pool", "pad", "depthwise", "depthwise", "conv2", "leaky", "flat", "flat", "classes", "classes"]);
    expect(graph.inputs).toEqual([{ name: "conv1_input", dtype: "float32", shape: ["batch", 12, 12, 3] }]);
    expect(graph.outputs).toEqual([{ name: "classes", dtype: "float32", shape: ["batch", 3] }]);
  });

  it("gives maps with their channels last, under the layer's name", async () => {
    const { graph } = await check(chain(layers.conv2d({ inputShape: [6, 5, 3], kernelSize: 3, filters: 4, name: "conv" })));
    expect(graph.outputs).toEqual([{ name: "conv", dtype: "float32", shape: ["batch", 4, 3, 4] }]);
    expect(graph.nodes.map(({ op, outputs }) => [op, ...outputs])).toEqual([["Transpose", "conv/Transpose"], ["Conv", "conv:moved"], ["Transpose", "conv"]]);
  });
});

describe("Conv3D", () => {
  it("whose windows leave gaps is computed as in TensorFlow, and it is said", async () => {
    const model = chain(layers.conv3d({ inputShape: [4, 4, 4, 1], filters: 1, kernelSize: 1, strides: 2, padding: "same", useBias: false, kernelInitializer: "ones", name: "gaps" }));
    const { graph, notices } = await readTfjs(fromArtifacts(await artifactsOf(model)));
    expect(notices).toEqual([expect.stringContaining("`gaps` leave gaps")]);
    const results = await run(graph, { gaps_input: tensor("float32", [1, 4, 4, 4, 1], Float32Array.from({ length: 64 }, (_, i) => i)) });
    expect(Array.from(Object.values(results)[0]!.data as Float32Array)).toEqual([0, 2, 8, 10, 32, 34, 40, 42]);
  });
});

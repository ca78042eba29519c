import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import { layers, sequential, type LayersModel } from "@tensorflow/tfjs-layers";
import { float32, read, tensor, toFloat32, type Runtime, type Tensor } from "@vitrine/core";
import { fromArtifacts, readTfjs } from "@vitrine/format-tfjs";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { tfjs } from "@vitrine/runtime-tfjs";
import { relativeL2 } from "@vitrine/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

/** What a format writes with operators that networks seldom use runs on both runtimes, as TensorFlow.js itself computes it. */
let runtimes: Runtime[] = [];
beforeAll(async () => {
  await tf.setBackend("cpu");
  runtimes = await Promise.all([onnxNode({ providers: ["cpu"], threads: 1 }).create(), tfjs({ backend: "wasm" }).create()]);
});
afterAll(() => Promise.all(runtimes.map((runtime) => runtime.dispose())));

async function artifactsOf(model: LayersModel): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(tf.io.withSaveHandler((artifacts) => {
    saved = artifacts;
    return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } });
  }));
  return saved!;
}

async function agrees(model: LayersModel, feed: Tensor, given: tf.Tensor): Promise<void> {
  const expected = (model.predict(given) as tf.Tensor).dataSync() as Float32Array;
  const { graph } = await readTfjs(fromArtifacts((await artifactsOf(model)) as never));
  for (const runtime of runtimes) {
    const program = await runtime.compile(graph);
    const result = await program.run({ [graph.inputs[0]!.name]: feed });
    expect(relativeL2(toFloat32(await read(result[graph.outputs[0]!.name]!)), expected), runtime.info.id).toBeLessThan(1e-5);
    await program.dispose();
  }
}

const ids = [[1, 2, 1, 0, 0], [0, 1, 0, 2, 0], [0, 0, 0, 0, 0], [2, 2, 1, 1, 2]];

test.each(["lstm", "gru", "simpleRNN"] as const)("masked steps of a %s, forwards and backwards", async (kind) => {
  const make = layers[kind] as (options: object) => ReturnType<typeof layers.lstm>;
  for (const options of [{}, { returnSequences: true }, { goBackwards: true, returnSequences: true }]) {
    await agrees(sequential({ layers: [layers.embedding({ inputDim: 3, outputDim: 3, maskZero: true }), make({ units: 4, ...options })] }), tensor("int32", [4, 5], Int32Array.from(ids.flat())), tf.tensor2d(ids));
  }
  await agrees(sequential({ layers: [layers.embedding({ inputDim: 3, outputDim: 3, maskZero: true }), layers.bidirectional({ layer: make({ units: 4, returnSequences: true }) as never, mergeMode: "concat" })] }), tensor("int32", [4, 5], Int32Array.from(ids.flat())), tf.tensor2d(ids));
});

test("an LSTM of convolutions", async () => {
  const x = Float32Array.from({ length: 2 * 3 * 6 * 5 * 2 }, (_, i) => Math.sin(1.7 * i));
  await agrees(sequential({ layers: [layers.convLstm2d({ filters: 3, kernelSize: 2, inputShape: [3, 6, 5, 2], returnSequences: true } as never)] }), float32([2, 3, 6, 5, 2], x), tf.tensor5d(x, [2, 3, 6, 5, 2]));
});

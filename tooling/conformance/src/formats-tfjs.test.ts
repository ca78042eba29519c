import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import { createEngine, float32, GraphBuilder, read, tensor, toFloat32, topK, type Engine, type ImageSpec, type Model, type ModelSpec, type Tensor } from "@vitrine/core";
import { fileSource } from "@vitrine/files-node";
import { tfjsPlugin } from "@vitrine/format-tfjs";
import { imagePlugin, presetSpec } from "@vitrine/image";
import { imageNodePlugin, sharpCodec } from "@vitrine/image-node";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { tfjs } from "@vitrine/runtime-tfjs";
import { relativeL2 } from "@vitrine/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromFolder } from "./matrix/tfjs-models.js";
import { describeShared } from "./shared.js";

let engine: Engine;

const open = (file: string, spec?: ModelSpec): Promise<Model> => engine.load(fileSource(file), spec && { spec });

async function decoded(file: string): Promise<Awaited<ReturnType<typeof sharpCodec.decode>>> {
  return sharpCodec.decode(new Uint8Array(await readFile(file)), path.basename(file));
}

async function run(model: Model, feeds: Readonly<Record<string, Tensor>>, value = model.output.name): Promise<Float32Array> {
  const graph = new GraphBuilder(model.graph).build({ outputs: [value] });
  return toFloat32(await read((await model.run(graph, feeds))[graph.outputs[0]!.name]!));
}

const runtimes = [["ONNX Runtime", onnxNode({ providers: ["cpu"], threads: 2 })], ["TensorFlow.js wasm", tfjs({ backend: "wasm" })]] as const;

describeShared("models", "TensorFlow.js models", (at) => {
  describe.each(runtimes)("on %s", (_, runtime) => {
    beforeAll(async () => {
      // What they are held against.
      await tf.setBackend("cpu");
      engine = createEngine({ runtime, plugins: [tfjsPlugin, imagePlugin, imageNodePlugin] });
    });
    afterAll(() => engine.dispose());

    it("tinyvgg sees what its description says, as TensorFlow.js does", async () => {
      const file = path.join(at, "tinyvgg", "model.json");
      const image: ImageSpec = { kind: "image", size: [64, 64], resize: "stretch", channels: "RGB", layout: "NHWC", range: 1, mean: [0, 0, 0], std: [1, 1, 1] };
      const model = await open(file, { inputs: { conv_1_1_input: image }, outputs: [] });
      const reference = await loadLayersModel(await fromFolder(file));
      const expected: Readonly<Record<string, readonly [number, number]>> = { boat_1: [0, 0.82], bug_1: [1, 0.98], bus_1: [4, 0.99], car_1: [9, 0.97], koala_3: [5, 0.99], pizza_1: [2, 0.99] };
      let worst = 0;
      for (const [name, [index, value]] of Object.entries(expected)) {
        const { tensor: x } = model.prepare(await decoded(path.join(at, "tinyvgg", "images", `${name}.jpeg`)))["conv_1_1_input"]!;
        const found = await run(model, { conv_1_1_input: x });
        const theirs = (reference.predict(tf.tensor(toFloat32(x), [...x.shape])) as tf.Tensor).dataSync() as Float32Array;
        worst = Math.max(worst, relativeL2(found, theirs));
        const best = topK(found, 1)[0]!;
        console.log(`tinyvgg ${name}: ${best.index} ${best.value.toFixed(3)}`);
        expect(best.index).toBe(index);
        expect(Math.abs(best.value - value)).toBeLessThan(0.06);
      }
      console.log(`tinyvgg against TensorFlow.js: worst relative error ${worst.toExponential(2)}`);
      expect(worst).toBeLessThan(1e-5);
      const layers = await model.layers();
      expect(layers.map(({ name, kind, units }) => `${name} ${kind} ${units}`)).toMatchInlineSnapshot(`
        [
          "conv_1_1 conv 10",
          "relu_1_1 activation 10",
          "conv_1_2 conv 10",
          "relu_1_2 activation 10",
          "max_pool_1 pool 10",
          "conv_2_1 conv 10",
          "relu_2_1 activation 10",
          "conv_2_2 conv 10",
          "relu_2_2 activation 10",
          "max_pool_2 pool 10",
          "output:Gemm dense 10",
          "output softmax 10",
        ]
      `);
      await model.dispose();
    });

    it("emoji sees a fireboat, and the ImageNet classes inside it are those of the ONNX MobileNet", async () => {
      const file = path.join(at, "emoji", "model.json");
      const model = await open(file, { inputs: { input: presetSpec("tf", [1, 224, 224, 3], "input") }, outputs: [] });
      expect(model.batch.fixed).toBeUndefined();
      const labels = JSON.parse(await readFile(path.join(at, "emoji", "labels.json"), "utf8")) as readonly string[] | Readonly<Record<string, string>>;
      const reference = await loadGraphModel(await fromFolder(file));
      const imagenet = "MobilenetV1/Predictions/Reshape";
      const truth: Readonly<Record<string, number>> = {
        "00000610": 290, "00006451": 368, "00006491": 2, "00008338": 207, "00011425": 365, "00011425_gray": 365, "00016655": 554, "00018478": 971, "00018548": 860, "00020333": 407, "00029739": 515, "00046554": 659,
      };
      let right = 0;
      let worst = 0;
      for (const [name, index] of Object.entries(truth)) {
        const { tensor: x } = model.prepare(await decoded(path.join(at, "images", `ILSVRC2012_val_${name}.jpg`)))["input"]!;
        const logits = await run(model, { input: x }, imagenet);
        if (topK(logits, 1)[0]!.index === index + 1) right++;
        if (name !== "00016655") continue;
        const found = await run(model, { input: x });
        const best = topK(found, 1)[0]!;
        console.log(`emoji ${name}: ${JSON.stringify(Array.isArray(labels) ? labels[best.index] : (labels as Readonly<Record<string, string>>)[best.index])} ${best.value.toFixed(3)}`);
        expect(best.value).toBeGreaterThan(0.99);
        const given = tf.tensor(toFloat32(x), [...x.shape]);
        const [theirs, theirLogits] = reference.execute(given, ["final_result", imagenet]) as tf.Tensor[];
        worst = Math.max(relativeL2(found, theirs!.dataSync() as Float32Array), relativeL2(logits, theirLogits!.dataSync() as Float32Array));
      }
      console.log(`emoji: ${right} of 12 at the ImageNet node; against TensorFlow.js: worst relative error ${worst.toExponential(2)}`);
      expect(right).toBe(11);
      expect(worst).toBeLessThan(1e-5);
      expect(model.graph.nodes.filter((node) => node.op === "Transpose")).toHaveLength(1);
      expect((await model.layers()).map(({ name, kind, units }) => `${name} ${kind} ${units}`)).toMatchInlineSnapshot(`
        [
          "MobilenetV1.Conv2d_0:Conv conv 8",
          "MobilenetV1.Conv2d_0 activation 8",
          "MobilenetV1.Conv2d_1_depthwise:Conv conv 8",
          "MobilenetV1.Conv2d_1_depthwise activation 8",
          "MobilenetV1.Conv2d_1_pointwise:Conv conv 16",
          "MobilenetV1.Conv2d_1_pointwise activation 16",
          "MobilenetV1.Conv2d_2_depthwise:Conv conv 16",
          "MobilenetV1.Conv2d_2_depthwise activation 16",
          "MobilenetV1.Conv2d_2_pointwise:Conv conv 32",
          "MobilenetV1.Conv2d_2_pointwise activation 32",
          "MobilenetV1.Conv2d_3_depthwise:Conv conv 32",
          "MobilenetV1.Conv2d_3_depthwise activation 32",
          "MobilenetV1.Conv2d_3_pointwise:Conv conv 32",
          "MobilenetV1.Conv2d_3_pointwise activation 32",
          "MobilenetV1.Conv2d_4_depthwise:Conv conv 32",
          "MobilenetV1.Conv2d_4_depthwise activation 32",
          "MobilenetV1.Conv2d_4_pointwise:Conv conv 64",
          "MobilenetV1.Conv2d_4_pointwise activation 64",
          "MobilenetV1.Conv2d_5_depthwise:Conv conv 64",
          "MobilenetV1.Conv2d_5_depthwise activation 64",
          "MobilenetV1.Conv2d_5_pointwise:Conv conv 64",
          "MobilenetV1.Conv2d_5_pointwise activation 64",
          "MobilenetV1.Conv2d_6_depthwise:Conv conv 64",
          "MobilenetV1.Conv2d_6_depthwise activation 64",
          "MobilenetV1.Conv2d_6_pointwise:Conv conv 128",
          "MobilenetV1.Conv2d_6_pointwise activation 128",
          "MobilenetV1.Conv2d_7_depthwise:Conv conv 128",
          "MobilenetV1.Conv2d_7_depthwise activation 128",
          "MobilenetV1.Conv2d_7_pointwise:Conv conv 128",
          "MobilenetV1.Conv2d_7_pointwise activation 128",
          "MobilenetV1.Conv2d_8_depthwise:Conv conv 128",
          "MobilenetV1.Conv2d_8_depthwise activation 128",
          "MobilenetV1.Conv2d_8_pointwise:Conv conv 128",
          "MobilenetV1.Conv2d_8_pointwise activation 128",
          "MobilenetV1.Conv2d_9_depthwise:Conv conv 128",
          "MobilenetV1.Conv2d_9_depthwise activation 128",
          "MobilenetV1.Conv2d_9_pointwise:Conv conv 128",
          "MobilenetV1.Conv2d_9_pointwise activation 128",
          "MobilenetV1.Conv2d_10_depthwise:Conv conv 128",
          "MobilenetV1.Conv2d_10_depthwise activation 128",
          "MobilenetV1.Conv2d_10_pointwise:Conv conv 128",
          "MobilenetV1.Conv2d_10_pointwise activation 128",
          "MobilenetV1.Conv2d_11_depthwise:Conv conv 128",
          "MobilenetV1.Conv2d_11_depthwise activation 128",
          "MobilenetV1.Conv2d_11_pointwise:Conv conv 128",
          "MobilenetV1.Conv2d_11_pointwise activation 128",
          "MobilenetV1.Conv2d_12_depthwise:Conv conv 128",
          "MobilenetV1.Conv2d_12_depthwise activation 128",
          "MobilenetV1.Conv2d_12_pointwise:Conv conv 256",
          "MobilenetV1.Conv2d_12_pointwise activation 256",
          "MobilenetV1.Conv2d_13_depthwise:Conv conv 256",
          "MobilenetV1.Conv2d_13_depthwise activation 256",
          "MobilenetV1.Conv2d_13_pointwise:Conv conv 256",
          "MobilenetV1.Conv2d_13_pointwise activation 256",
          "MobilenetV1.Logits.AvgPool_1a pool 256",
          "MobilenetV1.Logits.Conv2d_1c_1x1:Conv conv 1001",
          "MobilenetV1.Logits.Conv2d_1c_1x1 conv 1001",
          "final_training_ops.Wx_plus_b dense 424",
          "final_result softmax 424",
        ]
      `);
      await model.dispose();
    });

    it("the networks that read Tom Sawyer learn from epoch to epoch, and agree with TensorFlow.js", async () => {
      const vocabulary = JSON.parse(await readFile(path.join(at, "recurrent", "tomSawyer.vocab.json"), "utf8")) as readonly string[];
      const text = (await readFile(path.join(at, "text", "tomsawyer-200k.txt"), "utf8")).toLowerCase();
      const ids = [...text].map((char) => vocabulary.indexOf(char)).filter((id) => id >= 0);
      const [length, samples] = [40, 500];
      const step = Math.floor((ids.length - length - 1) / samples);
      const x = new Float32Array(samples * length * vocabulary.length);
      for (let n = 0; n < samples; n++) for (let t = 0; t < length; t++) x[(n * length + t) * vocabulary.length + ids[n * step + t]!] = 1;
      const given = tensor("float32", [samples, length, vocabulary.length], x);
      const bits: number[] = [];
      for (const epoch of [1, 5, 20]) {
        const file = path.join(at, "recurrent", `tomSawyer-${epoch}.json`);
        const model = await open(file);
        const found = await run(model, { lstm_1_input: given });
        let sum = 0;
        for (let n = 0; n < samples; n++) sum -= Math.log2(found[n * vocabulary.length + ids[n * step + length]!]!);
        bits.push(sum / samples);
        const few = 8;
        const reference = await loadLayersModel(await fromFolder(file));
        const head = x.slice(0, few * length * vocabulary.length);
        const theirs = (reference.predict(tf.tensor(head, [few, length, vocabulary.length])) as tf.Tensor).dataSync() as Float32Array;
        const ours = await run(model, { lstm_1_input: float32([few, length, vocabulary.length], head) });
        expect(relativeL2(ours, theirs)).toBeLessThan(1e-5);
        expect((await model.layers()).map(({ name, kind, units }) => `${name} ${kind} ${units}`)).toMatchInlineSnapshot(`
          [
            "lstm_1 recurrent 128",
            "dense_1:Gemm dense 48",
            "dense_1 softmax 48",
          ]
        `);
        await model.dispose();
      }
      console.log(`Tom Sawyer after 1, 5 and 20 epochs: ${bits.map((one) => one.toFixed(3)).join(", ")} bits per character`);
      // As a plain NumPy LSTM over windows of 40 gives them: 2.43, 1.89, 1.59.
      [2.43, 1.89, 1.59].forEach((expected, i) => {
        expect(Math.abs(bits[i]! - expected)).toBeLessThan(0.1);
      });
    });
  });
});

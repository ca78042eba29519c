import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import { loadLayersModel, model as layersModel, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { encodeNpy, float32, topK, type Engine, type ImageSpec, type Target, type Tensor } from "@vitrine/core";
import { fileSource } from "@vitrine/files-node";
import { presetSpec } from "@vitrine/image";
import { sharpCodec } from "@vitrine/image-node";
import { limits, rowOf } from "./networks.js";
import type { MatrixCase, MatrixNetwork, Wanted } from "./work.js";

// Real models of TensorFlow.js, whose numbers are TensorFlow.js's own on its cpu backend, and for the rest those of onnxruntime's cpu.

/** The files of a model as TensorFlow.js loads them. */
export async function fromFolder(file: string): Promise<tf.io.IOHandler> {
  const json = JSON.parse(await readFile(file, "utf8")) as tf.io.ModelJSON;
  const group = json.weightsManifest[0]!;
  const parts = await Promise.all(group.paths.map((name) => readFile(path.join(path.dirname(file), name))));
  const weightData = Uint8Array.from(Buffer.concat(parts)).buffer;
  return tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs: group.weights, weightData });
}

const pictures: ImageSpec = { kind: "image", size: [64, 64], resize: "stretch", channels: "RGB", layout: "NHWC", range: 1, mean: [0, 0, 0], std: [1, 1, 1] };
/** A layer of tinyvgg whose channel is explained against TensorFlow.js's own gradient. */
const explained = { layer: "max_pool_2", unit: 3 } as const;

/** The models below `at`, with their inputs and TensorFlow.js's numbers written below `folder`; none where they are missing. */
export async function tfjsModels(engine: Engine, at: string, folder: string, names: (name: string) => boolean): Promise<MatrixNetwork[]> {
  if (!existsSync(at)) return [];
  await tf.setBackend("cpu");
  const networks: MatrixNetwork[] = [];
  for (const [name, make] of Object.entries({ tinyvgg, emoji, "tomSawyer-20": tomSawyer })) if (names(name)) networks.push(await make());
  return networks;

  async function saved(name: string, key: string, value: Tensor): Promise<string> {
    await mkdir(path.join(folder, name), { recursive: true });
    await writeFile(path.join(folder, name, `${key}.npy`), encodeNpy(value));
    return `peer/${name}/${key}.npy`;
  }

  async function picture(file: string, spec: ImageSpec, model: string, input: string): Promise<Tensor> {
    const opened = await engine.load(fileSource(path.join(at, model)), { spec: { inputs: { [input]: spec }, outputs: [] } });
    const decoded = await sharpCodec.decode(new Uint8Array(await readFile(path.join(at, file))), path.basename(file));
    const { tensor } = opened.prepare(decoded)[input]!;
    await opened.dispose();
    return tensor;
  }

  async function tinyvgg(): Promise<MatrixNetwork> {
    const [name, file, input] = ["tinyvgg", "tinyvgg/model.json", "conv_1_1_input"];
    const x = await picture("tinyvgg/images/bug_1.jpeg", pictures, file, input);
    const reference = await loadLayersModel(await fromFolder(path.join(at, file)));
    const given = tf.tensor(x.data as Float32Array, [...x.shape]);
    const output = reference.predict(given) as tf.Tensor;
    const layer = layersModel({ inputs: reference.inputs, outputs: reference.getLayer(explained.layer).output as SymbolicTensor });
    const slope = tf.grad((value: tf.Tensor) => tf.sum(tf.gather(layer.predict(value) as tf.Tensor, [explained.unit], 3)))(given);
    const cases = methodCases(file, { window: [16, 16, 3], stride: [16, 16, 3] });
    return {
      name, format: "tfjs LayersModel", spec: { inputs: {}, outputs: [] }, input: { [input]: await saved(name, "input", x) }, target: classOf(output),
      cases: [
        ownNumbers(file, [{ value: "output", file: await saved(name, "tensorflow-output", taken(output)) }]),
        {
          row: rowOf["gradient"]!, name: "gradient, as TensorFlow.js's", model: `shared/models/${file}`, method: "deconv", params: { rule: "plain" }, target: [{ kind: "unit", ...explained }],
          wanted: [{ key: "gradient", file: await saved(name, "tensorflow-gradient", taken(slope)) }], limit: limits.gradients,
        },
        ...cases,
      ],
    };
  }

  async function emoji(): Promise<MatrixNetwork> {
    const [name, file, input] = ["emoji", "emoji/model.json", "input"];
    const x = await picture("images/ILSVRC2012_val_00016655.jpg", presetSpec("tf", [1, 224, 224, 3], input) as ImageSpec, file, input);
    const reference = await loadGraphModel(await fromFolder(path.join(at, file)));
    const wanted = ["final_result", "MobilenetV1/Predictions/Reshape"];
    const outputs = reference.execute(tf.tensor(x.data as Float32Array, [...x.shape]), wanted) as tf.Tensor[];
    return {
      name, format: "tfjs GraphModel", spec: { inputs: {}, outputs: [] }, input: { [input]: await saved(name, "input", x) }, target: classOf(outputs[0]!),
      cases: [
        ownNumbers(file, [{ value: "final_result", file: await saved(name, "tensorflow-output", taken(outputs[0]!)) }]),
        ...methodCases(file, { window: [56, 56, 3], stride: [56, 56, 3] }),
      ],
    };
  }

  async function tomSawyer(): Promise<MatrixNetwork> {
    const [name, file, input] = ["tomSawyer-20", "recurrent/tomSawyer-20.json", "lstm_1_input"];
    const vocabulary = JSON.parse(await readFile(path.join(at, "recurrent", "tomSawyer.vocab.json"), "utf8")) as readonly string[];
    const text = (await readFile(path.join(at, "text", "tomsawyer-200k.txt"), "utf8")).toLowerCase();
    const ids = [...text].map((char) => vocabulary.indexOf(char)).filter((id) => id >= 0).slice(0, 80);
    const shape = [2, 40, vocabulary.length];
    const x = new Float32Array(80 * vocabulary.length);
    ids.forEach((id, i) => (x[i * vocabulary.length + id] = 1));
    const reference = await loadLayersModel(await fromFolder(path.join(at, file)));
    const output = reference.predict(tf.tensor(x, shape)) as tf.Tensor;
    return {
      name, format: "tfjs LayersModel", spec: { inputs: {}, outputs: [] }, input: { [input]: await saved(name, "input", float32(shape, x)) }, target: classOf(output),
      cases: [
        ownNumbers(file, [{ value: "dense_1", file: await saved(name, "tensorflow-output", taken(output)) }]),
        ...methodCases(file, { window: [8, vocabulary.length], stride: [8, vocabulary.length] }).filter(({ row }) => ["activation", "weights", "occlusion"].includes(row)),
      ],
    };
  }
}

const taken = (value: tf.Tensor): Tensor => float32(value.shape, Float32Array.from(value.dataSync()));

function classOf(output: tf.Tensor): Target[] {
  const each = output.shape.at(-1)!;
  const data = output.dataSync() as Float32Array;
  return Array.from({ length: data.length / each }, (_, i) => ({ kind: "class", index: topK(data.slice(i * each, (i + 1) * each), 1)[0]!.index }));
}

/** What TensorFlow.js says itself. */
const ownNumbers = (file: string, wanted: readonly Wanted[]): MatrixCase => ({
  row: rowOf["activation"]!, name: "activation, as TensorFlow.js's", model: `shared/models/${file}`, method: "activation", params: { layers: wanted.map(({ value }) => value) }, wanted, limit: limits.activations,
});

/** Every method, to be compared with itself on another runtime. */
function methodCases(file: string, windows: Readonly<Record<string, unknown>>): MatrixCase[] {
  const base = { model: `shared/models/${file}`, wanted: [] };
  const gradient = (row: string, method: string, params: Readonly<Record<string, unknown>>): MatrixCase => ({ ...base, row: rowOf[row]!, name: row, method, params, limit: limits.gradients });
  return [
    { ...base, row: rowOf["activation"]!, name: "activation", method: "activation", params: {}, limit: limits.activations },
    { ...base, row: rowOf["weights"]!, name: "weights", method: "weights", params: {}, limit: 0 },
    gradient("occlusion", "occlusion", windows),
    gradient("gradient", "deconv", { rule: "plain" }),
    gradient("deconvolution", "deconv", { rule: "deconvnet" }),
    gradient("guided_backprop", "deconv", { rule: "guided" }),
    gradient("saliency", "saliency", {}),
    gradient("input_x_gradient", "input-x-gradient", {}),
    gradient("smoothgrad", "smoothgrad", { samples: 2, seed: 7 }),
    gradient("ig_gauss", "integrated-gradients", { steps: 4, scheme: "gauss-legendre" }),
    gradient("layer_gradcam", "grad-cam", {}),
    gradient("guided_gradcam", "guided-grad-cam", {}),
  ];
}

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import { enableProdMode, randomNormal, type io, type Tensor } from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { seededRandom, type ModelSource } from "@vitrine/core";
import { fileSource } from "@vitrine/files-node";
import { fromLayersModel } from "@vitrine/format-tfjs";

enableProdMode();

/** A network as tfjs itself runs it, and as a file of ours. */
export interface TfjsNetwork {
  readonly name: string;
  readonly source: ModelSource;
  /** Of one sample. */
  readonly shape: readonly number[];
  readonly predict: (x: Tensor) => Tensor;
  /** What can be trained; undefined for a GraphModel. */
  readonly model: tfl.LayersModel | undefined;
  readonly dispose: () => void;
}

const { layers } = tfl;

/** Topologies have seeded random weights: speed does not depend on what was learned. */
async function built(name: string, side: number, list: tfl.layers.Layer[]): Promise<TfjsNetwork> {
  const model = tfl.sequential({ name, layers: list });
  const random = seededRandom(1);
  model.setWeights(model.weights.map(({ shape, originalName }) => {
    const fan = shape.slice(0, -1).reduce<number>((product, size) => product * (size ?? 1), 1);
    return originalName.endsWith("variance") ? randomNormal(shape as number[], 1, 0.05, "float32", 1 + random.below(1e6)) : randomNormal(shape as number[], 0, Math.sqrt(2 / Math.max(1, fan)), "float32", 1 + random.below(1e6));
  }));
  return { name, source: await fromLayersModel(model), shape: [side, side, 3], model, predict: (x) => model.predict(x) as Tensor, dispose: () => void model.dispose() };
}

/** Two blocks of two 3 × 3 convolutions, as CNN Explainer's TinyVGG (Wang et al. 2020). */
export function smallVgg(): Promise<TfjsNetwork> {
  const conv = (more: object = {}) => layers.conv2d({ filters: 10, kernelSize: 3, activation: "relu", ...more });
  return built("small VGG, 64²", 64, [
    conv({ inputShape: [64, 64, 3] }), conv(), layers.maxPooling2d({ poolSize: 2 }), conv(), conv(), layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(), layers.dense({ units: 10, activation: "softmax" }),
  ]);
}

/** MobileNet v1 at a quarter of its width (Howard et al. 2017). */
export function mobileNet(): Promise<TfjsNetwork> {
  const width = (filters: number): number => filters / 4;
  const after = (): tfl.layers.Layer[] => [layers.batchNormalization({}), layers.reLU({ maxValue: 6 })];
  const blocks = ([[64, 1], [128, 2], [128, 1], [256, 2], [256, 1], [512, 2], [512, 1], [512, 1], [512, 1], [512, 1], [512, 1], [1024, 2], [1024, 1]] as const).flatMap(([filters, strides]) => [
    layers.depthwiseConv2d({ kernelSize: 3, strides, padding: "same", useBias: false }), ...after(), layers.conv2d({ filters: width(filters), kernelSize: 1, padding: "same", useBias: false }), ...after(),
  ]);
  return built("MobileNet v1 .25, 224²", 224, [
    layers.conv2d({ inputShape: [224, 224, 3], filters: width(32), kernelSize: 3, strides: 2, padding: "same", useBias: false }), ...after(), ...blocks,
    layers.globalAveragePooling2d({}), layers.dense({ units: 1000, activation: "softmax" }),
  ]);
}

/** Where tfjs reads a model.json on a disk: its own readers are those of a browser. */
function fromDisk(file: string): io.IOHandler {
  return {
    load: async () => {
      const { weightsManifest, ...json } = JSON.parse(await readFile(file, "utf8")) as io.ModelJSON;
      const shards = await Promise.all(weightsManifest.flatMap(({ paths }) => paths).map((name) => readFile(path.join(path.dirname(file), name))));
      return { ...json, weightSpecs: weightsManifest.flatMap(({ weights }) => weights), weightData: new Uint8Array(Buffer.concat(shards)).buffer };
    },
  };
}

/** A LayersModel or a GraphModel on a disk: the whole path of its `model.json`. */
export async function networkOf(file: string): Promise<TfjsNetwork> {
  const { modelTopology } = JSON.parse(await readFile(file, "utf8")) as { modelTopology: object };
  const model = "node" in modelTopology ? await loadGraphModel(fromDisk(file)) : await tfl.loadLayersModel(fromDisk(file));
  const [input] = model.inputs;
  const name = path.basename(path.dirname(path.resolve(file)));
  const predict = (x: Tensor): Tensor => {
    const result = model.predict(x);
    return Array.isArray(result) ? result[0]! : (result as Tensor);
  };
  return { name, source: fileSource(file), shape: input!.shape!.slice(1).map((size) => size ?? 1), model: model instanceof tfl.LayersModel ? model : undefined, predict, dispose: () => void model.dispose() };
}

import {
  cast, defineMethod, fillTensor, GraphBuilder, p, seededRandom, showFill, sizeOf, tensor, toFloat32,
  type Fill, type Findings, type Job, type Layer, type NumericDType, type ParametersOf, type Tensor, type Update,
} from "@vitrine/core";
import { boxParts, elsewhere, readBoxes, type Box } from "./boxes.js";
import { citations } from "./citations.js";
import { imageSet, type ImageSet } from "./correspondence-images.js";
import { correspondenceFindings } from "./correspondence-findings.js";
import { occlusionError } from "./errors.js";
import { meanPairDistance, signs } from "./hamming.js";
import { gather, Rows } from "./rows.js";

const parameters = {
  images: p.inputs({ description: "Further images, beside those of --input." }),
  boxes: p.numbers({ integer: true, description: "The part in each image in turn: first row, first column, height, width, in positions of the input; then the next part's." }),
  parts: p.tensor({ description: "The same as a tensor: [images, 4], or [parts, images, 4]." }),
  names: p.texts({ description: "What the parts are called." }),
  layers: p.layers({ description: "Layers whose features are compared; by default the last with positions, and the last before the output." }),
  draws: p.integer({ default: 10, min: 1, max: 1000, description: "How many random parts to compare with." }),
  baseline: p.fill({ description: "What stands in for a hidden part; by default grey, or the input's mean where it has no pixels." }),
  seed: p.integer({ default: 0, min: 0, description: "Of the random parts, and of noise." }),
};
type CorrespondenceJob = Job<ParametersOf<typeof parameters>>;

/**
 * Does a network know that the eyes of two dogs are the same thing? The same part is hidden in several images; where that
 * changes a layer's features alike, the mean Hamming distance between the signs of the changes is lower than for random parts.
 *
 * Tensors: `distance` [layers, parts] and `randomDistance` [layers, draws].
 */
export const correspondence = defineMethod({
  id: "correspondence",
  title: "Correspondence",
  summary: "Does the network treat the same part alike in different images? Hides it in each, and compares how the features change.",
  citations: [citations.zeilerFergus],
  targeted: false,
  together: true,
  // It cannot know where the parts are.
  report: [],
  params: parameters,
  examples: ["run correspondence model.onnx --input faces.npy --boxes 40,60,24,24,44,58,24,24 --names eye --layers conv5,fc7 --out out"],
  async *run(job): AsyncGenerator<Update, Findings> {
    const began = performance.now();
    const images = await imageSet(job);
    const parts = readBoxes(boxesGiven(job, images.count), images.count, images.extent);
    const { names = parts.map((_, part) => (parts.length === 1 ? "the part" : `part ${part + 1}`)) } = job.params;
    if (names.length !== parts.length) throw occlusionError("names-count", { names: names.length, parts: parts.length });
    const layers = await comparedLayers(job, images);
    const random = seededRandom(job.params.seed);
    const randomParts = Array.from({ length: job.params.draws }, (_, draw) => parts[draw % parts.length]!.map((box) => elsewhere(box, images.extent, random)));
    const fill = job.params.baseline ?? defaultFill(images);

    const distances: number[][] = layers.map(() => []);
    const measure = changesOf(job, images, layers, [...parts, ...randomParts], fill);
    for await (const { done, total, changes } of measure) {
      changes?.forEach((ofLayer, layer) => distances[layer]!.push(meanPairDistance(ofLayer)));
      yield { kind: "progress", done, total, what: "images" };
    }
    return correspondenceFindings({
      images, parts, names, layers, fill: showFill(fill),
      distance: distances.map((all) => all.slice(0, parts.length)),
      random: distances.map((all) => all.slice(parts.length)),
      forwardPasses: images.count * (1 + parts.length + randomParts.length),
      seconds: (performance.now() - began) / 1000,
    });
  },
});

function boxesGiven(job: CorrespondenceJob, images: number): Tensor {
  const { boxes, parts } = job.params;
  if (parts) return parts;
  if (!boxes) throw occlusionError("boxes-missing", {});
  if (boxes.length === 0 || boxes.length % (4 * images) !== 0) throw occlusionError("boxes-count", { numbers: boxes.length, images });
  return tensor("float64", [boxes.length / (4 * images), images, 4], Float64Array.from(boxes));
}

const defaultFill = (images: ImageSet): Fill => (images.pictures.fromPixel ? { kind: "pixel", value: 127.5 } : { kind: "mean" });

/** Zeiler & Fergus compare their last convolutional layer, and the last hidden one. */
async function comparedLayers(job: CorrespondenceJob, images: ImageSet): Promise<Layer[]> {
  const { layers: wanted } = job.params;
  if (wanted && wanted.length > 0) return Promise.all(wanted.map((name) => job.model.layer(name, images.feeds)));
  const layers = (await job.model.layers(images.feeds)).filter((layer) => layer.value !== job.model.output.name && layer.kind !== "softmax");
  const hasMaps = (layer: Layer): boolean => sizeOf(layer.spatialAxes.map((axis) => layer.shape[axis]!)) > 1;
  const chosen = [layers.findLast(hasMaps), layers.at(-1)].filter((layer) => layer !== undefined);
  return [...new Set(chosen.length > 0 ? chosen : [await job.model.layer(job.model.output.name, images.feeds)])];
}

/** Changes smaller than this share of a layer's largest value are rounding, and count as none. */
const roundingShare = 1e-6;

interface Step {
  readonly done: number;
  readonly total: number;
  /** Signs of the changes, [layers][images], once all images of a list of boxes were run. */
  readonly changes: readonly (readonly Int8Array[])[] | undefined;
}

/** Hides one list of boxes after the other in all images. Images always run in the same batches, so that only the part makes a difference. */
async function* changesOf(job: CorrespondenceJob, images: ImageSet, layers: readonly Layer[], boxes: readonly (readonly Box[])[], fill: Fill): AsyncGenerator<Step> {
  const graph = new GraphBuilder(job.model.graph).build({ outputs: layers.map(({ value }) => value) });
  const filled = cast(fillTensor(fill, images.pictures, job.params.seed), images.pictures.tensor.dtype as NumericDType) as Tensor;
  const parts = boxParts(images.sample, images.rowAxis, images.columnAxis, boxes);
  const size = job.model.batch.fixed ?? Math.max(1, job.batch);
  const batches = Array.from({ length: Math.ceil(images.count / size) }, (_, i) => Array.from({ length: Math.min(size, images.count - i * size) }, (__, n) => i * size + n)).map((block) => {
    const rows = new Rows(images.pictures.tensor, images.batchAxis, block);
    const others = Object.entries(images.feeds).map(([name, feed]) => [name, gather(feed, job.model.batch.axes[name], block)] as const);
    return { block, rows, feeds: { ...Object.fromEntries(others), [images.pictures.name]: rows.tensor } };
  });
  const total = images.count * (boxes.length + 1);
  let done = 0;
  const clean: Float32Array[][] = layers.map(() => []);
  for (let list = -1; list < boxes.length; list++) {
    const changes: Int8Array[][] = layers.map(() => []);
    for (const { block, rows, feeds } of batches) {
      if (list >= 0) block.forEach((_, row) => rows.hide(row, parts, list, filled));
      const results = await job.run(graph, feeds, { batch: block.length });
      layers.forEach((layer, index) => {
        const value = results[graph.outputs[index]!.name]!;
        block.forEach((image, row) => {
          const features = toFloat32(gather(value, layer.batchAxis, [row]));
          if (list < 0) clean[index]![image] = features.slice();
          else changes[index]![image] = signs(difference(clean[index]![image]!, features));
        });
      });
      done += block.length;
      const complete = list >= 0 && block === batches.at(-1)!.block;
      yield { done, total, changes: complete ? changes : undefined };
    }
  }
}

function difference(clean: Float32Array, changed: Float32Array): Float32Array {
  let largest = 0;
  for (const value of clean) largest = Math.max(largest, Math.abs(value));
  const rounding = roundingShare * largest;
  return clean.map((value, i) => (Math.abs(value - changed[i]!) <= rounding ? 0 : value - changed[i]!));
}

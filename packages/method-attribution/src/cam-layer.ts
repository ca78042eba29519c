import { differentiation, explainedValues, GraphBuilder, isVitrineError, sizeOf, type Explained, type Job, type Layer, type ScoreKind } from "@vitrine/core";
import { attributionError } from "./errors.js";

/** Operators whose results may look like maps and are none: heads × positions, positions × positions. */
const mixing = new Set(["MatMul", "Softmax", "Einsum"]);

/**
 * The layer whose maps are weighed: the one that is named, else the last value upstream of the target that still has places, as
 * many axes of them as one of `inputs`, before global pooling or flattening; residual addition and activation included.
 * @param places whether it must have places
 * @throws `cam-no-layer`, `cam-layer-places`, `cam-layer-samples`
 */
export async function camLayer(job: Job, named: string | undefined, inputs: readonly Explained[], score: ScoreKind, places: boolean): Promise<Explained> {
  if (named === undefined) return defaultLayer(job, inputs, score);
  const [layer] = (await explainedValues(job, named)) as [Explained];
  if (places && !hasPlaces(layer)) throw attributionError("cam-layer-places", { layer: layer.name, shape: layer.shape });
  if (!keepsSamples(layer, job.samples)) throw attributionError("cam-layer-samples", { layer: layer.name, shape: layer.shape, axis: layer.batchAxis!, samples: job.samples });
  return layer;
}

/** Said where Grad-CAM's own layer lies before attention; undefined where it does not. */
export async function attentionNotice({ model, feeds }: Job, layer: Explained): Promise<string | undefined> {
  const layers = await model.layers(feeds);
  const order = new Map(model.graph.nodes.map(({ name }, i) => [name, i]));
  const own = model.graph.nodes.findIndex(({ outputs }) => outputs.includes(layer.value));
  const after = layers.find(({ kind, node }) => kind === "attention" && order.get(node)! > own);
  if (!after) return undefined;
  return `\`${layer.name}\` is the last layer whose places are those of the input; attention mixes them after it (\`${after.name}\`). Its map tells little of what the later layers make of them: integrated-gradients or occlusion tell more here.`;
}

type Places = Pick<Explained, "shape" | "batchAxis" | "spatialAxes">;

const extentOf = ({ shape, spatialAxes }: Places): number[] => spatialAxes.map((axis) => shape[axis]!);
const hasPlaces = (each: Places): boolean => sizeOf(extentOf(each)) > 1;
const keepsSamples = ({ shape, batchAxis }: Places, samples: number): boolean => batchAxis === undefined || shape[batchAxis] === samples;

async function defaultLayer(job: Job, inputs: readonly Explained[], score: ScoreKind): Promise<Explained> {
  const { model } = job;
  const engine = job.require(differentiation);
  const builder = new GraphBuilder(model.graph);
  const target = await job.target(builder, undefined, score);
  const leadsToTarget = (value: string): boolean => {
    try {
      engine.valuesBetween(builder, target.of, [value]);
      return true;
    } catch (error) {
      if (isVitrineError(error)) return false;
      throw error;
    }
  };
  for (const node of model.graph.nodes.toReversed()) {
    if (mixing.has(node.op)) continue;
    for (const value of node.outputs) {
      if (value === "" || value === target.of) continue;
      const layer = await layerAt(job, value);
      if (layer && hasPlaces(layer) && keepsSamples(layer, job.samples) && inputs.some((input) => resembles(layer, input)) && leadsToTarget(value)) return (await explainedValues(job, value))[0]!;
    }
  }
  throw attributionError("cam-no-layer", { target: target.titles[0]!, inputs });
}

async function layerAt({ model, feeds }: Job, value: string): Promise<Layer | undefined> {
  try {
    return await model.layer(value, feeds);
  } catch (error) {
    if (isVitrineError(error, "layer-constant") || isVitrineError(error, "layer-unknown")) return undefined;
    throw error;
  }
}

/** Whether a layer's places are those of an input: followed there, or in about the same proportions. */
function resembles(layer: Layer, input: Explained): boolean {
  if (layer.spatialAxes.length !== input.spatialAxes.length) return false;
  if (layer.receptiveField) return true;
  const from = extentOf(input);
  const shrunk = extentOf(layer).map((size, i) => size / from[i]!);
  return Math.max(...shrunk) <= 1.5 * Math.min(...shrunk);
}

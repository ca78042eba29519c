import { checkpointAxis, countOf, GraphBuilder, gridColumns, layerAxes, layerAxisNames, layerExtent, layerGridLayout, take, toFloat32, topK, type CheckpointAxis, type Findings, type FindingTensor, type Job, type Layer, type LayerGridView, type Model, type SideBySideView, type Tensor } from "@vitrine/core";
import { layersIn } from "./checkpoints.js";
import { runGraph } from "./input-set.js";

/** Maps of how many layers are shown, at how many checkpoints, and of how many units. */
const mostLayers = 3;
export const mostSteps = 6;
const mostUnits = 9;

/** Values of the pictured layers at one state of the network, the state by its number in the series. */
export interface PicturedState {
  readonly at: number;
  /** One per pictured layer. */
  readonly values: readonly Tensor<"float32">[];
}

/**
 * The maps that one sample gives at each checkpoint: of a first, a middle and a last layer with positions, the units that are strongest
 * at the end, at each point of the training. Yields how many checkpoints were run.
 */
export async function* mapsOverTraining(job: Job, models: readonly Model[], layers: readonly Layer[], sample: number): AsyncGenerator<number, Findings> {
  const chosen = picturedLayers(layers);
  if (chosen.length === 0) return nothing;
  const axis = checkpointAxis(models.map((checkpoint) => checkpoint.file.name));
  const pictured: PicturedState[] = [];
  for (const [done, at] of evenly(axis.order, mostSteps).entries()) {
    pictured.push({ at, values: await valuesAt(job, models[at]!, { model: job.model, layers: chosen }, sample) });
    yield done + 1;
  }
  return mapFindings(chosen, axis, pictured);
}

const nothing: Findings = { tensors: {}, facts: {}, views: [] };

/** Views of the states of a series that have maps, from left to right: of all of them, or of as many as are shown. */
export function mapFindings(chosen: readonly Layer[], axis: CheckpointAxis, pictured: readonly PicturedState[]): Findings {
  if (chosen.length === 0 || pictured.length === 0) return nothing;
  const steps = evenly(pictured, mostSteps);
  const total = axis.order.length;
  const tensors: Record<string, FindingTensor> = {};
  const views = chosen.map((layer, i): SideBySideView => {
    const units = strongest(layer, steps.at(-1)!.values[i]!);
    const maps = steps.map(({ values }) => (layer.unitAxis === undefined ? values[i]! : (take(values[i]!, layer.unitAxis, units) as Tensor<"float32">)));
    const signed = maps.some(({ data }) => data.some((value) => value < 0));
    const panels = maps.map((tensor, step): LayerGridView => {
      const at = axis.values[steps[step]!.at]!;
      const key = `maps-${at}/${layer.name}`;
      tensors[key] = { tensor, value: layer.value, axes: layerAxisNames(layer), meaning: `maps of units ${units.join(", ")} at ${axis.title} ${at}` };
      return {
        kind: "layer-grid", title: `${axis.title} ${at}`, tensor: key, axes: layerGridLayout(layer).axes, columns: gridColumns(units.length), sample: 0,
        scaling: { normalise: signed ? "signed" : "magnitude", contrast: "layer", channelBoost: 0, gamma: 1 }, ownScale: false,
        colours: signed ? "signed" : "magnitude", unit: "activation",
      };
    });
    return {
      kind: "side-by-side", group: "Over training", title: `What ${layer.name} saw as it learned`, views: panels,
      caption: `${units.length < layer.units ? `In reading order units ${units.join(", ")}: those of ${layer.units} that are strongest at the end. ` : ""}The same input, each checkpoint on its own scale${steps.length < total ? `; ${countOf(steps.length, "checkpoint")} of ${total}` : ""}.`,
    };
  });
  return { tensors, facts: {}, views };
}

/** Layers with positions and a batch axis, rectified ones where there are some: a first, a middle and a last. */
export function picturedLayers(layers: readonly Layer[]): readonly Layer[] {
  const spatial = layers.filter((layer) => layer.kind !== "input" && layerAxes(layer).batch === 0 && layer.spatialAxes.length === 2 && layerExtent(layer).every((size) => size > 1));
  const rectified = spatial.filter((layer) => layer.rectified);
  return evenly(rectified.length > 0 ? rectified : spatial, mostLayers);
}

/** At most `most` of them, the first and the last among these. */
export function evenly<T>(values: readonly T[], most: number): T[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))]!);
}

/** The values of layers of `model` in another state of it, on one sample of the input. */
export async function valuesAt(job: Pick<Job, "feeds" | "batch" | "signal">, checkpoint: Model, { model, layers }: { readonly model: Model; readonly layers: readonly Layer[] }, sample: number): Promise<readonly Tensor<"float32">[]> {
  const feeds = Object.fromEntries(Object.entries(job.feeds).map(([name, tensor]) => {
    const axis = checkpoint.batch.axes[name];
    return [name, axis === undefined || tensor.shape[axis] === 1 ? tensor : take(tensor, axis, [sample])];
  }));
  const same = await layersIn(checkpoint, model, layers, { feeds, labels: [""] });
  const graph = new GraphBuilder(checkpoint.graph).build({ outputs: same.map(({ value }) => value) });
  const results = await runGraph(checkpoint, graph, { feeds, labels: [""] }, job);
  return same.map(({ value }) => ({ dtype: "float32", shape: results[value]!.shape, data: toFloat32(results[value]!) }));
}

/** The units with the highest maxima, by their index. */
function strongest(layer: Layer, value: Tensor<"float32">): number[] {
  const { unitAxis, units } = layer;
  if (unitAxis === undefined) return [0];
  const inner = value.shape.slice(unitAxis + 1).reduce((a, b) => a * b, 1);
  const maxima = new Float32Array(units).fill(-Infinity);
  value.data.forEach((one, i) => {
    const unit = Math.floor(i / inner) % units;
    if (one > maxima[unit]!) maxima[unit] = one;
  });
  return topK(maxima, Math.min(mostUnits, units)).map(({ index }) => index).sort((a, b) => a - b);
}

import { sizeOf, type Job, type Layer } from "@vitrine/core";
import { occlusionError } from "./errors.js";
import type { OcclusionParameters } from "./parameters.js";
import type { InputPlan } from "./plan.js";

const responding = new Set<Layer["kind"]>(["conv", "activation", "pool"]);

const positionsOf = (layer: Layer): number => sizeOf(layer.spatialAxes.map((axis) => layer.shape[axis]!));
const hasMaps = (layer: Layer): boolean => layer.spatialAxes.length > 0 && positionsOf(layer) > 1;

/**
 * The layer whose map is followed: the one that was asked for, else, where Zeiler & Fergus's picture is drawn, the last
 * convolution, activation or pooling that has positions left.
 * @throws `layer-without-positions`
 */
export async function followedLayer(job: Pick<Job<OcclusionParameters>, "model" | "feeds" | "params">, input: InputPlan): Promise<Layer | undefined> {
  const { layer: name, preset } = job.params;
  if (name !== undefined) {
    const layer = await job.model.layer(name, job.feeds);
    if (hasMaps(layer)) return layer;
    const others = (await job.model.layers(job.feeds)).filter(hasMaps).map((other) => other.name);
    throw occlusionError("layer-without-positions", { layer: layer.name, shape: layer.shape, others });
  }
  const drawn = preset === "zeiler-fergus" || (preset === undefined && input.prepared.toPictures !== undefined && input.grid !== undefined);
  if (!drawn) return undefined;
  const layers = await job.model.layers(job.feeds);
  return layers.findLast((layer) => responding.has(layer.kind) && hasMaps(layer) && layer.spatialAxes.length === input.places.length);
}

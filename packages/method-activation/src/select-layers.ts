import { bytesPerElement, sizeOf, slice, type Feeds, type Job, type Layer } from "@vitrine/core";
import { activationError } from "./errors.js";

/** The most that the values of all chosen layers may take on the host, in bytes. */
export const activationLimit = 4 * 2 ** 30;

/** The input, or as many of its samples as the model takes at once: what shapes are observed with. */
export function feedsForShapes({ model, feeds, samples }: Pick<Job, "model" | "feeds" | "samples">): Feeds {
  const { fixed, axes } = model.batch;
  if (fixed === undefined || samples <= fixed) return feeds;
  const cut = Object.entries(feeds).map(([name, feed]) => [name, axes[name] === undefined ? feed : slice(feed, feed.shape.map((_, i) => (i === axes[name] ? { start: 0, end: fixed } : null)))] as const);
  return Object.fromEntries(cut);
}

/**
 * The layers by name, each once; all main ones, in the order of the network, where none is named.
 * @throws `layer-unknown`, `layer-constant`, `activation-no-layers`, `activation-too-large`
 */
export async function selectLayers(job: Pick<Job, "model" | "feeds" | "samples">, names: readonly string[]): Promise<readonly Layer[]> {
  const { model, samples } = job;
  const feeds = feedsForShapes(job);
  const chosen = new Map<string, Layer>();
  if (names.length === 0) for (const layer of await model.layers(feeds)) chosen.set(layer.value, layer);
  for (const name of names) {
    const layer = await model.layer(name, feeds);
    chosen.set(layer.value, layer);
  }
  if (chosen.size === 0) throw activationError("activation-no-layers", { model: model.file.name });
  const layers = [...chosen.values()];
  const rounds = feeds === job.feeds ? 1 : samples / model.batch.fixed!;
  const bytes = layers.map((layer) => sizeOf(layer.shape) * rounds * bytesPerElement("float32"));
  const total = bytes.reduce((sum, size) => sum + size, 0);
  if (total > activationLimit) {
    const largest = layers[bytes.indexOf(Math.max(...bytes))]!;
    throw activationError("activation-too-large", { bytes: total, limit: activationLimit, layers: layers.length, largest: largest.name });
  }
  return layers;
}

import { sizeOf, type Feeds, type Layer, type Model } from "@vitrine/core";
import { diffError } from "./errors.js";

/** The same layer of both models. */
export interface Pair {
  readonly first: Layer;
  readonly second: Layer;
  /** float32 bytes of its value. */
  readonly bytes: number;
}

export interface Pairs {
  /** In the order of the first model. */
  readonly pairs: readonly Pair[];
  /** Layers of either that the other has not, or has in another shape. */
  readonly unmatched: readonly { readonly layer: string; readonly why: string }[];
}

const isNumeric = (layer: Layer): boolean => sizeOf(layer.shape) > 0;

/** Layers belong together by the name of their value in the file, else by their readable name; their shapes must be the same. */
export async function pairLayers(first: Model, second: Model, feeds: readonly [Feeds, Feeds], names?: readonly string[]): Promise<Pairs> {
  const wanted = names && (await Promise.all(names.map((name) => first.layer(name, feeds[0]))));
  const own = (wanted ?? (await first.layers(feeds[0]))).filter(isNumeric);
  const others = (await second.layers(feeds[1])).filter(isNumeric);
  const byValue = new Map(others.map((layer) => [layer.value, layer]));
  const byName = new Map(others.map((layer) => [layer.name, layer]));
  const pairs: Pair[] = [];
  const unmatched: { layer: string; why: string }[] = [];
  const used = new Set<Layer>();
  for (const layer of own) {
    const other = byValue.get(layer.value) ?? byName.get(layer.name);
    if (!other) unmatched.push({ layer: layer.name, why: "only the first has it" });
    else if (other.shape.join() !== layer.shape.join()) unmatched.push({ layer: layer.name, why: `${layer.shape.join(" × ")} in the first, ${other.shape.join(" × ")} in the second` });
    else pairs.push({ first: layer, second: other, bytes: 4 * sizeOf(layer.shape) });
    if (other) used.add(other);
  }
  if (!names) for (const layer of others) if (!used.has(layer)) unmatched.push({ layer: layer.name, why: "only the second has it" });
  if (pairs.length === 0) throw diffError("diff-nothing-common", { first: own.slice(0, 4).map(({ name }) => name), second: others.slice(0, 4).map(({ name }) => name) });
  return { pairs, unmatched };
}

/** Neighbouring layers whose values together stay below a bound, so that memory does too. */
export function portions(pairs: readonly Pair[], bytes: number): Pair[][] {
  const found: Pair[][] = [];
  let held = Infinity;
  for (const pair of pairs) {
    if (held + pair.bytes > bytes) {
      found.push([]);
      held = 0;
    }
    found.at(-1)!.push(pair);
    held += pair.bytes;
  }
  return found;
}

import type { Constant } from "@vitrine/core";
import { tfjsError } from "../errors.js";
import type { Weights } from "../weights/read.js";

/**
 * Finds the weights of a layer by its names. Writers agree on the last part (`kernel`), and on that the layer's name stands before it;
 * TensorFlow 2 puts a cell's name between, converters the names of the models around it in front.
 */
export class WeightIndex {
  /** Names of weights by a part of their path and their last part. */
  readonly #byPart = new Map<string, string[]>();

  constructor(readonly weights: Weights) {
    for (const name of weights.keys()) {
      const parts = name.split("/");
      const last = parts.pop()!;
      for (const part of new Set(parts)) {
        const key = `${part}/${last}`;
        const names = this.#byPart.get(key);
        if (names) names.push(name);
        else this.#byPart.set(key, [name]);
      }
    }
  }

  /**
   * @param path names of the models, wrappers and the layer itself, outermost first
   * @param wrapper name of a wrapper that may have built the layer under its own name
   * @returns undefined where there is none
   * @throws `tfjs-weight-ambiguous`
   */
  find(path: readonly string[], weight: string, wrapper?: string): { readonly name: string; readonly constant: Constant } | undefined {
    for (let from = 0; from < path.length; from++) {
      const found = this.#exact([...path.slice(from), weight].join("/"));
      if (found) return found;
    }
    return this.#containing(path, path.at(-1)!, weight) ?? (wrapper === undefined ? undefined : (this.#exact(`${wrapper}/${weight}`) ?? this.#containing(path, wrapper, weight)));
  }

  #exact(name: string): { name: string; constant: Constant } | undefined {
    const constant = this.weights.get(name);
    return constant && { name, constant };
  }

  #containing(path: readonly string[], part: string, weight: string): { name: string; constant: Constant } | undefined {
    const all = this.#byPart.get(`${part}/${weight}`) ?? [];
    // Of several, those below the same models as the layer.
    const near = all.length > 1 ? all.filter((name) => path.every((one) => name.split("/").includes(one))) : all;
    const matches = near.length > 0 ? near : all;
    if (matches.length > 1) throw tfjsError("tfjs-weight-ambiguous", { layer: path.join("/"), weight, matches });
    return matches[0] === undefined ? undefined : this.#exact(matches[0]);
  }
}

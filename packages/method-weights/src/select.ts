import type { Model } from "@vitrine/core";
import { weightsError } from "./errors.js";
import type { ModelParameter } from "./parameters.js";

/**
 * The parameters of the layers that are named: by readable name, by the value that the layer makes, by a parameter's name or its initialiser's.
 * All where none is named.
 * @throws `weights-none`, `weights-layer`
 */
export function selectParameters(model: Pick<Model, "file">, parameters: readonly ModelParameter[], names: readonly string[]): readonly ModelParameter[] {
  if (parameters.length === 0) throw weightsError("weights-none", { model: model.file.name });
  if (names.length === 0) return parameters;
  const isMeant = (parameter: ModelParameter, name: string): boolean =>
    name === parameter.layer || name === parameter.name || name === parameter.value || parameter.node.outputs.includes(name) || parameter.sharedWith.includes(name);
  for (const name of names) {
    if (!parameters.some((parameter) => isMeant(parameter, name))) throw weightsError("weights-layer", { layer: name, model: model.file.name, known: [...new Set(parameters.map(({ layer }) => layer))] });
  }
  return parameters.filter((parameter) => names.some((name) => isMeant(parameter, name)));
}

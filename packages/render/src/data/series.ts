import { toNumbers, type View } from "@vitrine/core";
import { renderError } from "../errors.js";
import { tensorOf, type Scene } from "../scene/scene.js";

/** The numbers of a tensor as a list, whatever its rank. @throws `view-tensor-missing`, `view-tensor-shape` */
export function numbersFor(scene: Pick<Scene, "tensors">, view: View, key: string, length?: number): number[] {
  const tensor = tensorOf(scene, view, key);
  const expected = length === undefined ? "numbers" : `${length} numbers`;
  if (tensor.dtype === "string" || (length !== undefined && tensor.data.length !== length)) {
    throw renderError("view-tensor-shape", { view: view.title, tensor: key, dtype: tensor.dtype, shape: tensor.shape, expected });
  }
  return toNumbers(tensor);
}

/** At most `most` of the points, evenly taken, the last among them. */
export function thinned<T>(points: readonly T[], most: number): readonly T[] {
  if (points.length <= most) return points;
  return Array.from({ length: most }, (_, i) => points[Math.round((i * (points.length - 1)) / (most - 1))]!);
}

import { intAttr, type Node } from "@vitrine/core";
import { Refusal } from "../errors.js";
import { axisOf } from "./operator.js";

const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** 0 stands for the size that was there (unless `allowzero`), −1 for what remains. */
export function reshapedShape(node: Node, shape: readonly number[], wanted: readonly number[]): number[] {
  const keep = intAttr(node, "allowzero", 0) === 0;
  const dims = wanted.map((dim, axis) => (dim === 0 && keep ? (shape[axis] ?? 0) : dim));
  const open = dims.indexOf(-1);
  if (open < 0) return dims;
  const rest = product(dims.filter((_, axis) => axis !== open));
  dims[open] = rest === 0 ? 0 : product(shape) / rest;
  if (!Number.isInteger(dims[open])) throw new Refusal(`[${shape.join(", ")}] cannot become [${wanted.join(", ")}]`);
  return dims;
}

export function flattenedShape(node: Node, shape: readonly number[]): number[] {
  const axis = intAttr(node, "axis", 1);
  const at = axis < 0 ? axis + shape.length : axis;
  return [product(shape.slice(0, at)), product(shape.slice(at))];
}

export function squeezedShape(shape: readonly number[], axes: readonly number[] | undefined): number[] {
  if (!axes) return shape.filter((dim) => dim !== 1);
  const gone = new Set(axes.map((axis) => axisOf(axis, shape.length)));
  if ([...gone].some((axis) => shape[axis] !== 1)) throw new Refusal(`axes ${axes.join(", ")} of [${shape.join(", ")}] are not all of size 1`);
  return shape.filter((_, axis) => !gone.has(axis));
}

export function unsqueezedShape(shape: readonly number[], axes: readonly number[]): number[] {
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((axis) => axisOf(axis, rank)));
  const rest = [...shape];
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? 1)));
}

/** The sizes of the parts: as given, or even with a smaller last. */
export function splitSizes(node: Node, size: number, given: readonly number[] | undefined): number[] {
  const parts = given ?? [];
  if (parts.length > 0) {
    if (parts.reduce((a, b) => a + b, 0) !== size || parts.some((part) => part < 0)) throw new Refusal(`parts of ${parts.join(", ")} do not make up ${size}`);
    return [...parts];
  }
  const count = intAttr(node, "num_outputs", node.outputs.length);
  const even = Math.ceil(size / count);
  return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(even, size - i * even)));
}

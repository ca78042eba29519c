import { reshape, type Tensor as TfTensor } from "@tensorflow/tfjs-core";
import { Held, type Layout } from "./value.js";
import { Refusal } from "./errors.js";

/** Operands brought to one layout, so that tfjs may broadcast them. */
export interface Aligned {
  readonly tensors: readonly TfTensor[];
  readonly layout: Layout;
  /** Of the result, in ONNX's order. */
  readonly shape: readonly number[];
}

/** The shape that all are broadcast to. */
export function broadcastShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let size = 1;
    for (const shape of shapes) {
      const dim = shape[axis - rank + shape.length] ?? 1;
      if (dim === size || dim === 1) continue;
      if (size !== 1) throw new Refusal(`shapes ${shapes.map((each) => `[${each.join(", ")}]`).join(" and ")} do not go together`);
      size = dim;
    }
    return size;
  });
}

/**
 * Channels last if an operand of the result's rank is held so already; the others follow, which is free for those with one
 * channel or one place and is done once for constants.
 * @param counted truth values as the numbers 0 and 1
 */
export function align(operands: readonly Held[], counted = false): Aligned {
  const shape = broadcastShape(operands.map((operand) => operand.shape));
  const rank = shape.length;
  const layout: Layout = rank > 2 && operands.some((operand) => operand.rank === rank && operand.layout === "last") ? "last" : "plain";
  const as = (operand: Held, form: Layout): TfTensor => (counted ? operand.numbers(form) : operand.in(form));
  if (layout === "plain") return { tensors: operands.map((operand) => as(operand, "plain")), layout, shape };
  return {
    tensors: operands.map((operand) => (operand.size === 1 && operand.rank <= 1 ? as(operand, "plain") : operand.rank === rank ? as(operand, "last") : widened(operand, rank, counted))),
    layout,
    shape,
  };
}

/** Channels last after adding leading axes of size 1. */
function widened(operand: Held, rank: number, counted: boolean): TfTensor {
  return operand.form(`last:${rank}${counted ? " numbers" : ""}`, () => {
    const full = [...new Array<number>(rank - operand.rank).fill(1), ...operand.shape];
    return Held.device(counted ? "float32" : operand.dtype, full, reshape(counted ? operand.numbers("plain") : operand.plain(), full)).last();
  });
}

/** Where an axis of ONNX's order lies in a layout. */
export function axisIn(layout: Layout, axis: number, rank: number): number {
  if (layout === "plain" || axis === 0) return axis;
  return axis === 1 ? rank - 1 : axis - 1;
}

/** A shape in the order of a layout. */
export function shapeIn(layout: Layout, shape: readonly number[]): number[] {
  const [samples, channels, ...rest] = shape;
  return layout === "plain" || samples === undefined || channels === undefined ? [...shape] : [samples, ...rest, channels];
}

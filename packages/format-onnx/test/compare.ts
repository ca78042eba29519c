import { toNumbers, type Tensor } from "@vitrine/core";
import { expect } from "vitest";
import { sideBySide, type SideBySide } from "./ort.js";
import type { ModelInShort } from "./old-model.js";

/** The largest difference of two tensors, relative where values are large; NaN equals NaN. */
export function difference(a: Tensor, b: Tensor): number {
  expect(b.shape).toEqual(a.shape);
  expect(b.dtype).toBe(a.dtype);
  if (a.dtype === "string" || b.dtype === "string") return a.data.every((text, i) => text === b.data[i]) ? 0 : Infinity;
  const [x, y] = [toNumbers(a), toNumbers(b)];
  return x.reduce((most, value, i) => (Object.is(value, y[i]) || value === y[i] ? most : Math.max(most, Math.abs(value - y[i]!) / Math.max(1, Math.abs(value)))), 0);
}

/** Expects a model to give the same before and after it is upgraded: exactly, or within `tolerance`. */
export async function expectSame(model: ModelInShort, tolerance = 0): Promise<SideBySide> {
  const both = await sideBySide(model);
  expect(Object.keys(both.after)).toEqual(Object.keys(both.before));
  expect(both.graph.opset).toBe(21);
  for (const [name, value] of Object.entries(both.before)) {
    const apart = difference(value, both.after[name]!);
    expect(apart, `${name} differs`).toBeLessThanOrEqual(tolerance);
    expect(Number.isNaN(apart)).toBe(false);
  }
  return both;
}

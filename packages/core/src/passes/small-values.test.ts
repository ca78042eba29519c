import { describe, expect, test } from "vitest";
import { attr, type Attributes } from "../graph/attributes.js";
import type { Node } from "../graph/graph.js";
import { float32, int64, scalar, tensor, type Tensor } from "../tensor/tensor.js";
import { evaluateSmall, sizes, smallValueOf, type Element, type SmallValue } from "./small-values.js";

const N = { perSample: 1 };
const times = (perSample: number): Element => ({ perSample });
const node = (op: string, attributes: Attributes = {}): Node => ({ name: "n", op, domain: "", inputs: [], outputs: ["y"], attributes });
const small = (value: Tensor): SmallValue => smallValueOf(value)!;
const elements = (op: string, inputs: (SmallValue | undefined)[], attributes: Attributes = {}): readonly Element[] | undefined => evaluateSmall(node(op, attributes), inputs)?.elements;

describe("shape arithmetic with an unknown number of samples", () => {
  test("sums, products and quotients that stay a multiple of it", () => {
    expect(elements("Mul", [sizes([N, 3]), sizes([4, 5])])).toEqual([times(4), 15]);
    expect(elements("Add", [sizes([N, 3]), sizes([times(2), 5])])).toEqual([times(3), 8]);
    expect(elements("Sub", [sizes([N, 3]), sizes([N, 5])])).toEqual([0, -2]);
    expect(elements("Div", [sizes([times(6), 7, times(6)]), sizes([3, 2, times(2)])])).toEqual([times(2), 3, 3]);
  });

  test("what would hold for one batch only is unknown", () => {
    expect(elements("Add", [sizes([N]), sizes([1])])).toEqual([undefined]);
    expect(elements("Div", [sizes([N]), sizes([2])])).toEqual([undefined]);
    expect(elements("Mul", [sizes([N]), sizes([N])])).toEqual([undefined]);
    expect(elements("Equal", [sizes([N]), sizes([1])])).toEqual([undefined]);
    expect(elements("Greater", [sizes([N]), sizes([1])])).toEqual([undefined]);
  });

  test("what holds for every batch is known", () => {
    expect(elements("Equal", [sizes([N, times(2)]), sizes([-1, 1])])).toEqual([0, 0]);
    expect(elements("Greater", [sizes([N]), sizes([0])])).toEqual([1]);
    expect(elements("Less", [sizes([times(3)]), sizes([3])])).toEqual([0]);
    expect(elements("GreaterOrEqual", [sizes([times(3)]), sizes([3])])).toEqual([1]);
    expect(elements("Where", [sizes([1, 0]), sizes([N, 7]), sizes([8, 9])])).toEqual([N, 9]);
    expect(elements("ReduceProd", [sizes([N, 3, 4])])).toEqual([times(12)]);
  });

  test("integer division is towards zero, that of floats is not rounded, and by zero it is unknown", () => {
    expect(elements("Div", [sizes([-7, 7]), sizes([2, -2])])).toEqual([-3, -3]);
    expect(elements("Div", [small(float32([1], [7])), small(float32([1], [2]))])).toEqual([3.5]);
    expect(elements("Div", [sizes([1]), sizes([0])])).toEqual([undefined]);
  });
});

describe("moving elements", () => {
  test("Gather, Slice, Concat, Squeeze, Unsqueeze, Reshape", () => {
    const dims = sizes([N, 3, 224, 224]);
    expect(elements("Gather", [dims, small(int64([-1], []))])).toEqual([224]);
    expect(evaluateSmall(node("Gather"), [dims, small(int64([0], []))])!.shape).toEqual([]);
    expect(elements("Slice", [dims, small(int64([2])), small(int64([2n ** 62n]))])).toEqual([224, 224]);
    expect(elements("Slice", [dims, small(int64([-2])), small(int64([-1]))])).toEqual([224]);
    expect(elements("Slice", [dims, small(int64([0])), small(int64([4])), small(int64([0])), small(int64([2]))])).toBeUndefined();
    expect(elements("Concat", [sizes([N]), sizes([-1])], { axis: attr.int(0) })).toEqual([N, -1]);
    expect(evaluateSmall(node("Unsqueeze"), [small(scalar(5, "int64")), small(int64([0]))])!.shape).toEqual([1]);
    expect(evaluateSmall(node("Reshape"), [dims, small(int64([2, -1]))])!.shape).toEqual([2, 2]);
  });

  test("casts round towards zero, and a number of samples is true", () => {
    expect(elements("Cast", [small(float32([2], [2.9, -2.9]))], { to: attr.int(7) })).toEqual([2, -2]);
    expect(elements("Cast", [sizes([N, 0])], { to: attr.int(9) })).toEqual([1, 0]);
  });
});

test("what is large, text, or unknown is not evaluated", () => {
  expect(smallValueOf(float32([300], new Float32Array(300)))).toBeUndefined();
  expect(smallValueOf(tensor("string", [1], ["a"]))).toBeUndefined();
  expect(elements("ConstantOfShape", [sizes([1000, 1000])])).toBeUndefined();
  expect(elements("Erf", [sizes([1])])).toBeUndefined();
  expect(evaluateSmall({ ...node("Add"), domain: "example" }, [sizes([1]), sizes([1])])).toBeUndefined();
});

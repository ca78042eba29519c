import { attr, float32, int64, scalar } from "@vitrine/core";
import { fixed, operatorCase, tied, uniform, wholes, type OperatorCase } from "./case.js";

const reductions = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp"] as const;

export function reductionCases(): OperatorCase[] {
  const x = uniform([2, 3, 4, 2], 1);
  return [
    ...reductions.flatMap((op) => [
      operatorCase(op, "two axes kept", [x, fixed(int64([1, 3]))]),
      operatorCase(op, "a negative axis dropped", [x, fixed(int64([-2]))], { keepdims: attr.int(0) }),
      operatorCase(op, "everything", [x], { keepdims: attr.int(0) }),
    ]),
    ...["ReduceSum", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp"].map((op) => operatorCase(op, "an axis of no elements", [float32([2, 0, 3], []), fixed(int64([1]))])),
    operatorCase("ReduceLogSum", "positive numbers", [uniform([3, 4], 2, 0.5, 2), fixed(int64([0]))]),
    operatorCase("ReduceLogSumExp", "large numbers", [uniform([3, 4], 2, 80, 100), fixed(int64([1]))]),
    operatorCase("ReduceSum", "int64", [wholes("int64", [3, 4], 1, -9, 9), fixed(int64([0]))]),
    operatorCase("ReduceMax", "int64", [wholes("int64", [3, 4], 1, -9, 9), fixed(int64([1]))], { keepdims: attr.int(0) }),
    operatorCase("ReduceSum", "no axes, nothing to do", [x, fixed(int64([]))], { noop_with_empty_axes: attr.int(1) }),
    ...["ArgMax", "ArgMin"].flatMap((op) => [
      operatorCase(op, "axis 1", [uniform([2, 5, 3], 3)], { axis: attr.int(1) }),
      operatorCase(op, "ties to the first", [tied([4, 9], 3)], { axis: attr.int(-1), keepdims: attr.int(0) }),
      operatorCase(op, "ties to the last", [tied([4, 9], 3)], { axis: attr.int(1), select_last_index: attr.int(1) }),
    ]),
    operatorCase("TopK", "three largest", [uniform([2, 7], 4), fixed(int64([3]))], {}, { outputs: 2 }),
    operatorCase("TopK", "smallest of axis 1", [uniform([2, 6, 3], 4), fixed(int64([2]))], { axis: attr.int(1), largest: attr.int(0) }, { outputs: 2 }),
    operatorCase("TopK", "ties: the lower index first", [tied([3, 8], 4), fixed(int64([5]))], {}, { outputs: 2 }),
    operatorCase("CumSum", "axis 1", [uniform([2, 5], 5), fixed(scalar(1, "int64"))]),
    operatorCase("CumSum", "exclusive, backwards", [uniform([4, 3], 5), fixed(scalar(0, "int64"))], { exclusive: attr.int(1), reverse: attr.int(1) }),
  ];
}

export function productCases(): OperatorCase[] {
  return [
    operatorCase("MatMul", "matrices", [uniform([3, 4], 1), uniform([4, 5], 2)]),
    operatorCase("MatMul", "batches broadcast", [uniform([2, 1, 3, 4], 1), uniform([3, 4, 2], 2)]),
    operatorCase("MatMul", "a vector on the left", [uniform([4], 1), uniform([2, 4, 3], 2)]),
    operatorCase("MatMul", "a vector on the right", [uniform([2, 3, 4], 1), uniform([4], 2)]),
    operatorCase("Gemm", "with bias", [uniform([3, 4], 1), fixed(uniform([4, 5], 2)), fixed(uniform([5], 3))]),
    operatorCase("Gemm", "transposed and scaled", [uniform([4, 3], 1), fixed(uniform([5, 4], 2)), fixed(uniform([3, 1], 3))], { transA: attr.int(1), transB: attr.int(1), alpha: attr.float(0.5), beta: attr.float(2) }),
    operatorCase("Gemm", "without bias", [uniform([2, 3], 1), fixed(uniform([4, 3], 2))], { transB: attr.int(1) }),
    operatorCase("Einsum", "batched product", [uniform([2, 3, 4], 1), uniform([2, 5, 4], 2)], { equation: attr.string("bid,bjd->bij") }),
    operatorCase("Einsum", "outer product", [uniform([3], 1), uniform([4], 2)], { equation: attr.string("i,j->ij") }),
    operatorCase("Einsum", "trace-like diagonal", [uniform([2, 3, 3], 1)], { equation: attr.string("bii->bi") }),
    operatorCase("Einsum", "ellipsis", [uniform([2, 3, 4], 1), uniform([4, 5], 2)], { equation: attr.string("...i,ij->...j") }),
    operatorCase("Einsum", "implied output", [uniform([3, 4], 1), uniform([4, 2], 2)], { equation: attr.string("ij,jk") }),
    operatorCase("Einsum", "sum over everything", [float32([2, 2], [1, 2, 3, 4])], { equation: attr.string("ij->") }),
  ];
}

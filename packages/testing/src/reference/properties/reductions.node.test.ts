import fc from "fast-check";
import { describe } from "vitest";
import { attr, scalar } from "@vitrine/core";
import { cancelling, dim, flag, holds, ints, seed, shape } from "../../../test/property.js";
import { fixed, operatorCase, tied, uniform } from "../../cases/case.js";

describe("reductions", () => {
  for (const op of ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp"]) {
    holds(op, shape(1, 4, 4).chain((dims) => fc.record({ s: seed, dims: fc.constant(dims), keep: flag, axes: fc.subarray(dims.map((_, i) => i)), negative: fc.boolean() }))
      .map(({ s, dims, keep, axes, negative }) => operatorCase(op, "random", [uniform(dims, s), ints(axes.map((axis) => (negative ? axis - dims.length : axis)))], { keepdims: attr.int(keep) })), { runs: 20, tolerance: cancelling });
  }
  holds("ArgMax and ArgMin with ties", shape(1, 3).chain((dims) => fc.record({ s: seed, dims: fc.constant(dims), keep: flag, last: flag, axis: fc.integer({ min: -dims.length, max: dims.length - 1 }), op: fc.constantFrom("ArgMax", "ArgMin") }))
    .map(({ s, dims, keep, last, axis, op }) => operatorCase(op, "random", [tied(dims, s)], { axis: attr.int(axis), keepdims: attr.int(keep), select_last_index: attr.int(last) })), { runs: 60 });
  holds("TopK with ties", shape(1, 3).chain((dims) => fc.integer({ min: 0, max: dims.length - 1 }).chain((axis) => fc.record({ s: seed, dims: fc.constant(dims), axis: fc.constant(axis), k: dim(1, dims[axis]!), largest: flag })))
    .map(({ s, dims, axis, k, largest }) => operatorCase("TopK", "random", [tied(dims, s), ints([k])], { axis: attr.int(axis), largest: attr.int(largest) }, { outputs: 2 })), { runs: 60 });
  holds("CumSum", shape(1, 3).chain((dims) => fc.record({ s: seed, dims: fc.constant(dims), axis: fc.integer({ min: -dims.length, max: dims.length - 1 }), exclusive: flag, reverse: flag }))
    .map(({ s, dims, axis, exclusive, reverse }) => operatorCase("CumSum", "random", [uniform(dims, s), fixed(scalar(axis, "int64"))], { exclusive: attr.int(exclusive), reverse: attr.int(reverse) })), { runs: 40 });
  holds("Softmax, LogSoftmax, Hardmax", shape(1, 4).chain((dims) => fc.record({ s: seed, dims: fc.constant(dims), axis: fc.integer({ min: -dims.length, max: dims.length - 1 }), op: fc.constantFrom("Softmax", "LogSoftmax", "Hardmax") }))
    .map(({ s, dims, axis, op }) => operatorCase(op, "random", [uniform(dims, s, -9, 9)], { axis: attr.int(axis) })), { runs: 50 });
});

describe("products", () => {
  holds("MatMul", fc.record({ s: seed, m: dim(), k: dim(), n: dim(), batch: shape(0, 2, 3), left: dim(0, 2), right: dim(0, 2), vectors: fc.constantFrom("none", "none", "left", "right", "both") })
    .map(({ s, m, k, n, batch, left, right, vectors }) => {
      const a = vectors === "left" || vectors === "both" ? [k] : [...batch.slice(Math.min(left, batch.length)), m, k];
      const b = vectors === "right" || vectors === "both" ? [k] : [...batch.map((d, i) => (i === right ? 1 : d)), k, n];
      return operatorCase("MatMul", "random", [uniform(a, s), uniform(b, s + 1)]);
    }), { runs: 80, tolerance: cancelling });
  holds("Gemm", fc.record({ s: seed, m: dim(), k: dim(), n: dim(), ta: flag, tb: flag, c: fc.constantFrom("none", "scalar", "row", "column", "full") }).map(({ s, m, k, n, ta, tb, c }) => {
    const bias = { none: undefined, scalar: [], row: [n], column: [m, 1], full: [m, n] }[c];
    return operatorCase("Gemm", "random", [uniform(ta ? [k, m] : [m, k], s), uniform(tb ? [n, k] : [k, n], s + 1), ...(bias ? [uniform(bias, s + 2)] : [])],
      { transA: attr.int(ta), transB: attr.int(tb), alpha: attr.float(0.5), beta: attr.float(-2) });
  }), { runs: 50 });
  const equations = [["ab,bc->ac", 2, 2], ["abc,cd->abd", 3, 2], ["abc,abd->acd", 3, 3], ["ab,ab->", 2, 2], ["abc->cb", 3], ["aab->ab", 3], ["ab,cb,db->acd", 2, 2, 2], ["...a,ab->...b", 3, 2], ["a...,a...->...", 3, 3], ["ab,b", 2, 1]] as const;
  holds("Einsum", fc.record({ s: seed, e: fc.constantFrom(...equations), a: dim(1, 3), b: dim(1, 3), c: dim(1, 3), d: dim(1, 3), hidden: shape(2, 2, 3) }).map(({ s, e: [equation, ...ranks], a, b, c, d, hidden }) => {
    const sizes: Record<string, number> = { a, b, c, d };
    const terms = equation.split("->")[0]!.split(",");
    const dims = terms.map((term, i) => {
      const rest = hidden.slice(0, (ranks as readonly number[])[i]! - term.replace("...", "").length);
      return term.replace("...", "…").split("").flatMap((letter) => (letter === "…" ? rest : [sizes[letter]!]));
    });
    return operatorCase("Einsum", "random", dims.map((each, i) => uniform(each, s + i)), { equation: attr.string(equation) });
  }), { runs: 80 });
});

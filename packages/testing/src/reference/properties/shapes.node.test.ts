import fc from "fast-check";
import { describe } from "vitest";
import { attr, float32, int64, scalar } from "@vitrine/core";
import { dim, each, flag, holds, ints, seed, shape } from "../../../test/property.js";
import { fixed, operatorCase, uniform, wholes } from "../../cases/case.js";

describe("shapes", () => {
  const extreme = fc.constantFrom(-2147483648, 2147483647);
  const near = fc.integer({ min: -7, max: 7 });
  const bound = fc.oneof({ weight: 6, arbitrary: near }, { weight: 1, arbitrary: extreme });
  holds("Slice", shape(1, 3, 6).chain((dims) => fc.record({
    dims: fc.constant(dims), s: seed, axes: fc.subarray(dims.map((_, i) => i), { minLength: 1 }),
    // With a negative step onnxruntime takes the largest integer for an end before the first element; the standard clamps it.
    cuts: each(fc.oneof(
      fc.record({ start: bound, end: bound, step: dim(1, 3) }),
      fc.record({ start: bound, end: fc.oneof(near, fc.constant(-2147483648)), step: dim(-3, -1) }),
    ), dims.length),
  })).map(({ dims, s, axes, cuts }) => {
    const of = (key: "start" | "end" | "step"): ReturnType<typeof fixed> => ints(axes.map((_, i) => cuts[i]![key]));
    return operatorCase("Slice", "random", [uniform(dims, s), of("start"), of("end"), ints(axes), of("step")]);
  }), { runs: 150 });

  holds("Pad", shape(1, 3).chain((dims) => fc.record({
    dims: fc.constant(dims), s: seed, mode: fc.constantFrom("constant", "reflect", "edge", "wrap"),
    // onnxruntime mirrors once only: no more than the axis has beside its border.
    pads: fc.tuple(...[...dims, ...dims].map((d) => fc.integer({ min: d > 2 ? -1 : 0, max: Math.max(0, d > 2 ? d - 2 : d - 1) }))),
  })).map(({ dims, s, mode, pads }) => operatorCase("Pad", "random", [uniform(dims, s), ints(pads), fixed(scalar(3))], { mode: attr.string(mode) })), { runs: 150 });

  holds("Transpose", shape(1, 5, 4).chain((dims) => fc.record({ s: seed, dims: fc.constant(dims), perm: fc.shuffledSubarray(dims.map((_, i) => i), { minLength: dims.length }) }))
    .map(({ s, dims, perm }) => operatorCase("Transpose", "random", [uniform(dims, s)], { perm: attr.ints(perm) })), { runs: 40 });
  holds("Concat and Split", fc.record({ s: seed, dims: shape(1, 3), sizes: fc.array(dim(1, 3), { minLength: 1, maxLength: 4 }) }).chain((r) => fc.record({ r: fc.constant(r), axis: fc.integer({ min: -r.dims.length, max: r.dims.length - 1 }), split: fc.boolean() }))
    .map(({ r: { s, dims, sizes }, axis, split }) => {
      const at = axis < 0 ? axis + dims.length : axis;
      const sized = (size: number): number[] => dims.map((d, i) => (i === at ? size : d));
      return split
        ? operatorCase("Split", "random", [uniform(sized(sizes.reduce((a, b) => a + b)), s), ints(sizes)], { axis: attr.int(axis) }, { outputs: sizes.length })
        : operatorCase("Concat", "random", sizes.map((size, i) => uniform(sized(size), s + i)), { axis: attr.int(axis) });
    }), { runs: 50 });
  holds("Tile and Expand", shape(1, 3, 3).chain((dims) => fc.record({ s: seed, dims: fc.constant(dims), repeats: each(dim(1, 3), dims.length), tile: fc.boolean() }))
    .map(({ s, dims, repeats, tile }) => tile
      ? operatorCase("Tile", "random", [uniform(dims, s), ints(repeats)])
      : operatorCase("Expand", "random", [uniform(dims.map((d, i) => (i % 2 ? d : 1)), s), ints([2, ...dims])])), { runs: 40 });
  holds("Trilu", fc.record({ s: seed, dims: shape(2, 3), k: fc.integer({ min: -4, max: 4 }), upper: flag })
    .map(({ s, dims, k, upper }) => operatorCase("Trilu", "random", [uniform(dims, s), fixed(scalar(k, "int64"))], { upper: attr.int(upper) })), { runs: 40 });
});

describe("indices", () => {
  const chosen = shape(1, 3, 4).chain((dims) => fc.integer({ min: 0, max: dims.length - 1 }).chain((axis) => fc.record({
    dims: fc.constant(dims), axis: fc.constant(axis), s: seed, count: shape(0, 2, 3), sizes: fc.tuple(...dims.map((d, i) => dim(1, i === axis ? 5 : d))),
    reduction: fc.constantFrom("add", "mul", "max", "min"),
  })));
  holds("Gather", chosen.map(({ dims, axis, s, count }) => operatorCase("Gather", "random", [uniform(dims, s), wholes("int64", count, s, -dims[axis]!, dims[axis]!)], { axis: attr.int(axis) })), { runs: 50 });
  holds("GatherElements", chosen.map(({ dims, axis, s, sizes }) => operatorCase("GatherElements", "random", [uniform(dims, s), wholes("int64", sizes, s, -dims[axis]!, dims[axis]!)], { axis: attr.int(axis) })), { runs: 50 });
  holds("ScatterElements", chosen.map(({ dims, axis, s, sizes, reduction }) =>
    operatorCase("ScatterElements", "random", [uniform(dims, s), wholes("int64", sizes, s, -dims[axis]!, dims[axis]!), uniform(sizes, s + 1)], { axis: attr.int(axis), reduction: attr.string(reduction) })), { runs: 60 });
  const tuples = shape(1, 3, 4).chain((dims) => fc.record({ dims: fc.constant(dims), length: dim(1, dims.length), count: dim(1, 4), s: seed, reduction: fc.constantFrom("add", "mul", "max", "min") }))
    .map(({ dims, length, count, s, reduction }) => ({
      x: uniform(dims, s), reduction, updates: uniform([count, ...dims.slice(length)], s + 1),
      at: int64(Array.from({ length: count * length }, (_, i) => wholes("int32", [count * length], s, 0, 60).data[i]! % dims[i % length]!), [count, length]),
    }));
  holds("GatherND", tuples.map(({ x, at }) => operatorCase("GatherND", "random", [x, at])), { runs: 50 });
  holds("ScatterND", tuples.map(({ x, at, updates, reduction }) => operatorCase("ScatterND", "random", [x, at, updates], { reduction: attr.string(reduction) })), { runs: 60 });
  holds("OneHot", fc.record({ s: seed, dims: shape(1, 2), depth: dim(1, 5), axis: fc.constantFrom(-1, 0, 1) }).map(({ s, dims, depth, axis }) =>
    operatorCase("OneHot", "random", [wholes("int64", dims, s, -depth - 1, depth + 1), fixed(scalar(depth, "int64")), fixed(float32([2], [0.5, 2]))], { axis: attr.int(axis) })), { runs: 40 });
});

import fc from "fast-check";
import { describe, test } from "vitest";
import { attr, float32, int64, onnxTypeNumber, scalar, sizeOf, tensor, type Attributes, type DType, type Tensor } from "@vitrine/core";
import { byOnnxruntime, byReference } from "../../test/oracle.js";
import { expectClose } from "../assert.js";
import { fixed, operatorCase, tied, uniform, wholes, type OperatorCase } from "../cases/case.js";
import { recurrentCase } from "../cases/recurrence.js";

const seed = fc.integer({ min: 1, max: 1e6 });
const dim = (min = 1, max = 5): fc.Arbitrary<number> => fc.integer({ min, max });
const shape = (minRank = 1, maxRank = 4, max = 5): fc.Arbitrary<number[]> => fc.array(dim(1, max), { minLength: minRank, maxLength: maxRank });
const flag = fc.constantFrom(0, 1);
const each = <T>(arbitrary: fc.Arbitrary<T>, count: number): fc.Arbitrary<T[]> => fc.array(arbitrary, { minLength: count, maxLength: count });
const ints = (values: readonly number[]): ReturnType<typeof fixed> => fixed(int64(values));

/** What a counterexample is, in one line. */
function described({ graph, feeds }: OperatorCase): string {
  const node = graph.nodes[0]!;
  const inputs = node.inputs.map((name) => {
    const constant = graph.constants.get(name)?.read();
    return constant && constant.data.length <= 8 ? `[${Array.from<unknown>(constant.data).join(", ")}]` : `${(feeds[name] ?? constant)?.dtype} [${(feeds[name] ?? constant)?.shape.join(", ")}]`;
  });
  const attributes = Object.entries(node.attributes).map(([name, { value }]) => `${name}=${JSON.stringify(value)}`);
  return `${node.op}(${inputs.join(", ")}; ${attributes.join(", ")})`;
}

/** Where a sum of both signs may come out near zero, float32 itself is no better. */
const cancelling = 3e-5;

interface Settings {
  readonly runs?: number;
  readonly tolerance?: number;
}

/** Holds random cases against onnxruntime. */
function holds(name: string, arbitrary: fc.Arbitrary<OperatorCase>, { runs = 60, tolerance = 1e-6 }: Settings = {}): void {
  test(name, async () => {
    await fc.assert(
      fc.asyncProperty(arbitrary, async (tested) => {
        let theirs;
        try {
          theirs = await byOnnxruntime(tested.graph, tested.feeds);
        } catch (error) {
          throw new Error(`onnxruntime refuses ${described(tested)}`, { cause: error });
        }
        const ours = await byReference(tested.graph, tested.feeds);
        for (const [output, expected] of Object.entries(theirs)) expectClose(ours[output]!, expected, tolerance, `${output} of ${described(tested)}`);
      }),
      { numRuns: runs, seed: 20240611 },
    );
  });
}

interface Sliding {
  readonly size: number[];
  readonly kernel: number[];
  readonly attributes: Attributes;
}

/** A window that fits, over one to three spatial axes. Padding is smaller than the kernel, as pooling demands. */
const sliding = (dilated = true): fc.Arbitrary<Sliding> =>
  fc.integer({ min: 1, max: 3 }).chain((rank) =>
    fc.record({
      axes: each(
        fc.record({ kernel: dim(1, 3), dilation: dilated ? dim(1, 3) : fc.constant(1), stride: dim(1, 3), room: dim(0, rank === 3 ? 3 : 6), before: dim(0, 2), after: dim(0, 2) }),
        rank,
      ),
      auto: fc.constantFrom(undefined, undefined, undefined, "SAME_UPPER", "SAME_LOWER", "VALID"),
    }),
  ).map(({ axes, auto }) => {
    const kernel = axes.map((a) => a.kernel);
    const padding = (key: "before" | "after"): number[] => axes.map((a) => Math.min(a[key], a.kernel - 1));
    return {
      kernel,
      size: axes.map((a) => (a.kernel - 1) * a.dilation + 1 + a.room),
      attributes: {
        kernel_shape: attr.ints(kernel),
        strides: attr.ints(axes.map((a) => a.stride)),
        ...(dilated && { dilations: attr.ints(axes.map((a) => a.dilation)) }),
        ...(auto ? { auto_pad: attr.string(auto) } : { pads: attr.ints([...padding("before"), ...padding("after")]) }),
      },
    };
  });

describe("windows", () => {
  // With `auto_pad` onnxruntime refuses dilated convolutions.
  const undilated = ({ attributes: { auto_pad, dilations } }: Sliding): boolean => auto_pad === undefined || auto_pad.value === "VALID" || dilations === undefined;
  const grouped = fc.record({ window: fc.oneof(sliding(), sliding(false)).filter(undilated), batch: dim(1, 2), groups: dim(1, 3), inside: dim(1, 2), outside: dim(1, 3), seed });
  holds("Conv", grouped.map(({ window: { size, kernel, attributes }, batch, groups, inside, outside, seed: s }) =>
    operatorCase("Conv", "random", [uniform([batch, groups * inside, ...size], s), fixed(uniform([groups * outside, inside, ...kernel], s + 1)), fixed(uniform([groups * outside], s + 2))],
      { ...attributes, group: attr.int(groups) })), { runs: 150 });

  // Padding may not eat the whole output; output padding stays below the stride.
  const spreading = fc.integer({ min: 1, max: 3 }).chain((rank) => fc.record({
    axes: each(fc.record({ size: dim(2, 4), kernel: dim(1, 3), dilation: dim(1, 2), stride: dim(1, 3), extra: dim(0, 2), before: dim(0, 2), after: dim(0, 2) }), rank),
    batch: dim(1, 2), groups: dim(1, 3), inside: dim(1, 2), outside: dim(1, 3), seed,
  }));
  holds("ConvTranspose", spreading.map(({ axes, batch, groups, inside, outside, seed: s }) => {
    const pad = (key: "before" | "after"): number[] => axes.map((a) => Math.min(a[key], Math.floor(((a.size - 1) * a.stride + (a.kernel - 1) * a.dilation) / 2)));
    return operatorCase("ConvTranspose", "random", [
      uniform([batch, groups * inside, ...axes.map((a) => a.size)], s), fixed(uniform([groups * inside, outside, ...axes.map((a) => a.kernel)], s + 1)), fixed(uniform([groups * outside], s + 2)),
    ], {
      kernel_shape: attr.ints(axes.map((a) => a.kernel)), strides: attr.ints(axes.map((a) => a.stride)), dilations: attr.ints(axes.map((a) => a.dilation)),
      output_padding: attr.ints(axes.map((a) => Math.min(a.extra, a.stride - 1))), pads: attr.ints([...pad("before"), ...pad("after")]), group: attr.int(groups),
    });
  }), { runs: 150 });

  // There it pools as if windows were not dilated, and crops where strides exceed the kernel: neither is asked for.
  const usual = ({ kernel, attributes: { auto_pad, dilations, strides } }: Sliding): boolean =>
    auto_pad === undefined || (dilations === undefined && strides?.type === "ints" && strides.value.every((stride, i) => Number(stride) <= kernel[i]!));
  const pooling = fc.record({ window: fc.oneof(sliding(), sliding(false)).filter(usual), ceil: flag, batch: dim(1, 2), channels: dim(1, 2), ties: fc.boolean(), order: flag, seed });
  const source = (p: { batch: number; channels: number; ties: boolean; seed: number; window: Sliding }): Tensor =>
    (p.ties ? tied([p.batch, p.channels, ...p.window.size], p.seed, 0, 1) : uniform([p.batch, p.channels, ...p.window.size], p.seed));
  holds("MaxPool with indices", pooling.map((p) =>
    operatorCase("MaxPool", "random", [source(p)], { ...p.window.attributes, ceil_mode: attr.int(p.ceil), storage_order: attr.int(p.order) }, { outputs: 2 })), { runs: 200 });
  holds("AveragePool", pooling.map((p) =>
    operatorCase("AveragePool", "random", [source(p)], { ...p.window.attributes, ceil_mode: attr.int(p.ceil), count_include_pad: attr.int(p.order) })), { runs: 200 });
  holds("LpPool", pooling.map((p) => operatorCase("LpPool", "random", [source(p)], { ...p.window.attributes, ceil_mode: attr.int(p.ceil), p: attr.int(1 + p.order) })), { runs: 100 });
});

describe("element by element", () => {
  const broadcast = shape(1, 4, 4).chain((full) => fc.record({
    left: fc.tuple(...full.map((d) => fc.constantFrom(1, d))), right: fc.tuple(...full.map((d) => fc.constantFrom(1, d))), dropped: dim(0, full.length), seed,
  }));
  for (const op of ["Add", "Sub", "Mul", "Div", "Max", "Min", "Greater", "LessOrEqual"]) {
    holds(`${op} broadcasts`, broadcast.map(({ left, right, dropped, seed: s }) => operatorCase(op, "random", [uniform(left, s), uniform(right.slice(dropped), s + 1, 0.5, 2)])), { runs: 15 });
  }
  holds("integer Mod and Div", fc.record({ s: seed, c: flag, op: fc.constantFrom("Mod", "Div"), dtype: fc.constantFrom("int64" as const, "int32" as const) }).map(({ s, c, op, dtype }) =>
    operatorCase(op, "random", [wholes(dtype, [12], s, -20, 20), wholes(dtype, [12], s + 1, 1, 7)], op === "Mod" ? { fmod: attr.int(c) } : {})), { runs: 30 });

  const numeric: DType[] = ["float32", "float64", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "bool", "float16"];
  // onnxruntime-node has no bfloat16.
  holds("Cast between all types", fc.record({ s: seed, from: fc.constantFrom<DType>("float32", "int64", "int32", "bool", "uint8"), to: fc.constantFrom(...numeric) }).map(({ s, from, to }) => {
    // What C leaves undefined (negative floats as unsigned) is not asked for.
    const low = to.startsWith("u") ? 0 : -100;
    const values: Tensor = from === "float32" ? uniform([9], s, low, 100) : from === "int64" || from === "int32" ? wholes(from, [9], s, low, 100)
      : from === "bool" ? tensor("bool", [2], Uint8Array.of(0, 1)) : tensor("uint8", [3], Uint8Array.of(0, 7, 120));
    return operatorCase("Cast", "random", [values], { to: attr.int(onnxTypeNumber[to as "float32"]) });
  }), { runs: 120 });

  holds("quantisation there and back", fc.record({ s: seed, dims: shape(2, 3), perAxis: fc.boolean() }).chain(({ s, dims, perAxis }) => fc.constantFrom("QuantizeLinear", "DequantizeLinear").map((op) => {
    const count = perAxis ? [dims[1]!] : [];
    const scale = fixed(uniform(count, s, 0.01, 0.05));
    const zero = fixed(tensor("uint8", count, Uint8Array.from({ length: sizeOf(count) }, (_, i) => 120 + i)));
    const x: Tensor = op === "QuantizeLinear" ? uniform(dims, s + 1, -6, 6) : tensor("uint8", dims, Uint8Array.from(wholes("int32", dims, s, 0, 255).data));
    return operatorCase(op, "random", [x, scale, zero], { axis: attr.int(1) });
  })), { runs: 40 });
});

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

describe("Resize", () => {
  const modes = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"];
  const factors = fc.record({ s: seed, from: each(dim(1, 6), 2), to: each(dim(1, 9), 2), mode: fc.constantFrom(...modes) });
  // onnxruntime computes coordinates in float32: nearest neighbours are asked for away from ties, by sizes whose ratio is whole or by flooring.
  holds("nearest", factors.chain((f) => fc.record({ f: fc.constant(f), scale: each(dim(1, 4), 2), rounding: fc.constantFrom("round_prefer_floor", "round_prefer_ceil", "floor", "ceil") })).map(({ f: { s, from }, scale, rounding }) =>
    operatorCase("Resize", "random", [uniform([1, 2, ...from], s), undefined, fixed(float32([4], [1, 1, ...scale]))],
      { nearest_mode: attr.string(rounding), coordinate_transformation_mode: attr.string("asymmetric") })), { runs: 60 });
  for (const mode of ["linear", "cubic"]) {
    holds(mode, factors.chain((f) => fc.record({ f: fc.constant(f), exclude: mode === "cubic" ? flag : fc.constant(0) })).map(({ f: { s, from, to, mode: coordinate }, exclude }) =>
      operatorCase("Resize", "random", [uniform([1, 2, ...from], s), undefined, undefined, fixed(int64([1, 2, ...to]))],
        { mode: attr.string(mode), coordinate_transformation_mode: attr.string(coordinate), exclude_outside: attr.int(exclude) })), { runs: 100, tolerance: 3e-6 });
  }
  holds("linear by scales that are not whole", factors.map(({ s, from, to, mode }) =>
    operatorCase("Resize", "random", [uniform([1, 2, ...from], s), undefined, fixed(float32([4], [1, 1, ...to.map((t, i) => (t + 0.37) / from[i]!)]))],
      { mode: attr.string("linear"), coordinate_transformation_mode: attr.string(mode) })), { runs: 80, tolerance: 3e-6 });
});

describe("recurrent layers", () => {
  for (const op of ["LSTM", "GRU", "RNN"] as const) {
    holds(op, fc.record({
      steps: dim(1, 6), batch: dim(1, 3), features: dim(1, 4), hidden: dim(1, 4), directions: fc.constantFrom(1 as const, 2 as const), bias: fc.boolean(), initial: fc.boolean(),
      peepholes: fc.boolean(), reverse: fc.boolean(), varied: fc.boolean(), before: flag, s: seed,
    }).map(({ varied, reverse, before, s, ...sizes }) => {
      const lengths = varied ? { lengths: Array.from({ length: sizes.batch }, (_, i) => 1 + ((s + i) % sizes.steps)) } : {};
      const direction: Attributes = sizes.directions === 1 && reverse ? { direction: attr.string("reverse") } : {};
      return recurrentCase(op, "random", { ...sizes, ...lengths }, { ...direction, ...(op === "GRU" && { linear_before_reset: attr.int(before) }), ...(before === 1 && { clip: attr.float(0.4) }) });
    }), { runs: 80 });
  }
});

describe("normalisation", () => {
  const sizes = fc.record({ s: seed, batch: dim(1, 3), groups: dim(1, 3), inside: dim(1, 3), rest: shape(1, 2) });
  const perChannel = (channels: number, s: number, low = -1): ReturnType<typeof fixed> => fixed(uniform([channels], s, low, 2));
  for (const op of ["BatchNormalization", "InstanceNormalization", "GroupNormalization", "LRN"]) {
    holds(op, sizes.map(({ s, batch, groups, inside, rest }) => {
      const channels = groups * inside;
      const x = uniform([batch, channels, ...(op === "LRN" ? [rest[0]!] : rest), 3], s);
      if (op === "LRN") return operatorCase(op, "random", [x], { size: attr.int(2 * inside - 1), alpha: attr.float(0.3), beta: attr.float(0.7), bias: attr.float(1.5) });
      const moments = op === "BatchNormalization" ? [perChannel(channels, s + 3), perChannel(channels, s + 4, 0.5)] : [];
      return operatorCase(op, "random", [x, perChannel(channels, s + 1), perChannel(channels, s + 2), ...moments], op === "GroupNormalization" ? { num_groups: attr.int(groups) } : {});
    }), { runs: 30, tolerance: 3e-6 });
  }
  holds("LayerNormalization", shape(2, 4).chain((dims) => fc.record({ s: seed, dims: fc.constant([...dims, 4]), axis: fc.integer({ min: -dims.length, max: dims.length }) })).map(({ s, dims, axis }) => {
    const inner = dims.slice(axis < 0 ? axis + dims.length : axis);
    return operatorCase("LayerNormalization", "random", [uniform(dims, s), fixed(uniform(inner, s + 1)), fixed(uniform(inner, s + 2))], { axis: attr.int(axis) }, { outputs: 3 });
  }), { runs: 40, tolerance: 3e-6 });
});

import { attr, float32, int64, intsAttr, scalar, seededRandom, sizeOf, type Attributes, type Tensor } from "@vitrine/core";
import { operatorCase, type Fixed, type OperatorCase } from "@vitrine/testing";
import fc from "fast-check";
import { dim, dims, each, fixed, flag, ints, seed, spaced, uniform, type Family } from "./drawing.js";
import { functionFamilies } from "./functions.js";
import { placingFamilies } from "./placing.js";

interface Sliding {
  readonly size: number[];
  readonly kernel: number[];
  readonly attributes: Attributes;
}

/** A window that fits, over one to three axes, padded by less than itself. */
const sliding = (options: { auto?: boolean; ceil?: boolean; dilated?: boolean } = {}): fc.Arbitrary<Sliding> =>
  fc.integer({ min: 1, max: 3 }).chain((rank) =>
    fc.record({
      kernel: each(dim(1, 3), rank), strides: each(dim(1, 3), rank), dilations: each(options.dilated === false ? fc.constant(1) : dim(1, 2), rank), extra: each(dim(0, rank === 3 ? 2 : 4), rank),
      pads: each(dim(0, 2), 2 * rank), mode: options.auto === false ? fc.constant("NOTSET") : fc.constantFrom("NOTSET", "NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"), ceil: flag,
    })).map(({ kernel, strides, dilations, extra, pads, mode, ceil }) => ({
    size: kernel.map((k, i) => (k - 1) * dilations[i]! + 1 + extra[i]!),
    kernel,
    attributes: {
      kernel_shape: attr.ints(kernel), strides: attr.ints(strides), dilations: attr.ints(dilations),
      ...(mode === "NOTSET" ? { pads: attr.ints(pads.map((pad, i) => Math.min(pad, kernel[i % kernel.length]! - 1))) } : { auto_pad: attr.string(mode) }),
      ...(options.ceil === true && mode === "NOTSET" && { ceil_mode: attr.int(ceil) }),
    },
  }));

const convolutions = fc.record({ s: seed, window: sliding(), batch: dim(1, 2), group: dim(1, 3), each: dim(1, 2), out: dim(1, 2), bias: fc.boolean(), computed: fc.boolean() })
  .map(({ s, window, batch, group, each: per, out, bias, computed }) => {
    const given = (tensor: Tensor): Tensor | Fixed => (computed ? tensor : fixed(tensor));
    const inputs = [uniform([batch, group * per, ...window.size], s), given(uniform([group * out, per, ...window.kernel], s + 1)), bias ? given(uniform([group * out], s + 2)) : undefined];
    return operatorCase("Conv", "random", inputs, { ...window.attributes, group: attr.int(group) });
  });

/** Padding of a transposed convolution cuts; what remains has to be something. */
const transposed = fc.record({ s: seed, window: sliding({ auto: false }), batch: dim(1, 2), group: dim(1, 2), each: dim(1, 2), out: dim(1, 2), extra: flag, computed: fc.boolean() })
  .filter(({ window }) => {
    const [pads, strides, dilations] = ["pads", "strides", "dilations"].map((name) => intsAttr(window, name, [])) as [readonly number[], readonly number[], readonly number[]];
    return window.size.every((size, i) => strides[i]! * (size - 1) + (window.kernel[i]! - 1) * dilations[i]! + 1 - pads[i]! - pads[i + window.size.length]! > 0);
  })
  .map(({ s, window, batch, group, each: per, out, extra, computed }) => {
    const strides = intsAttr(window, "strides", []);
    const weights = uniform([group * per, out, ...window.kernel], s + 1);
    return operatorCase("ConvTranspose", "random", [uniform([batch, group * per, ...window.size], s), computed ? weights : fixed(weights)], {
      ...window.attributes, group: attr.int(group), output_padding: attr.ints(strides.map((stride) => Math.min(extra, stride - 1))),
    });
  });

const pooling = (op: string, attributes: fc.Arbitrary<Attributes>, options: Parameters<typeof sliding>[0]): fc.Arbitrary<OperatorCase> =>
  fc.record({ s: seed, window: sliding(options), batch: dim(1, 2), channels: dim(1, 2), more: attributes })
    .map(({ s, window, batch, channels, more }) => operatorCase(op, "random", [spaced([batch, channels, ...window.size], s)], { ...window.attributes, ...more }));

/** Two shapes that broadcast, of different ranks too. */
const broadcasting = dims(1, 4).chain((full) =>
  fc.record({ s: seed, a: each(fc.boolean(), full.length), b: each(fc.boolean(), full.length), drop: dim(0, full.length) })
    .map(({ s, a, b, drop }) => ({ s, a: full.map((d, i) => (a[i]! && !b[i]! ? 1 : d)), b: full.map((d, i) => (b[i]! && !a[i]! ? 1 : d)).slice(drop) })));

const reductions = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp"];

const reducing = fc.record({ s: seed, op: fc.constantFrom(...reductions), shape: dims(1, 4), keep: flag, pick: each(fc.boolean(), 4), negative: fc.boolean(), noop: flag })
  .map(({ s, op, shape, keep, pick, negative, noop }) => {
    const axes = shape.flatMap((_, axis) => (pick[axis]! ? [negative ? axis - shape.length : axis] : []));
    return operatorCase(op, "random", [spaced(shape, s), ints(axes)], { keepdims: attr.int(keep), noop_with_empty_axes: attr.int(noop) });
  });

const slicing = dims(1, 4, 6).chain((shape) =>
  fc.record({ s: seed, starts: each(fc.integer({ min: -7, max: 7 }), shape.length), ends: each(fc.integer({ min: -9, max: 9 }), shape.length), steps: each(fc.constantFrom(1, 1, 2, 3, -1, -2), shape.length) })
    .map(({ s, starts, ends, steps }) => {
      // An empty slice has no gradient to compare.
      const count = (i: number): number => {
        const size = shape[i]!;
        const wrap = (at: number): number => (at < 0 ? at + size : at);
        const [low, high] = steps[i]! > 0 ? [0, size] : [-1, size - 1];
        const [from, to] = [Math.min(size - (steps[i]! > 0 ? 0 : 1), Math.max(0, wrap(starts[i]!))), Math.min(high, Math.max(low, wrap(ends[i]!)))];
        return Math.ceil((to - from) / steps[i]!);
      };
      const fits = shape.map((_, i) => count(i) > 0);
      return operatorCase("Slice", "random", [
        uniform(shape, s), ints(starts.map((v, i) => (fits[i]! ? v : 0))), ints(ends.map((v, i) => (fits[i]! ? v : 99))), ints(shape.map((_, i) => i)), ints(steps.map((v, i) => (fits[i]! ? v : 1))),
      ]);
    }));

const padding = dims(1, 4, 5).chain((shape) =>
  fc.record({ s: seed, mode: fc.constantFrom("constant", "reflect", "edge", "wrap"), pads: each(dim(0, 3), 2 * shape.length), cut: each(fc.boolean(), 2 * shape.length) })
    .map(({ s, mode, pads, cut }) => {
      const size = (i: number): number => shape[i % shape.length]!;
      const limited = pads.map((pad, i) => (mode === "constant" ? (cut[i]! && size(i) > 3 ? -1 : pad) : Math.min(pad, size(i) - 1)));
      return operatorCase("Pad", "random", [uniform(shape, s), ints(limited), ...(mode === "constant" ? [uniform([], s + 1)] : [])], { mode: attr.string(mode) });
    }));

const resizing = fc.record({
  s: seed, from: fc.array(dim(1, 5), { minLength: 1, maxLength: 2 }), to: each(dim(1, 7), 2), mode: fc.constantFrom("nearest", "linear", "cubic"), nearest: fc.constantFrom("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"),
  coordinate: fc.constantFrom("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"), exclude: flag, scaled: fc.boolean(),
}).map(({ s, from, to, mode, nearest, coordinate, exclude, scaled }) => {
  const shape = [2, 2, ...from];
  const target = [2, 2, ...from.map((_, i) => to[i]!)];
  const factors = scaled ? [fixed(float32([shape.length], target.map((t, i) => (t + 0.3) / shape[i]!).map((f, i) => (i < 2 ? 1 : f))))] : [undefined, ints(target)];
  return operatorCase("Resize", "random", [uniform(shape, s), undefined, ...factors], {
    mode: attr.string(mode), coordinate_transformation_mode: attr.string(coordinate), nearest_mode: attr.string(nearest), exclude_outside: attr.int(mode === "cubic" ? exclude : 0),
  });
});

const product = fc.record({ s: seed, batch: dims(0, 2, 3), ones: fc.constantFrom("left", "right", "none"), m: dim(), k: dim(), n: dim(), vectors: fc.constantFrom("", "left", "right", "both"), short: dim(0, 2), constant: fc.boolean() })
  .map(({ s, batch, ones, m, k, n, vectors, short, constant }) => {
    const [left, right] = [batch.map((d) => (ones === "left" ? 1 : d)), batch.map((d) => (ones === "right" ? 1 : d)).slice(short)];
    const a = vectors === "left" || vectors === "both" ? [k] : [...left, m, k];
    const b = vectors === "right" || vectors === "both" ? [k] : [...right, k, n];
    const second = uniform(b, s + 1);
    return operatorCase("MatMul", "random", [uniform(a, s), constant ? fixed(second) : second]);
  });

const gemm = fc.record({ s: seed, m: dim(), k: dim(), n: dim(), ta: flag, tb: flag, bias: fc.constantFrom("none", "row", "column", "full", "scalar"), alpha: fc.constantFrom(1, 0.5), beta: fc.constantFrom(1, 2) })
  .map(({ s, m, k, n, ta, tb, bias, alpha, beta }) => {
    const shapes = { none: undefined, row: [n], column: [m, 1], full: [m, n], scalar: [] as number[] };
    const shape = shapes[bias];
    return operatorCase("Gemm", "random", [uniform(ta ? [k, m] : [m, k], s), uniform(tb ? [n, k] : [k, n], s + 1), shape && uniform(shape, s + 2)], {
      transA: attr.int(ta), transB: attr.int(tb), alpha: attr.float(alpha), beta: attr.float(beta),
    });
  });

const einsum = fc.record({ s: seed, equation: fc.constantFrom(
  "ij,jk->ik", "bid,bjd->bij", "bij,bjd->bid", "i,j->ij", "ij->ji", "ij->i", "ij->", "bii->bi", "ii->", "iij,j->i", "...i,ij->...j", "...ij,...jk->...ik", "abc,cd,bd->a", "ij,ij->ij", "ij,k->ik", "ijk,kl->il", "ij,jk",
), sizes: each(dim(1, 4), 5) }).map(({ s, equation, sizes }) => {
  const names = "abcdijkl";
  const size = (label: string): number => sizes[names.indexOf(label) % 5]!;
  const shape = (term: string): number[] => [...term.replace("...", ".")].map((label) => (label === "." ? sizes[0]! : size(label)));
  return operatorCase("Einsum", "random", equation.split("->")[0]!.split(",").map((term, i) => uniform(shape(term), s + i)), { equation: attr.string(equation) });
});

const normalising = fc.record({ s: seed, op: fc.constantFrom("BatchNormalization", "InstanceNormalization", "GroupNormalization", "LRN"), batch: dim(1, 2), groups: dim(1, 3), inside: dim(1, 2), rest: dims(1, 2, 3), constant: fc.boolean() })
  .map(({ s, op, batch, groups, inside, rest, constant }) => {
    const channels = groups * inside;
    const given = (tensor: Tensor): Tensor | Fixed => (constant ? fixed(tensor) : tensor);
    const parameter = (i: number, low = -1): Tensor | Fixed => given(uniform([channels], s + i, low, 2));
    const x = uniform([batch, channels, ...rest, 3], s);
    if (op === "LRN") return operatorCase(op, "random", [x], { size: attr.int(2 * inside + 1), alpha: attr.float(0.5), beta: attr.float(0.75), bias: attr.float(1.5) });
    const moments = op === "BatchNormalization" ? [parameter(3), parameter(4, 0.5)] : [];
    return operatorCase(op, "random", [x, parameter(1), parameter(2), ...moments], op === "GroupNormalization" ? { num_groups: attr.int(groups) } : {});
  });

const layerNorm = dims(2, 4).chain((shape) => fc.record({ s: seed, axis: fc.integer({ min: -shape.length, max: shape.length - 1 }) }).map(({ s, axis }) => {
  const full = [...shape.slice(0, -1), shape.at(-1)! + 2];
  const inner = full.slice(axis < 0 ? axis + full.length : axis);
  return operatorCase("LayerNormalization", "random", [uniform(full, s), uniform(inner, s + 1), uniform(inner, s + 2)], { axis: attr.int(axis) });
}));

const gathering = dims(1, 3).chain((shape) => fc.record({ s: seed, axis: dim(0, shape.length - 1), index: dims(0, 2, 3), op: fc.constantFrom("Gather", "GatherElements"), fed: fc.boolean() }).map(({ s, axis, index, op, fed }) => {
  const random = seededRandom(s);
  const to = op === "Gather" ? index : shape.map((d, i) => (i === axis ? d + 1 : d));
  const values = int64(Array.from({ length: sizeOf(to) }, () => random.below(2 * shape[axis]!) - shape[axis]!), to);
  return operatorCase(op, "random", [uniform(shape, s), fed ? values : fixed(values)], { axis: attr.int(axis) });
}));

const softmaxes = dims(1, 4).chain((shape) => fc.record({ s: seed, op: fc.constantFrom("Softmax", "LogSoftmax"), axis: fc.integer({ min: -shape.length, max: shape.length - 1 }) })
  .map(({ s, op, axis }) => operatorCase(op, "random", [uniform(shape, s, -4, 4)], { axis: attr.int(axis) })));

const moving = dims(2, 4).chain((shape) => fc.record({ s: seed, op: fc.constantFrom("Transpose", "Concat", "Split", "Expand", "Tile", "CumSum", "TopK", "Flatten", "Trilu"), perm: fc.shuffledSubarray(shape.map((_, i) => i), { minLength: shape.length }), axis: dim(0, shape.length - 1), flags: each(flag, 2), counts: each(dim(1, 3), shape.length) })
  .map(({ s, op, perm, axis, flags, counts }) => {
    const x = uniform(shape, s);
    const at = { axis: attr.int(axis - (flags[0]! ? shape.length : 0)) };
    switch (op) {
      case "Transpose": return operatorCase(op, "random", [x], { perm: attr.ints(perm) });
      case "Concat": return operatorCase(op, "random", [x, uniform(shape.map((d, i) => (i === axis ? d + 2 : d)), s + 1), x], at);
      case "Split": return operatorCase(op, "random", [uniform(shape.map((d, i) => (i === axis ? d + 3 : d)), s), ints([shape[axis]! + 1, 2])], at, { outputs: ["", "y1"] });
      case "Expand": return operatorCase(op, "random", [uniform(shape.map((d, i) => (i === axis ? 1 : d)), s), ints([2, ...shape])]);
      case "Tile": return operatorCase(op, "random", [x, ints(counts)]);
      case "CumSum": return operatorCase(op, "random", [x, fixed(scalar(axis, "int64"))], { exclusive: attr.int(flags[0]!), reverse: attr.int(flags[1]!) });
      case "TopK": return operatorCase(op, "random", [x, ints([Math.max(1, shape[axis]! - 1)])], { ...at, largest: attr.int(flags[1]!) }, { outputs: ["y0", "places"] });
      case "Flatten": return operatorCase(op, "random", [x], { axis: attr.int(axis) });
      default: return operatorCase("Trilu", "random", [x, fixed(scalar(axis - 1, "int64"))], { upper: attr.int(flags[0]!) });
    }
  }));

const elementwise = fc.record({ at: broadcasting, op: fc.constantFrom("Add", "Sub", "Mul", "Div", "Max", "Min", "Pow", "PRelu", "Where", "Sum", "Mean") }).map(({ at: { s, a, b }, op }) => {
  const away = op === "Div" || op === "Pow";
  const [x, y] = [uniform(a, s, op === "Pow" ? 0.3 : -2), uniform(b, s + 1, away ? 0.4 : -2)];
  if (op === "Where") return operatorCase(op, "random", [{ dtype: "bool", shape: b, data: Uint8Array.from(y.data, (v) => (v > 0 ? 1 : 0)) }, x, y]);
  if (op === "PRelu") {
    // Its slope broadcasts one way only.
    const rank = Math.min(a.length, b.length);
    return operatorCase(op, "random", [x, uniform(a.slice(a.length - rank).map((d, i) => (i === 0 ? 1 : d)), s + 1)]);
  }
  if (op === "Max" || op === "Min" || op === "Sum" || op === "Mean") return operatorCase(op, "random", s % 2 ? [x, y] : [x, y, uniform([1], s + 2)]);
  return operatorCase(op, "random", [x, y]);
});

export const families: readonly Family[] = [
  { name: "Conv", cases: convolutions },
  { name: "ConvTranspose", cases: transposed },
  { name: "MaxPool", cases: pooling("MaxPool", fc.constant({}), { ceil: true }) },
  { name: "AveragePool", cases: pooling("AveragePool", flag.map((counted) => ({ count_include_pad: attr.int(counted) })), { ceil: true }) },
  { name: "LpPool", cases: pooling("LpPool", dim(1, 3).map((p) => ({ p: attr.int(p) })), { dilated: false }) },
  { name: "elementwise operators", cases: elementwise },
  { name: "reductions", cases: reducing },
  { name: "MatMul", cases: product },
  { name: "Gemm", cases: gemm },
  { name: "Einsum", cases: einsum },
  { name: "normalisation", cases: normalising },
  { name: "LayerNormalization", cases: layerNorm },
  { name: "softmaxes", cases: softmaxes },
  { name: "Slice", cases: slicing },
  { name: "Pad", cases: padding },
  { name: "Resize", cases: resizing },
  { name: "gathering", cases: gathering },
  { name: "what moves elements", cases: moving },
  ...functionFamilies,
  ...placingFamilies,
];

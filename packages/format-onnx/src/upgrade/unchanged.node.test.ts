import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attr, float32, int64, scalar, tensor, type Attributes, type Tensor } from "@vitrine/core";
import { expectSame } from "../../test/compare.js";
import { randn } from "../../test/random.js";

// Operators whose newer definitions only widen the older ones: each runs by every definition and by the canonical one.

interface Case {
  /** The opsets at which the definition was numbered anew, from 7 on, where onnxruntime has kernels. */
  readonly opsets: readonly number[];
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs?: readonly string[];
  readonly attributes?: Attributes;
}

const x = randn([2, 3, 4, 5]);
const matrix = randn([3, 4]);
const positive = float32([3, 4], matrix.data.map((value) => Math.abs(value) + 0.1));
const small = float32([3, 4], matrix.data.map((value) => Math.tanh(value) * 0.9));
const bools = tensor("bool", [3, 4], Uint8Array.from(matrix.data, (value) => (value > 0 ? 1 : 0)));
const flags = tensor("bool", [4], Uint8Array.of(1, 0, 1, 1));

const unary = (opsets: readonly number[], a: Tensor = matrix, attributes: Attributes = {}): Case => ({ opsets, inputs: { a }, attributes });
const binary = (opsets: readonly number[], a: Tensor = matrix, b: Tensor = randn([4], 2)): Case => ({ opsets, inputs: { a, b } });
const pool = (opsets: readonly number[], attributes: Attributes, outputs?: readonly string[]): Case => ({
  opsets,
  inputs: { x: randn([1, 2, 7, 8]) },
  attributes: { kernel_shape: attr.ints([3, 2]), strides: attr.ints([2, 2]), ...attributes },
  ...(outputs ? { outputs } : {}),
});
const recurrent = (gates: number, opsets: readonly number[], outputs: readonly string[], attributes: Attributes = {}): Case => ({
  opsets,
  inputs: { x: randn([5, 2, 3]), w: randn([1, gates * 4, 3], 2), r: randn([1, gates * 4, 4], 3), b: randn([1, gates * 8], 4) },
  outputs,
  attributes: { hidden_size: attr.int(4), ...attributes },
});

const cases: Readonly<Record<string, Case | readonly Case[]>> = {
  Abs: unary([7, 13]),
  Acos: unary([7], small),
  Acosh: unary([9], float32([2], [1.5, 3])),
  Add: binary([7, 13, 14]),
  And: binary([7], bools, flags),
  ArgMax: [unary([7, 11, 12, 13], x, { axis: attr.int(1) }), unary([12, 13], float32([4], [1, 2, 2, 0]), { select_last_index: attr.int(1) })],
  ArgMin: unary([7, 11, 12, 13], x, { axis: attr.int(2), keepdims: attr.int(0) }),
  Asin: unary([7], small),
  Asinh: unary([9]),
  Atan: unary([7]),
  Atanh: unary([9], small),
  AveragePool: [
    pool([7, 10, 11, 19], { pads: attr.ints([1, 0, 1, 1]) }),
    pool([7, 10, 11, 19], { pads: attr.ints([1, 0, 1, 1]), count_include_pad: attr.int(1) }),
    pool([7, 10, 11, 19], { auto_pad: attr.string("SAME_UPPER") }),
    pool([10, 11, 19], { ceil_mode: attr.int(1) }),
  ],
  BitShift: { opsets: [11], inputs: { a: tensor("uint8", [3], Uint8Array.of(1, 2, 128)), b: tensor("uint8", [1], Uint8Array.of(1)) }, attributes: { direction: attr.string("RIGHT") } },
  Cast: unary([7, 9, 13, 19], matrix, { to: attr.int(7) }),
  Ceil: unary([7, 13]),
  Celu: unary([12], matrix, { alpha: attr.float(0.5) }),
  Compress: { opsets: [9, 11], inputs: { x, c: tensor("bool", [3], Uint8Array.of(1, 0, 1)) }, attributes: { axis: attr.int(1) } },
  Concat: { opsets: [7, 11, 13], inputs: { a: matrix, b: randn([3, 2]) }, attributes: { axis: attr.int(1) } },
  ConstantOfShape: { opsets: [9, 20], inputs: { s: int64([2, 3]) }, attributes: { value: { type: "tensor", value: float32([1], [2.5]) } } },
  Conv: [
    { opsets: [7, 11], inputs: { x, w: randn([4, 3, 3, 2], 2), b: randn([4], 3) }, attributes: { pads: attr.ints([1, 1, 1, 0]), strides: attr.ints([2, 1]) } },
    { opsets: [7, 11], inputs: { x, w: randn([4, 3, 2, 2], 2) }, attributes: { auto_pad: attr.string("SAME_LOWER"), dilations: attr.ints([1, 1]) } },
  ],
  ConvTranspose: { opsets: [7, 11], inputs: { x, w: randn([3, 2, 3, 3], 2) }, attributes: { strides: attr.ints([2, 2]), output_padding: attr.ints([1, 0]) } },
  Cos: unary([7]),
  Cosh: unary([9]),
  CumSum: { opsets: [11, 14], inputs: { x, axis: scalar(1, "int64") }, attributes: { reverse: attr.int(1) } },
  DepthToSpace: [unary([7, 11, 13], randn([1, 8, 2, 3]), { blocksize: attr.int(2) }), unary([11, 13], randn([1, 8, 2, 3]), { blocksize: attr.int(2), mode: attr.string("CRD") })],
  DequantizeLinear: { opsets: [10, 13, 19], inputs: { x: tensor("uint8", [4], Uint8Array.of(0, 100, 200, 255)), s: scalar(0.5), z: tensor("uint8", [], Uint8Array.of(128)) } },
  Div: binary([7, 13, 14]),
  Einsum: { opsets: [12], inputs: { a: matrix, b: randn([4, 2]) }, attributes: { equation: attr.string("ij,jk->ik") } },
  Elu: unary([7], matrix, { alpha: attr.float(0.5) }),
  Equal: [binary([7, 11, 13, 19], int64([1, 2, 3]), int64([1, 0, 3])), binary([11, 13, 19], float32([2], [1, 2]), float32([2], [1, 3]))],
  Erf: unary([9, 13]),
  Exp: unary([7, 13]),
  Expand: { opsets: [8, 13], inputs: { a: randn([3, 1]), s: int64([2, 1, 4]) } },
  EyeLike: unary([9], matrix, { k: attr.int(1) }),
  Flatten: [unary([7, 9, 11, 13], x, { axis: attr.int(2) }), unary([11, 13], x, { axis: attr.int(-1) })],
  Floor: unary([7, 13]),
  Gather: [{ opsets: [7, 11, 13], inputs: { x, i: int64([2, 0]) }, attributes: { axis: attr.int(1) } }, { opsets: [11, 13], inputs: { x, i: int64([-1, 0]) }, attributes: { axis: attr.int(-1) } }],
  GatherElements: { opsets: [11, 13], inputs: { x: matrix, i: int64([0, 1, 2, 0], [1, 4]) }, attributes: { axis: attr.int(0) } },
  GatherND: { opsets: [11, 12, 13], inputs: { x: matrix, i: int64([0, 1, 2, 3], [2, 2]) } },
  Gelu: unary([20], matrix, { approximate: attr.string("tanh") }),
  Gemm: [
    { opsets: [7, 9, 11, 13], inputs: { a: matrix, b: randn([5, 4], 2), c: randn([5], 3) }, attributes: { transB: attr.int(1), alpha: attr.float(0.5), beta: attr.float(2) } },
    { opsets: [11, 13], inputs: { a: matrix, b: randn([4, 2], 2) } },
  ],
  GlobalAveragePool: unary([7], x),
  GlobalLpPool: unary([7], x, { p: attr.int(3) }),
  GlobalMaxPool: unary([7], x),
  Greater: binary([7, 9, 13]),
  GreaterOrEqual: binary([12, 16]),
  HardSigmoid: unary([7], matrix, { alpha: attr.float(0.3) }),
  HardSwish: unary([14]),
  Identity: unary([7, 13, 14, 16, 19]),
  IsInf: unary([10, 20], float32([3], [1, Infinity, -Infinity]), { detect_negative: attr.int(0) }),
  IsNaN: unary([9, 13, 20], float32([2], [1, NaN])),
  LayerNormalization: { opsets: [17], inputs: { a: matrix, s: randn([4], 2), b: randn([4], 3) } },
  LeakyRelu: unary([7, 16], matrix, { alpha: attr.float(0.2) }),
  Less: binary([7, 9, 13]),
  LessOrEqual: binary([12, 16]),
  Log: unary([7, 13], positive),
  LpNormalization: unary([7], matrix, { axis: attr.int(1), p: attr.int(1) }),
  LpPool: pool([7, 11, 18], { p: attr.int(2), pads: attr.ints([1, 0, 1, 0]) }),
  LSTM: [
    recurrent(4, [7, 14], ["y", "h", "c"]),
    recurrent(4, [7, 14], ["", "h"], { clip: attr.float(0.5), input_forget: attr.int(1) }),
    { ...recurrent(4, [7, 14], ["y"], { direction: attr.string("bidirectional") }), inputs: { x: randn([5, 2, 3]), w: randn([2, 16, 3], 2), r: randn([2, 16, 4], 3) } },
  ],
  GRU: [recurrent(3, [7, 14], ["y", "h"], { linear_before_reset: attr.int(1) }), recurrent(3, [7, 14], ["y"], { direction: attr.string("reverse") })],
  RNN: recurrent(1, [7, 14], ["y", "h"], { activations: attr.strings(["Relu"]) }),
  MatMul: binary([7, 9, 13], matrix, randn([2, 4, 3], 2)),
  Max: [binary([7, 8, 12, 13], matrix, randn([3, 4], 2)), binary([8, 12, 13])],
  MaxPool: [
    pool([7, 8, 10, 11, 12], { pads: attr.ints([1, 0, 1, 1]) }),
    pool([8, 10, 11, 12], {}, ["y", "indices"]),
    pool([10, 11, 12], { ceil_mode: attr.int(1), dilations: attr.ints([2, 1]) }),
    pool([7, 8, 10, 11, 12], { auto_pad: attr.string("VALID") }),
  ],
  MaxRoiPool: { opsets: [7], inputs: { x, rois: float32([1, 5], [0, 0, 0, 3, 3]) }, attributes: { pooled_shape: attr.ints([2, 2]) } },
  MaxUnpool: { opsets: [9, 11], inputs: { x: randn([1, 1, 2, 2]), i: int64([0, 3, 9, 14], [1, 1, 2, 2]) }, attributes: { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]) } },
  Mean: [binary([7, 8, 13], matrix, randn([3, 4], 2)), binary([8, 13])],
  MeanVarianceNormalization: unary([9, 13], x, { axes: attr.ints([0, 2, 3]) }),
  Min: binary([8, 12, 13]),
  Mod: [binary([10, 13], int64([7, -7]), int64([3, 3])), { ...binary([10, 13]), attributes: { fmod: attr.int(1) } }],
  Mish: unary([18]),
  Mul: binary([7, 13, 14]),
  Neg: unary([7, 13]),
  NonMaxSuppression: {
    opsets: [10, 11],
    inputs: { boxes: float32([1, 3, 4], [0, 0, 1, 1, 0, 0, 1.1, 1, 3, 3, 4, 4]), scores: float32([1, 1, 3], [0.9, 0.8, 0.7]), most: int64([3]), iou: float32([1], [0.5]), least: float32([1], [0.1]) },
  },
  NonZero: unary([9, 13], float32([2, 2], [0, 1, 2, 0])),
  Not: unary([7], bools),
  OneHot: { opsets: [9, 11], inputs: { i: int64([0, 2, 1]), depth: scalar(3, "int64"), values: float32([2], [-1, 5]) } },
  Or: binary([7], bools, flags),
  Pad: { opsets: [11, 13, 18, 19], inputs: { x: matrix, p: int64([1, 0, 0, 2]), v: scalar(3) } },
  Pow: [binary([7, 12, 13, 15], positive), binary([12, 13, 15], positive, int64([1, 2, 3, 2]))],
  PRelu: binary([7, 9, 16]),
  QuantizeLinear: { opsets: [10, 13, 19], inputs: { x: float32([4], [-1, 0.2, 0.5, 300]), s: scalar(0.5), z: tensor("uint8", [], Uint8Array.of(10)) } },
  Range: { opsets: [11], inputs: { a: scalar(1), b: scalar(7), c: scalar(2) } },
  Reciprocal: unary([7, 13], positive),
  ReduceSum: { opsets: [13], inputs: { x, axes: int64([0, -1]) } },
  Relu: unary([7, 13, 14]),
  Reshape: [{ opsets: [7, 13, 14, 19], inputs: { x, s: int64([0, -1, 2]) } }, { opsets: [14, 19], inputs: { x: float32([0, 3], []), s: int64([3, 0]) }, attributes: { allowzero: attr.int(1) } }],
  ReverseSequence: { opsets: [10], inputs: { x: matrix, n: int64([2, 1, 3, 3]) } },
  Round: unary([11], float32([4], [0.5, 1.5, -2.5, 2.3])),
  ScatterElements: [
    { opsets: [11, 13, 16, 18], inputs: { x: matrix, i: int64([0, 1], [1, 2]), u: float32([1, 2], [7, 8]) } },
    { opsets: [16, 18], inputs: { x: matrix, i: int64([0, 0], [2, 1]), u: float32([2, 1], [7, 8]) }, attributes: { reduction: attr.string("add"), axis: attr.int(1) } },
  ],
  ScatterND: { opsets: [11, 13, 16, 18], inputs: { x: matrix, i: int64([2, 0], [2, 1]), u: randn([2, 4], 2) } },
  Selu: unary([7]),
  Shape: [unary([7, 13, 15, 19], x), unary([15, 19], x, { start: attr.int(1), end: attr.int(-1) })],
  Shrink: unary([9], matrix, { lambd: attr.float(0.3), bias: attr.float(0.1) }),
  Sigmoid: unary([7, 13]),
  Sign: unary([9, 13]),
  Sin: unary([7]),
  Sinh: unary([9]),
  Size: unary([7, 13, 19], x),
  Slice: [{ opsets: [10, 11, 13], inputs: { x, a: int64([0, 1]), b: int64([2, -1]), c: int64([1, 3]) } }, { opsets: [10, 11, 13], inputs: { x, a: int64([-1]), b: int64([-100]), c: int64([2]), d: int64([-1]) } }],
  Softmax: { opsets: [13], inputs: { x }, attributes: { axis: attr.int(1) } },
  Softplus: unary([7]),
  Softsign: unary([7]),
  SpaceToDepth: unary([7, 13], randn([1, 2, 4, 4]), { blocksize: attr.int(2) }),
  Sqrt: unary([7, 13], positive),
  Sub: binary([7, 13, 14]),
  Sum: [binary([7, 8, 13], matrix, randn([3, 4], 2)), binary([8, 13])],
  Tan: unary([7]),
  Tanh: unary([7, 13]),
  ThresholdedRelu: unary([10], matrix, { alpha: attr.float(0.5) }),
  Tile: { opsets: [7, 13], inputs: { a: matrix, r: int64([2, 1]) } },
  TopK: { opsets: [11], inputs: { x: matrix, k: int64([2]) }, outputs: ["v", "i"], attributes: { largest: attr.int(0) } },
  Transpose: unary([7, 13], x, { perm: attr.ints([0, 2, 3, 1]) }),
  Trilu: unary([14], matrix),
  Where: { opsets: [9, 16], inputs: { c: flags, a: matrix, b: randn([4], 2) } },
  Xor: binary([7], bools, flags),
};

describe.each(Object.entries(cases))("%s", (op, given) => {
  [given].flat().forEach((each: Case, i) => {
    it.each([...each.opsets])(`case ${i}, opset %i`, async (opset) => {
      const outputs = each.outputs ?? ["y"];
      const names = Object.keys(each.inputs);
      const { graph } = await expectSame(
        { opset, inputs: each.inputs, nodes: [[op, names, outputs, each.attributes ?? {}]], outputs: outputs.filter((name) => name !== "") },
        1e-6,
      );
      expect(graph.nodes.map((node) => node.op)).toEqual([op]);
    });
  });
});

it("pooling means the same whatever its windows, padding and rounding", async () => {
  const pooling = fc.record({
    op: fc.constantFrom("AveragePool", "MaxPool", "LpPool"),
    opset: fc.constantFrom(7, 10, 11, 17),
    kernel: fc.integer({ min: 2, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    pads: fc.array(fc.nat(1), { minLength: 4, maxLength: 4 }),
    auto: fc.constantFrom("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"),
    ceil: fc.boolean(),
    includePad: fc.boolean(),
    size: fc.integer({ min: 4, max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(pooling, async ({ op, opset, kernel, stride, pads, auto, ceil, includePad, size }) => {
      const attributes: Attributes = {
        kernel_shape: attr.ints([kernel, kernel]),
        // onnxruntime refuses SAME with a stride beyond the window.
        strides: attr.ints([Math.min(stride, kernel), Math.min(stride, kernel)]),
        ...(auto === "NOTSET" ? { pads: attr.ints(pads) } : { auto_pad: attr.string(auto) }),
        ...(ceil && opset >= 10 && op !== "LpPool" ? { ceil_mode: attr.int(1) } : {}),
        ...(op === "AveragePool" ? { count_include_pad: attr.int(includePad ? 1 : 0) } : {}),
      };
      await expectSame({ opset, inputs: { x: randn([1, 2, size, size + 1]) }, nodes: [[op, ["x"], ["y"], attributes]], outputs: ["y"] }, 1e-5);
    }),
    { numRuns: 150, seed: 4 },
  );
});

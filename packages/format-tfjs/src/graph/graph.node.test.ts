import { float32, tensor, type ModelFile } from "@vitrine/core";
import { expectClose } from "@vitrine/testing";
import { describe, expect, it } from "vitest";
import { artifactsOfGraph, checkGraphModel, type ShortGraph, type ShortNode } from "../../test/graph-def.js";
import { checkOnRuntimes, checkRuntimes } from "../../test/runtimes.js";
import { countOf, tf } from "../../test/tf.js";
import { fromArtifacts, readTfjs } from "../index.js";

const picture = { x: { shape: [2, 9, 8, 3] } };

/** One node on the input `x`, with its constants. */
const one = (node: ShortNode, inputs: ShortGraph["inputs"] = picture, weights: NonNullable<ShortGraph["weights"]> = {}, outputs: readonly string[] = ["y"]): ShortGraph => ({ inputs, weights, nodes: { y: node }, outputs });
const int = (...values: number[]) => ({ shape: [values.length], values, dtype: "int32" as const });
const whole = (value: number) => ({ shape: [], values: [value], dtype: "int32" as const });

describe("convolutions", () => {
  const filter = { w: { shape: [3, 2, 3, 4] } };
  it.each<[string, ShortNode[2]]>([
    ["valid", { strides: [1, 1, 1, 1], padding: "VALID", data_format: "NHWC" }],
    ["same, strided", { strides: [1, 2, 3, 1], padding: "SAME", dilations: [1, 1, 1, 1] }],
    ["dilated", { strides: [1, 1, 1, 1], padding: "VALID", dilations: [1, 2, 2, 1] }],
    ["explicit", { strides: [1, 1, 1, 1], padding: "EXPLICIT", explicit_paddings: [0, 0, 1, 2, 3, 0, 0, 0] }],
  ])("Conv2D %s", async (_, attributes) => {
    await checkGraphModel(one(["Conv2D", ["x", "w"], attributes], picture, filter));
  });
  it.each<[string, readonly string[], Record<string, readonly number[]>]>([
    ["BiasAdd", ["BiasAdd"], { b: [4] }], ["BiasAdd and Relu", ["BiasAdd", "Relu"], { b: [4] }], ["BiasAdd and Relu6", ["BiasAdd", "Relu6"], { b: [4] }], ["BiasAdd and Elu", ["BiasAdd", "Elu"], { b: [4] }],
    ["BiasAdd and Sigmoid", ["BiasAdd", "Sigmoid"], { b: [4] }], ["BiasAdd and LeakyRelu", ["BiasAdd", "LeakyRelu"], { b: [4] }], ["BiasAdd and Prelu", ["BiasAdd", "Prelu"], { b: [4], a: [1, 1, 4] }],
  ])("_FusedConv2D with %s", async (_, fused, extra) => {
    const weights = Object.fromEntries(Object.entries(extra).map(([name, shape]) => [name, { shape }]));
    await checkGraphModel(one(["_FusedConv2D", ["x", "w", ...Object.keys(extra)], { strides: [1, 1, 1, 1], padding: "SAME", fused_ops: fused, num_args: Object.keys(extra).length, leakyrelu_alpha: { f: 0.3 } }], picture, { ...filter, ...weights }));
  });
  it("DepthwiseConv2dNative and its fused kind", async () => {
    await checkGraphModel(one(["DepthwiseConv2dNative", ["x", "w"], { strides: [1, 2, 2, 1], padding: "SAME" }], picture, { w: { shape: [3, 3, 3, 2] } }));
    await checkGraphModel(one(["FusedDepthwiseConv2dNative", ["x", "w", "b"], { strides: [1, 1, 1, 1], padding: "VALID", dilations: [1, 2, 2, 1], fused_ops: ["BiasAdd", "Relu6"], num_args: 1 }], picture, { w: { shape: [3, 3, 3, 1] }, b: { shape: [3] } }));
  });
  it("Conv2DBackpropInput", async () => {
    const weights = { w: { shape: [3, 3, 5, 3] } };
    await checkGraphModel(one(["Conv2DBackpropInput", ["s", "w", "x"], { strides: [1, 2, 2, 1], padding: "SAME" }], picture, { ...weights, s: int(2, 18, 16, 5) }));
    await checkGraphModel(one(["Conv2DBackpropInput", ["s", "w", "x"], { strides: [1, 2, 2, 1], padding: "SAME" }], picture, { ...weights, s: int(2, 17, 15, 5) }));
    await checkGraphModel(one(["Conv2DBackpropInput", ["s", "w", "x"], { strides: [1, 2, 2, 1], padding: "VALID" }], picture, { ...weights, s: int(2, 19, 17, 5) }));
  });
  it("Conv3D, pooling", async () => {
    await checkGraphModel(one(["Conv3D", ["x", "w"], { strides: [1, 1, 2, 1, 1], padding: "SAME", data_format: "NDHWC" }], { x: { shape: [2, 4, 5, 6, 2] } }, { w: { shape: [2, 3, 2, 2, 3] } }));
    for (const op of ["MaxPool", "AvgPool"]) await checkGraphModel(one([op, ["x"], { ksize: [1, 3, 2, 1], strides: [1, 2, 2, 1], padding: "SAME" }]));
  });
  it("batch normalisation, local responses, sizes", async () => {
    const four = { a: { shape: [3] }, b: { shape: [3] }, m: { shape: [3] }, v: { shape: [3], values: [0.5, 1, 2] } };
    await checkGraphModel(one(["FusedBatchNormV3", ["x", "a", "b", "m", "v"], { epsilon: { f: 0.01 }, is_training: false, data_format: "NHWC" }], picture, four));
    await checkGraphModel(one(["LRN", ["x"], { depth_radius: 1, bias: { f: 1 }, alpha: { f: 0.5 }, beta: { f: 0.75 } }]));
    for (const op of ["ResizeBilinear", "ResizeNearestNeighbor"]) {
      for (const attributes of [{}, { align_corners: true }, { half_pixel_centers: true }]) await checkGraphModel(one([op, ["x", "s"], attributes], picture, { s: int(13, 5) }));
    }
    await checkGraphModel(one(["DepthToSpace", ["x"], { block_size: 2, data_format: "NHWC" }], { x: { shape: [2, 3, 4, 8] } }));
  });
  it("a network has a Transpose where it begins", async () => {
    const { graph } = await checkGraphModel({
      inputs: { x: { shape: [-1, 9, 8, 3] } },
      weights: { w: { shape: [3, 3, 3, 4] }, scale: { shape: [4] }, d: { shape: [3, 3, 4, 1] }, pads: { shape: [4, 2], values: [0, 0, 1, 1, 1, 1, 0, 0], dtype: "int32" }, axes: int(1, 2), k: { shape: [4, 5] }, b: { shape: [5] } },
      nodes: {
        "net/conv/Conv2D": ["Conv2D", ["x", "w"], { strides: [1, 1, 1, 1], padding: "SAME" }],
        "net/conv/mul": ["Mul", ["net/conv/Conv2D", "scale"]],
        "net/conv/Relu6": ["Relu6", ["net/conv/mul"]],
        "net/pad": ["Pad", ["net/conv/Relu6", "pads"]],
        "net/dw/depthwise": ["DepthwiseConv2dNative", ["net/pad", "d"], { strides: [1, 1, 1, 1], padding: "VALID" }],
        "net/add": ["AddV2", ["net/dw/depthwise", "net/conv/Relu6"]],
        "net/mean": ["Mean", ["net/add", "axes"], { keep_dims: false, Tidx: "DT_INT32" }],
        "net/dense": ["_FusedMatMul", ["net/mean", "k", "b"], { fused_ops: ["BiasAdd", "Relu"], num_args: 1 }],
        probabilities: ["Softmax", ["net/dense"]],
      },
      outputs: ["probabilities"],
    });
    expect(countOf(graph, "Transpose")).toBe(1);
    expect(graph.nodes.map((node) => node.outputs[0])).toEqual(["net/conv/Conv2D/Transpose", "net/conv/Conv2D", "net/conv/mul", "net/conv/Relu6", "net/pad", "net/dw/depthwise", "net/add", "net/mean", "net/dense/Gemm", "net/dense", "probabilities"]);
    expect(graph.inputs[0]).toEqual({ name: "x", dtype: "float32", shape: ["batch", 9, 8, 3] });
  });
});

describe("elementwise", () => {
  it.each(["Add", "AddV2", "Sub", "Mul", "RealDiv", "Div", "FloorMod", "Maximum", "Minimum", "SquaredDifference", "DivNoNan"])("%s, broadcast", async (op) => {
    await checkGraphModel(one([op, ["x", "w"]], picture, { w: { shape: [8, 1] } }));
    await checkGraphModel(one([op, ["w", "x"]], { x: { shape: [4], positive: true } }, { w: { shape: [3, 4] } }));
  });
  it.each(["Add", "FloorDiv", "FloorMod", "Mul"])("%s of whole numbers", async (op) => {
    await checkGraphModel(one([op, ["x", "w"], { T: "DT_INT32" }], { x: { shape: [6], dtype: "int32", feed: [-7, -3, 0, 3, 7, 8] } }, { w: int(3, -2, 5, -5, 2, 3) }));
  });
  it.each(["Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual"])("%s", async (op) => {
    await checkGraphModel(one([op, ["x", "w"]], { x: { shape: [4], feed: [1, 2, 3, 4] } }, { w: { shape: [4], values: [2, 2, 2, 5] } }));
  });
  it.each(["Abs", "Ceil", "Cos", "Elu", "Erf", "Exp", "Expm1", "Floor", "Neg", "Relu", "Relu6", "Round", "Selu", "Sigmoid", "Sign", "Sin", "Softplus", "Square", "Tan", "Tanh", "LeakyRelu", "Softmax", "LogSoftmax", "Identity", "ZerosLike", "Asinh", "Atan"])("%s", async (op) => {
    await checkGraphModel(one([op, ["x"]]));
  });
  it.each(["Log", "Log1p", "Reciprocal", "Rsqrt", "Sqrt"])("%s", async (op) => {
    await checkGraphModel(one([op, ["x"]], { x: { shape: [2, 5], positive: true } }));
  });
  it("Atan2, in all quadrants and on the axes", async () => {
    const angles = { y: [1, 1, -1, -1, 0, 0, 2, -2, 0, 3], x: [2, -2, 2, -2, 1, -1, 0, 0, 0, -1e-30] };
    await checkOnRuntimes({ inputs: { y: { shape: [10], feed: angles.y }, x: { shape: [10], feed: angles.x } }, nodes: { a: ["Atan2", ["y", "x"]] }, outputs: ["a"] });
    await checkOnRuntimes(one(["Atan2", ["x", "w"]], picture, { w: { shape: [8, 1] } }));
  });
  it("IsFinite, IsNan, IsInf", async () => {
    for (const op of ["IsFinite", "IsNan", "IsInf"]) await checkOnRuntimes(one([op, ["x"]], { x: { shape: [5], feed: [1, Infinity, -Infinity, NaN, 0] } }));
  });
  it("BitwiseAnd, whose inputs TensorFlow.js's executor does not find", async () => {
    const [x, w] = [[12, -1, -1, 0, -(2 ** 31), 2 ** 31 - 1, -123456789], [10, 255, -2, 7, -1, -(2 ** 31), 987654321]] as const;
    const { graph } = await readTfjs(fromArtifacts(artifactsOfGraph(one(["BitwiseAnd", ["x", "w"], { T: "DT_INT32" }], { x: { shape: [7], dtype: "int32" } }, { w: int(...w) }))));
    const results = await checkRuntimes(graph, { x: tensor("int32", [7], Int32Array.from(x)) });
    const expected = tf.bitwiseAnd(tf.tensor1d([...x], "int32"), tf.tensor1d([...w], "int32"));
    expectClose(results["y"]!, tensor("int32", [7], expected.dataSync() as Int32Array));
  });
  it("FakeQuantWithMinMaxVars, which TensorFlow.js passes by", async () => {
    const { graph } = await checkGraphModel({ inputs: picture, weights: { lo: { shape: [], values: [-0.1] }, hi: { shape: [], values: [0.1] } }, nodes: { q: ["FakeQuantWithMinMaxVars", ["x", "lo", "hi"], { num_bits: 8 }], y: ["Relu", ["q"]] }, outputs: ["y"] });
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Relu"]);
  });
  it("choices, bounds, truth values", async () => {
    const inputs = { c: { shape: [2, 3], dtype: "bool" as const }, a: { shape: [2, 3] }, b: { shape: [2, 3] } };
    await checkGraphModel(one(["SelectV2", ["c", "a", "b"]], inputs));
    await checkGraphModel(one(["Select", ["c", "a", "b"]], inputs));
    await checkGraphModel(one(["ClipByValue", ["x", "lo", "hi"]], picture, { lo: { shape: [], values: [-0.3] }, hi: { shape: [], values: [0.4] } }));
    await checkGraphModel({ inputs: { p: { shape: [6], dtype: "bool" }, q: { shape: [6], dtype: "bool" } }, nodes: { a: ["LogicalAnd", ["p", "q"]], o: ["LogicalOr", ["p", "q"]], n: ["LogicalNot", ["p"]] }, outputs: ["a", "o", "n"] });
    await checkGraphModel(one(["AddN", ["x", "x", "x"]]));
    await checkGraphModel(one(["Cast", ["x"], { SrcT: "DT_FLOAT", DstT: "DT_INT32" }], { x: { shape: [4], feed: [-1.7, -0.2, 0.9, 3.5] } }));
    await checkGraphModel(one(["Prelu", ["x", "a"]], picture, { a: { shape: [3] } }));
  });
});

describe("matrices and reductions", () => {
  it("MatMul in every direction", async () => {
    for (const [a, b] of [[false, false], [true, false], [false, true], [true, true]] as const) {
      await checkGraphModel(one(["MatMul", ["x", "w"], { transpose_a: a, transpose_b: b }], { x: { shape: a ? [5, 3] : [3, 5] } }, { w: { shape: b ? [4, 5] : [5, 4] } }));
      await checkGraphModel(one(["BatchMatMulV2", ["x", "w"], { adj_x: a, adj_y: b }], { x: { shape: a ? [2, 5, 3] : [2, 3, 5] } }, { w: { shape: b ? [2, 4, 5] : [2, 5, 4] } }));
    }
    await checkGraphModel(one(["_FusedMatMul", ["x", "w", "b"], { fused_ops: ["BiasAdd", "Elu"], num_args: 1, transpose_b: true }], { x: { shape: [3, 5] } }, { w: { shape: [4, 5] }, b: { shape: [4] } }));
    await checkGraphModel(one(["Einsum", ["x", "w"], { equation: "abc,cde->abde", N: 2 }], { x: { shape: [2, 3, 4] } }, { w: { shape: [4, 2, 5] } }));
  });
  it.each(["Max", "Min", "Sum", "Mean", "Prod"])("%s", async (op) => {
    await checkGraphModel(one([op, ["x", "a"], { keep_dims: false }], picture, { a: int(1, 2) }));
    await checkGraphModel(one([op, ["x", "a"], { keep_dims: true }], picture, { a: int(-1) }));
  });
  it("of maps where they lie", async () => {
    const conv: ShortNode = ["Conv2D", ["x", "w"], { strides: [1, 1, 1, 1], padding: "SAME" }];
    for (const [axes, keep] of [[[1], false], [[3], false], [[1, 3], false], [[2], true]] as const) {
      await checkGraphModel({ inputs: picture, weights: { w: { shape: [3, 3, 3, 4] }, a: int(...axes) }, nodes: { c: conv, y: ["Sum", ["c", "a"], { keep_dims: keep }] }, outputs: ["y"] });
    }
    await checkGraphModel({ inputs: picture, weights: { w: { shape: [3, 3, 3, 4] }, a: whole(3) }, nodes: { c: conv, y: ["ArgMax", ["c", "a"], { output_type: "DT_INT64" }] }, outputs: ["y"] });
    await checkGraphModel({ inputs: picture, weights: { w: { shape: [3, 3, 3, 4] } }, nodes: { c: conv, y: ["Softmax", ["c"]], s: ["Shape", ["c"], { out_type: "DT_INT32" }] }, outputs: ["y", "s"] });
    await checkGraphModel({ inputs: picture, weights: { w: { shape: [3, 3, 3, 4] }, axis: whole(3) }, nodes: { c: conv, y: ["Split", ["axis", "c"], { num_split: 2 }], z: ["ConcatV2", ["y:1", "c", "y", "axis"], { N: 3 }] }, outputs: ["z"] });
  });
  it.each([[false, false], [true, false], [false, true], [true, true]])("Cumprod, exclusive %s, reverse %s", async (exclusive, reverse) => {
    const product = (inputs: ShortGraph["inputs"], axis: number, attributes: ShortNode[2] = {}): Promise<ModelFile> => checkOnRuntimes(one(["Cumprod", ["x", "a"], { exclusive, reverse, ...attributes }], inputs, { a: whole(axis) }));
    await product({ x: { shape: [3, 7] } }, 1);
    await product({ x: { shape: [5, 2, 3] } }, 0);
    await product({ x: { shape: [2, 8], feed: [2, -1, 0, 3, 0.5, 4, -2, 1, 1, 1, -3, 2, 2, 0, 5, 0] } }, 1);
    await product({ x: { shape: [4, 1] } }, 1);
    await product({ x: { shape: [6], dtype: "int32", feed: [1, -2, 3, 4, 0, 6] } }, 0, { T: "DT_INT32" });
    const conv: ShortNode = ["Conv2D", ["x", "w"], { strides: [1, 1, 1, 1], padding: "SAME" }];
    for (const axis of [1, 3]) await checkOnRuntimes({ inputs: picture, weights: { w: { shape: [3, 3, 3, 4] }, a: whole(axis) }, nodes: { c: conv, y: ["Cumprod", ["c", "a"], { exclusive, reverse }] }, outputs: ["y"] });
  });
  it("Cumprod along an axis from the back, which TensorFlow.js takes for one from the front", async () => {
    const { graph } = await readTfjs(fromArtifacts(artifactsOfGraph(one(["Cumprod", ["x", "a"]], { x: { shape: [2, 3] } }, { a: whole(-1) }))));
    const results = await checkRuntimes(graph, { x: float32([2, 3], [1, 2, 3, -4, 5, 6]) });
    expectClose(results["y"]!, float32([2, 3], [1, 2, 6, -4, -20, -120]));
  });
  it.each([[-1, -1], [0, 0], [1, 1], [2, 2], [7, 7]])("MatrixBandPart %i, %i", async (lower, upper) => {
    for (const shape of [[4, 4], [3, 5], [2, 5, 3]]) await checkOnRuntimes(one(["MatrixBandPart", ["x", "l", "u"]], { x: { shape } }, { l: whole(Math.min(lower, shape.at(-2)!)), u: whole(Math.min(upper, shape.at(-2)!)) }));
    await checkOnRuntimes(one(["MatrixBandPart", ["x", "l", "u"], { T: "DT_INT32" }], { x: { shape: [3, 3], dtype: "int32", below: 9 } }, { l: whole(Math.min(lower, 3)), u: whole(Math.min(upper, 3)) }));
  });
  it("MatrixBandPart with other numbers of lower and upper diagonals, where TensorFlow.js takes one for both", async () => {
    const x = Float32Array.from({ length: 9 }, (_, i) => i + 1);
    const parts = [[-1, 0, [1, 0, 0, 4, 5, 0, 7, 8, 9]], [0, -1, [1, 2, 3, 0, 5, 6, 0, 0, 9]], [1, 0, [1, 0, 0, 4, 5, 0, 0, 8, 9]]] as const;
    for (const [lower, upper, expected] of parts) {
      const { graph, notices } = await readTfjs(fromArtifacts(artifactsOfGraph(one(["MatrixBandPart", ["x", "l", "u"]], { x: { shape: [3, 3] } }, { l: whole(lower), u: whole(upper) }))));
      expect(notices).toEqual([expect.stringMatching(/`y` \(MatrixBandPart\).*as it was trained/)]);
      const results = await checkRuntimes(graph, { x: float32([3, 3], x) });
      expectClose(results["y"]!, float32([3, 3], expected));
    }
  });
  it("ArgMax, ArgMin, Cumsum, TopKV2, All, Any", async () => {
    await checkGraphModel(one(["ArgMin", ["x", "a"], {}], picture, { a: whole(1) }));
    await checkGraphModel(one(["Cumsum", ["x", "a"], { exclusive: true, reverse: true }], { x: { shape: [3, 5] } }, { a: whole(1) }));
    await checkGraphModel(one(["TopKV2", ["x", "k"], { sorted: true }], { x: { shape: [3, 7] } }, { k: whole(3) }, ["y", "y:1"]));
    for (const op of ["All", "Any"]) await checkGraphModel(one([op, ["x", "a"], { keep_dims: false }], { x: { shape: [4, 3], dtype: "bool" } }, { a: int(1) }));
  });
});

describe("shapes", () => {
  it("Reshape, Squeeze, ExpandDims, Transpose, Pad, MirrorPad", async () => {
    await checkGraphModel(one(["Reshape", ["x", "s"]], picture, { s: int(-1, 6) }));
    await checkGraphModel(one(["Squeeze", ["x"], { squeeze_dims: [1, 2] }], { x: { shape: [2, 1, 1, 3] } }));
    await checkGraphModel(one(["Squeeze", ["x"], {}], { x: { shape: [2, 1, 3] } }));
    for (const axis of [0, 1, -1]) await checkGraphModel(one(["ExpandDims", ["x", "a"]], { x: { shape: [2, 3] } }, { a: whole(axis) }));
    await checkGraphModel(one(["Transpose", ["x", "p"]], picture, { p: int(2, 0, 3, 1) }));
    const pads = { shape: [2, 2], values: [1, 2, 0, 1], dtype: "int32" as const };
    await checkGraphModel(one(["PadV2", ["x", "p", "v"]], { x: { shape: [3, 4] } }, { p: pads, v: { shape: [], values: [0.5] } }));
    await checkGraphModel(one(["MirrorPad", ["x", "p"], { mode: "reflect" }], { x: { shape: [3, 4] } }, { p: pads }));
  });
  it("Pack, Unpack, Split, SplitV, Tile, Reverse, BroadcastTo, Fill", async () => {
    await checkGraphModel(one(["Pack", ["x", "x"], { axis: 1, N: 2 }], { x: { shape: [3, 4] } }));
    await checkGraphModel(one(["Unpack", ["x"], { axis: 1, num: 3 }], { x: { shape: [2, 3, 4] } }, {}, ["y", "y:2"]));
    await checkGraphModel(one(["SplitV", ["x", "s", "a"], { num_split: 2 }], { x: { shape: [2, 5] } }, { s: int(2, -1), a: whole(1) }, ["y", "y:1"]));
    await checkGraphModel(one(["Tile", ["x", "r"]], { x: { shape: [2, 3] } }, { r: int(2, 3) }));
    await checkGraphModel(one(["ReverseV2", ["x", "a"]], { x: { shape: [2, 3] } }, { a: int(1) }));
    await checkGraphModel(one(["BroadcastTo", ["x", "s"]], { x: { shape: [1, 3] } }, { s: int(4, 3) }));
    await checkGraphModel({ inputs: { x: { shape: [2, 3] } }, weights: { s: int(2, 3), v: { shape: [], values: [1.5] } }, nodes: { f: ["Fill", ["s", "v"]], y: ["Add", ["x", "f"]] }, outputs: ["y"] });
  });
  it("Slice, StridedSlice with its masks", async () => {
    await checkGraphModel(one(["Slice", ["x", "b", "s"]], { x: { shape: [4, 5] } }, { b: int(1, 2), s: int(2, -1) }));
    const cut = (begin: number[], end: number[], strides: number[], attributes: ShortNode[2]): Promise<unknown> =>
      checkGraphModel(one(["StridedSlice", ["x", "b", "e", "s"], attributes], { x: { shape: [4, 5, 6] } }, { b: int(...begin), e: int(...end), s: int(...strides) }));
    await cut([1, 0, 0], [3, 5, 4], [1, 2, 3], {});
    await cut([1, 2], [2, 4], [1, 1], { shrink_axis_mask: 1 });
    await cut([-1, 0], [0, 0], [1, 1], { shrink_axis_mask: 1, end_mask: 2, begin_mask: 2 });
    await cut([0, 1], [0, 3], [1, 1], { ellipsis_mask: 1 });
    await cut([0, 0, 0], [0, 0, 0], [1, 1, -1], { begin_mask: 7, end_mask: 7 });
    await cut([0, 0], [0, 2], [1, 1], { new_axis_mask: 1 });
  });
  it("Gather, GatherNd, OneHot, Range, Where", async () => {
    await checkGraphModel(one(["GatherV2", ["w", "x", "a"], { batch_dims: 0 }], { x: { shape: [2, 3], dtype: "int32", below: 5 } }, { w: { shape: [5, 4] }, a: whole(0) }));
    await checkGraphModel(one(["GatherNd", ["w", "x"]], { x: { shape: [3, 2], dtype: "int32", below: 4 } }, { w: { shape: [4, 4, 2] } }));
    await checkGraphModel(one(["OneHot", ["x", "d", "on", "off"], { axis: -1 }], { x: { shape: [4], dtype: "int32", below: 5 } }, { d: whole(5), on: { shape: [], values: [2] }, off: { shape: [], values: [-1] } }));
    await checkGraphModel(one(["Where", ["x"]], { x: { shape: [3, 4], dtype: "bool" } }));
  });
  it("SpaceToBatchND and BatchToSpaceND, as dilated convolutions were frozen", async () => {
    const block = int(2, 2);
    await checkGraphModel(one(["SpaceToBatchND", ["x", "b", "p"]], { x: { shape: [2, 5, 6, 3] } }, { b: block, p: { shape: [2, 2], values: [1, 0, 2, 0], dtype: "int32" } }));
    await checkGraphModel(one(["BatchToSpaceND", ["x", "b", "c"]], { x: { shape: [8, 3, 2, 3] } }, { b: block, c: { shape: [2, 2], values: [0, 1, 1, 0], dtype: "int32" } }));
  });
  it("follows sizes that are computed from shapes: a flattening needs none of it", async () => {
    const { graph } = await checkGraphModel({
      inputs: { x: { shape: [-1, 4, 3] } },
      weights: { zero: int(0), onePast: int(1), step: int(1), rest: whole(12) },
      nodes: {
        shape: ["Shape", ["x"], { out_type: "DT_INT32" }],
        batch: ["StridedSlice", ["shape", "zero", "onePast", "step"], { shrink_axis_mask: 1, T: "DT_INT32" }],
        target: ["Pack", ["batch", "rest"], { T: "DT_INT32", N: 2, axis: 0 }],
        y: ["Reshape", ["x", "target"]],
      },
      outputs: ["y"],
    });
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Reshape"]);
  });
  it("NonMaxSuppressionV3", async () => {
    await checkGraphModel(
      one(["NonMaxSuppressionV3", ["x", "s", "k", "iou", "least"]], { x: { shape: [4, 4], feed: [0, 0, 1, 1, 0, 0.1, 1, 1.1, 2, 2, 3, 3, 5, 5, 6, 6] } }, { s: { shape: [4], values: [0.6, 0.9, 0.4, 0.05] }, k: whole(3), iou: { shape: [], values: [0.5] }, least: { shape: [], values: [0.1] } }),
    );
  });
});

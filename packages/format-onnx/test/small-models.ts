import { create } from "@bufbuild/protobuf";
import { attr, float32, int64, tensor, type ValueInfo } from "@vitrine/core";
import { AttributeProto_AttributeType as Type, AttributeProtoSchema, SparseTensorProtoSchema, TensorProto_DataType } from "../src/proto/onnx_pb.js";
import { writeOnnx } from "../src/index.js";
import { innerGraph, oldGraph } from "./old-model.js";
import { oldBytes } from "./ort.js";
import { changed, protoFunction, protoNode, reference } from "./proto.js";
import { randn } from "./random.js";
import { tensorProto, typed } from "./typed-data.js";

export interface SmallModel {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly siblings: Readonly<Record<string, Uint8Array>>;
}

const info = (name: string, shape: readonly number[]): ValueInfo => ({ name, dtype: "float32", shape });
const alone = (name: string, bytes: Uint8Array): SmallModel => ({ name, bytes, siblings: {} });

/** Small files that use between them every part of the format that is read. */
export function smallModels(): SmallModel[] {
  const outside = writeOnnx(oldGraph({ opset: 13, inputs: { x: randn([2, 8]) }, constants: { w: randn([8, 8]), b: randn([8]) }, nodes: [["MatMul", ["x", "w"], ["h"]], ["Add", ["h", "b"], ["y"]]], outputs: ["y"] }), { externalData: 0 });
  return [
    alone("convolutional", convolutional()),
    alone("graphs inside", graphsInside()),
    alone("functions", functions()),
    alone("odd tensors", oddTensors()),
    { name: "weights outside", bytes: outside.bytes, siblings: Object.fromEntries(outside.external.map(({ path, data }) => [path, data.slice(0, 400)])) },
  ];
}

function convolutional(): Uint8Array {
  return oldBytes({
    opset: 9,
    inputs: { x: randn([1, 3, 8, 8]) },
    constants: { w: randn([4, 3, 3, 3]), s: randn([4]), b: randn([4]), m: randn([4]), v: randn([4]), up: float32([4], [1, 1, 2, 2]), shape: int64([0, -1]), fc: randn([64, 5]) },
    nodes: [
      ["ImageScaler", ["x"], ["i"], { scale: attr.float(0.5), bias: attr.floats([1, 2, 3]) }],
      ["Conv", ["i", "w"], ["c"], { pads: attr.ints([1, 1, 1, 1]), strides: attr.ints([2, 2]) }],
      ["BatchNormalization", ["c", "s", "b", "m", "v"], ["n"]],
      ["Clip", ["n"], ["r"], { min: attr.float(0), max: attr.float(6) }],
      ["Upsample", ["r", "up"], ["u"], { mode: attr.string("nearest") }],
      ["Slice", ["u"], ["cut"], { starts: attr.ints([0, 0]), ends: attr.ints([4, 2n ** 63n - 1n]), axes: attr.ints([2, 3]) }],
      ["Pad", ["cut"], ["p"], { pads: attr.ints([0, 0, 0, 0, 0, 0, 0, 0]), mode: attr.string("constant") }],
      ["MaxPool", ["p"], ["q"], { kernel_shape: attr.ints([1, 2]), strides: attr.ints([1, 2]) }],
      ["Reshape", ["q", "shape"], ["f"]],
      ["Split", ["f"], ["f1", "f2"], { axis: attr.int(1), split: attr.ints([32, 32]) }],
      ["Concat", ["f1", "f2"], ["g"], { axis: attr.int(1) }],
      ["Gemm", ["g", "fc", "scalar"], ["l"]],
      ["Constant", [], ["scalar"], { value: attr.tensor(float32([5], [1, 2, 3, 4, 5])) }],
      ["TopK", ["l"], ["values", "indices"], { k: attr.int(2) }],
      ["Softmax", ["l"], ["y"]],
    ],
    outputs: ["y", "values", "indices"],
  });
}

function graphsInside(): Uint8Array {
  const branch = (name: string) => innerGraph([], [["ReduceMean", ["x"], [`${name}-m`], { axes: attr.ints([1]) }], ["Squeeze", [`${name}-m`], [name], { axes: attr.ints([1]) }]], [name], 11);
  const body = innerGraph([info("state", [3]), info("a", [3])], [["Add", ["state", "a"], ["next"]], ["If", ["c"], ["out"], { then_branch: attr.graph(branch("a1")), else_branch: attr.graph(branch("b1")) }]], ["next", "out"], 11, { k: int64([1]) });
  return oldBytes({
    opset: 11,
    inputs: { x: randn([4, 3]), start: randn([3]), c: tensor("bool", [], Uint8Array.of(1)) },
    nodes: [
      ["If", ["c"], ["i"], { then_branch: attr.graph(branch("t")), else_branch: attr.graph(branch("e")) }],
      ["Scan", ["start", "x"], ["last", "all"], { body: attr.graph(body), num_scan_inputs: attr.int(1) }],
    ],
    outputs: ["i", "last", "all"],
  });
}

function functions(): Uint8Array {
  const domain = "fn";
  const inner = protoFunction(domain, "Inner", ["x"], ["y"], [protoNode("Constant", [], ["by"], { attribute: [reference("value_float", "by", Type.FLOAT)] }), protoNode("Mul", ["x", "by"], ["y"])], { attribute: ["by"] });
  const outer = protoFunction(domain, "Outer", ["x"], ["z"], [protoNode("Inner", ["x"], ["h"], { domain, attribute: [reference("by", "factor", Type.FLOAT)] }), protoNode("ReduceMean", ["h"], ["z"], { attribute: [create(AttributeProtoSchema, { name: "axes", type: Type.INTS, ints: [0n] })] })], {
    attributeProto: [create(AttributeProtoSchema, { name: "factor", type: Type.FLOAT, f: 2 })],
  });
  return changed({ opset: 17, inputs: { x: randn([3]) }, nodes: [["Outer", ["x"], ["a"], {}, domain], ["Outer", ["a"], ["b"], { factor: attr.float(3) }, domain]], outputs: ["a", "b"], domains: { [domain]: 1 } }, (message) => message.functions.push(inner, outer));
}

function oddTensors(): Uint8Array {
  return changed({ opset: 21, inputs: { x: randn([4]) }, constants: { words: tensor("string", [2], ["a", "bc"]) }, nodes: [["Relu", ["x"], ["y"]]], outputs: ["y"] }, ({ graph, metadataProps }) => {
    graph!.initializer.push(
      tensorProto({ name: "q", dims: [4n], dataType: TensorProto_DataType.INT4, rawData: Uint8Array.of(1, 2) }),
      tensorProto({ name: "f", dims: [3n], dataType: TensorProto_DataType.FLOAT, ...typed({ floatData: [1, 2, 3] }) }),
      tensorProto({ name: "h", dims: [2n], dataType: TensorProto_DataType.FLOAT16, ...typed({ int32Data: [1, 2] }) }),
      tensorProto({ name: "i", dims: [2n], dataType: TensorProto_DataType.INT64, ...typed({ int64Data: [1n, -2n] }) }),
      tensorProto({ name: "d", dims: [1n], dataType: TensorProto_DataType.DOUBLE, ...typed({ doubleData: [1] }) }),
      tensorProto({ name: "u", dims: [1n], dataType: TensorProto_DataType.UINT64, ...typed({ uint64Data: [1n] }) }),
    );
    graph!.sparseInitializer.push(
      create(SparseTensorProtoSchema, {
        values: tensorProto({ name: "w", dims: [1n], dataType: TensorProto_DataType.FLOAT, ...typed({ floatData: [3] }) }),
        indices: tensorProto({ dims: [1n], dataType: TensorProto_DataType.INT64, ...typed({ int64Data: [1n] }) }),
        dims: [4n],
      }),
    );
    metadataProps.push({ $typeName: "onnx.StringStringEntryProto", key: "author", value: "somebody" });
  });
}

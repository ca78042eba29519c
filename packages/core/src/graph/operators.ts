import type { NumericDType } from "../tensor/dtype.js";
import { int64, scalar, type Tensor } from "../tensor/tensor.js";
import { attr, type Attributes } from "./attributes.js";
import type { Constant } from "./constant.js";

export interface NodeOptions {
  readonly name?: string;
  /** Hint for the names of outputs; by default the operator. */
  readonly hint?: string;
  /** One hint per output (default: one output); `""` leaves one out. */
  readonly outputs?: readonly string[];
  readonly domain?: string;
  readonly domainVersion?: number;
}

/** The numbers of ONNX's TensorProto.DataType, which `Cast` and a few others take as an attribute. */
export const onnxTypeNumber: Readonly<Record<NumericDType | "string", number>> = {
  float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, string: 8, bool: 9, float16: 10, float64: 11, uint32: 12, uint64: 13, bfloat16: 16,
};

/**
 * Typed constructors for the operators that methods and backward rules use, at the canonical opset.
 * Each adds one node and returns the name of its (first) output; the last parameter is a hint for that name.
 */
export abstract class Operators {
  abstract node(op: string, inputs: readonly string[], attributes?: Attributes, options?: NodeOptions): string[];
  abstract constant(value: Tensor | Constant, hint?: string): string;

  /** A node with one output. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}, hint: string = op): string {
    return this.node(op, inputs, attributes, { hint })[0]!;
  }

  /** A constant scalar. */
  scalar(value: number, dtype: NumericDType = "float32"): string {
    return this.constant(scalar(value, dtype), "scalar");
  }

  /** A constant list of int64: axes, a shape. */
  ints(values: readonly number[]): string {
    return this.constant(int64(values), "ints");
  }

  identity = (x: string, hint?: string): string => this.op("Identity", [x], {}, hint);
  add = (a: string, b: string, hint?: string): string => this.op("Add", [a, b], {}, hint);
  sub = (a: string, b: string, hint?: string): string => this.op("Sub", [a, b], {}, hint);
  mul = (a: string, b: string, hint?: string): string => this.op("Mul", [a, b], {}, hint);
  div = (a: string, b: string, hint?: string): string => this.op("Div", [a, b], {}, hint);
  neg = (x: string, hint?: string): string => this.op("Neg", [x], {}, hint);
  abs = (x: string, hint?: string): string => this.op("Abs", [x], {}, hint);
  sqrt = (x: string, hint?: string): string => this.op("Sqrt", [x], {}, hint);
  exp = (x: string, hint?: string): string => this.op("Exp", [x], {}, hint);
  log = (x: string, hint?: string): string => this.op("Log", [x], {}, hint);
  pow = (a: string, b: string, hint?: string): string => this.op("Pow", [a, b], {}, hint);
  relu = (x: string, hint?: string): string => this.op("Relu", [x], {}, hint);
  reciprocal = (x: string, hint?: string): string => this.op("Reciprocal", [x], {}, hint);
  sigmoid = (x: string, hint?: string): string => this.op("Sigmoid", [x], {}, hint);
  tanh = (x: string, hint?: string): string => this.op("Tanh", [x], {}, hint);
  sign = (x: string, hint?: string): string => this.op("Sign", [x], {}, hint);
  max = (a: string, b: string, hint?: string): string => this.op("Max", [a, b], {}, hint);
  min = (a: string, b: string, hint?: string): string => this.op("Min", [a, b], {}, hint);
  equal = (a: string, b: string, hint?: string): string => this.op("Equal", [a, b], {}, hint);
  greater = (a: string, b: string, hint?: string): string => this.op("Greater", [a, b], {}, hint);
  less = (a: string, b: string, hint?: string): string => this.op("Less", [a, b], {}, hint);
  greaterOrEqual = (a: string, b: string, hint?: string): string => this.op("GreaterOrEqual", [a, b], {}, hint);
  lessOrEqual = (a: string, b: string, hint?: string): string => this.op("LessOrEqual", [a, b], {}, hint);
  and = (a: string, b: string, hint?: string): string => this.op("And", [a, b], {}, hint);
  not = (x: string, hint?: string): string => this.op("Not", [x], {}, hint);
  where = (condition: string, a: string, b: string, hint?: string): string => this.op("Where", [condition, a, b], {}, hint);
  shape = (x: string, hint?: string): string => this.op("Shape", [x], {}, hint);
  matMul = (a: string, b: string, hint?: string): string => this.op("MatMul", [a, b], {}, hint);

  cast(x: string, dtype: NumericDType, hint?: string): string {
    return this.op("Cast", [x], { to: attr.int(onnxTypeNumber[dtype]) }, hint);
  }

  softmax(x: string, axis: number, hint?: string): string {
    return this.op("Softmax", [x], { axis: attr.int(axis) }, hint);
  }

  reshape(x: string, shape: readonly number[] | string, hint?: string): string {
    return this.op("Reshape", [x, typeof shape === "string" ? shape : this.ints(shape)], {}, hint);
  }

  expand(x: string, shape: readonly number[] | string, hint?: string): string {
    return this.op("Expand", [x, typeof shape === "string" ? shape : this.ints(shape)], {}, hint);
  }

  transpose(x: string, perm: readonly number[], hint?: string): string {
    return this.op("Transpose", [x], { perm: attr.ints(perm) }, hint);
  }

  unsqueeze(x: string, axes: readonly number[], hint?: string): string {
    return this.op("Unsqueeze", [x, this.ints(axes)], {}, hint);
  }

  squeeze(x: string, axes: readonly number[], hint?: string): string {
    return this.op("Squeeze", [x, this.ints(axes)], {}, hint);
  }

  concat(parts: readonly string[], axis: number, hint?: string): string {
    return this.op("Concat", parts, { axis: attr.int(axis) }, hint);
  }

  gather(x: string, indices: string, axis: number, hint?: string): string {
    return this.op("Gather", [x, indices], { axis: attr.int(axis) }, hint);
  }

  slice(x: string, starts: readonly number[], ends: readonly number[], axes: readonly number[], steps?: readonly number[], hint?: string): string {
    const inputs = [x, this.ints(starts), this.ints(ends), this.ints(axes)];
    return this.op("Slice", steps ? [...inputs, this.ints(steps)] : inputs, {}, hint);
  }

  /** Zeros around the value, or numbers cut off where a pad is negative; ONNX's order: begins of every axis, then ends. */
  pad(x: string, pads: readonly number[], hint?: string): string {
    return this.op("Pad", [x, this.ints(pads)], {}, hint);
  }

  /** Zeros of a shape, made while running: no constant of that size is stored. */
  zeros(shape: readonly number[], hint = "zeros"): string {
    return this.op("ConstantOfShape", [this.ints(shape)], {}, hint);
  }

  /** The parts of a value along an axis. */
  split(x: string, sizes: readonly number[], axis: number, hint = "part"): string[] {
    return this.node("Split", [x, this.ints(sizes)], { axis: attr.int(axis) }, { hint, outputs: sizes.map(() => hint) });
  }

  /** Index of the maximum along `axis` (int64), the first of equals, with that axis kept as 1 unless told. */
  argMax(x: string, axis: number, keepDims = true, hint?: string): string {
    return this.op("ArgMax", [x], { axis: attr.int(axis), keepdims: attr.int(keepDims ? 1 : 0), select_last_index: attr.int(0) }, hint);
  }

  reduceSum = (x: string, axes?: readonly number[], keepDims = false, hint?: string): string => this.#reduce("ReduceSum", x, axes, keepDims, hint);
  reduceMean = (x: string, axes?: readonly number[], keepDims = false, hint?: string): string => this.#reduce("ReduceMean", x, axes, keepDims, hint);
  reduceMax = (x: string, axes?: readonly number[], keepDims = false, hint?: string): string => this.#reduce("ReduceMax", x, axes, keepDims, hint);
  reduceMin = (x: string, axes?: readonly number[], keepDims = false, hint?: string): string => this.#reduce("ReduceMin", x, axes, keepDims, hint);

  #reduce(op: string, x: string, axes: readonly number[] | undefined, keepDims: boolean, hint: string | undefined): string {
    // An empty list of axes would mean "all of them" to ONNX, and "none" to everybody else.
    if (axes?.length === 0) return this.identity(x, hint);
    return this.op(op, axes ? [x, this.ints(axes)] : [x], { keepdims: attr.int(keepDims ? 1 : 0) }, hint);
  }
}

import { intAttr, sizeOf, type Tensor } from "@vitrine/core";
import { blank, hold, indices, integers, numbers, take, write, fromNumbers, type Held } from "./held.js";
import { axisOf, positions, splitAt } from "./indexing.js";
import { input, type Call, type OperatorTable } from "./operator.js";
import { dtypeOfNumber } from "./cast.js";

function constant(call: Call): Held {
  const { value, value_float, value_floats, value_int, value_ints, value_string, value_strings } = call.node.attributes;
  if (value?.type === "tensor") return hold(value.value);
  if (value_float?.type === "float") return fromNumbers("float32", [], [value_float.value]);
  if (value_floats?.type === "floats") return fromNumbers("float32", [value_floats.value.length], value_floats.value);
  if (value_int?.type === "int") return { dtype: "int64", shape: [], data: BigInt64Array.of(BigInt(value_int.value)) };
  if (value_ints?.type === "ints") return { dtype: "int64", shape: [value_ints.value.length], data: BigInt64Array.from(value_ints.value, BigInt) };
  if (value_string?.type === "string") return { dtype: "string", shape: [], data: [value_string.value] };
  if (value_strings?.type === "strings") return { dtype: "string", shape: [value_strings.value.length], data: [...value_strings.value] };
  throw new TypeError("it holds no value that is understood");
}

function constantOfShape(call: Call): Held {
  const shape = integers(input(call, 0));
  const { value } = call.node.attributes;
  const one: Tensor | undefined = value?.type === "tensor" ? value.value : undefined;
  const element = one ? hold(one) : fromNumbers("float32", [1], [0]);
  const data = blank(element.dtype, shape);
  for (let i = 0; i < data.length; i++) write(data, i, element.data[0]!);
  return { dtype: element.dtype, shape, data };
}

function range(call: Call): Held {
  const { dtype } = input(call, 0);
  const [start, limit, delta] = [0, 1, 2].map((i) => numbers(input(call, i))[0]!) as [number, number, number];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  if (!Number.isFinite(count)) throw new RangeError(`from ${start} to ${limit} in steps of ${delta} never ends`);
  // The blank checks the size before anything is allocated.
  const { length } = blank(dtype, [count]);
  return fromNumbers(dtype, [count], Float64Array.from({ length }, (_, i) => start + i * delta));
}

/** Ones on diagonal k of a matrix of the input's shape. */
function eyeLike(call: Call): Held {
  const { dtype, shape } = input(call, 0);
  if (shape.length !== 2) throw new RangeError(`[${shape.join(", ")}] is no matrix`);
  const k = intAttr(call.node, "k", 0);
  const number = intAttr(call.node, "dtype");
  const columns = shape[1]!;
  const ones = Float64Array.from({ length: sizeOf(shape) }, (_, i) => ((i % columns) - Math.floor(i / columns) === k ? 1 : 0));
  return fromNumbers(number === undefined ? dtype : dtypeOfNumber(number), shape, ones);
}

/** The upper or lower triangle of each matrix, the rest zero. */
function triangle(call: Call): Held {
  const x = input(call, 0);
  const k = call.inputs[1] ? Number(call.inputs[1].data[0]) : 0;
  const upper = intAttr(call.node, "upper", 1) === 1;
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const at = Array.from({ length: x.data.length }, (_, i) => {
    const distance = (i % columns) - (Math.floor(i / columns) % rows);
    return (upper ? distance >= k : distance <= k) ? i : -1;
  });
  return take(x, x.shape, at);
}

/** A new axis on which the index is switched on; indices outside ±depth are off everywhere. */
function oneHot(call: Call): Held {
  const [given, depthInput, values] = [input(call, 0), input(call, 1), input(call, 2)];
  const depth = numbers(depthInput)[0]!;
  const axis = axisOf(intAttr(call.node, "axis", -1), given.shape.length + 1);
  const shape = [...given.shape.slice(0, axis), depth, ...given.shape.slice(axis)];
  const data = blank(values.dtype, shape);
  const { inner } = splitAt(shape, axis);
  const hot = numbers(given);
  for (let i = 0; i < data.length; i++) {
    const outer = Math.floor(i / (inner * depth));
    const index = hot[outer * inner + (i % inner)]!;
    const on = (index < 0 ? index + depth : index) === Math.floor(i / inner) % depth;
    write(data, i, values.data[on ? 1 : 0]!);
  }
  return { dtype: values.dtype, shape, data };
}

/** Indices of what is not zero: int64 [rank, count], row by row the coordinates along one axis. */
function nonZero(call: Call): Held {
  const x = input(call, 0);
  const found: number[][] = [];
  let i = 0;
  for (const position of positions(x.shape)) {
    const element = x.data[i++]!;
    if (element !== 0 && element !== 0n) found.push([...position]);
  }
  const rank = x.shape.length;
  return indices(Array.from({ length: rank * found.length }, (_, at) => found[at % found.length]![Math.floor(at / found.length)]!), [rank, found.length]);
}

export const generateOperators: OperatorTable = {
  Constant: (call) => [constant(call)],
  ConstantOfShape: (call) => [constantOfShape(call)],
  Range: (call) => [range(call)],
  EyeLike: (call) => [eyeLike(call)],
  Trilu: (call) => [triangle(call)],
  OneHot: (call) => [oneHot(call)],
  NonZero: (call) => [nonZero(call)],
};

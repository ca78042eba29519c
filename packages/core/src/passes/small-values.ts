import { intAttr } from "../graph/attributes.js";
import type { Node } from "../graph/graph.js";
import type { DType } from "../tensor/dtype.js";
import { isFloat } from "../tensor/dtype.js";
import { toNumbers } from "../tensor/convert.js";
import { sizeOf, type Tensor } from "../tensor/tensor.js";
import { onnxTypeNumber } from "../graph/operators.js";

/** A whole multiple (at least one) of the number of samples. */
export interface OfBatch {
  readonly perSample: number;
}

/** An element whose value is known, known per sample, or not known. Booleans are 0 and 1. */
export type Element = number | OfBatch | undefined;

/** A small tensor as far as it is known before anything runs: a condition, a shape, an index list. */
export interface SmallValue {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly elements: readonly Element[];
}

/** Larger tensors are data, not shapes. */
export const smallLimit = 256;

export const isOfBatch = (element: Element): element is OfBatch => typeof element === "object";

/** The value of a tensor; undefined for strings and for what is not small. */
export function smallValueOf(tensor: Tensor): SmallValue | undefined {
  if (tensor.dtype === "string" || tensor.data.length > smallLimit) return undefined;
  return { dtype: tensor.dtype, shape: tensor.shape, elements: toNumbers(tensor) };
}

/** A one-dimensional int64 value. */
export const sizes = (elements: readonly Element[]): SmallValue => ({ dtype: "int64", shape: [elements.length], elements });

/** The elements as plain numbers; undefined where one of them is not a fixed one. */
export function fixedNumbers(value: SmallValue | undefined): number[] | undefined {
  return value?.elements.every((element) => typeof element === "number") ? [...value.elements] : undefined;
}

/**
 * The output of a node whose inputs are small values, where it can be told: the arithmetic by which exporters compute
 * shapes and conditions. An element that holds only for one batch size is unknown.
 * @param inputs one per input of the node; undefined where it is left out or unknown
 */
export function evaluateSmall(node: Node, inputs: readonly (SmallValue | undefined)[]): SmallValue | undefined {
  if (node.domain !== "") return undefined;
  const rule = Object.hasOwn(rules, node.op) ? rules[node.op] : undefined;
  const result = rule?.(node, inputs);
  return result && result.elements.length <= smallLimit ? result : undefined;
}

type Rule = (node: Node, inputs: readonly (SmallValue | undefined)[]) => SmallValue | undefined;
type Binary = (a: Element, b: Element, whole: boolean) => Element;

const number = (element: Element): element is number => typeof element === "number";
const truth = (condition: boolean): number => (condition ? 1 : 0);
const multiple = (perSample: number): Element => (perSample === 0 ? 0 : Number.isInteger(perSample) && perSample > 0 ? { perSample } : undefined);

const add: Binary = (a, b) => {
  if (number(a) && number(b)) return a + b;
  if (a === 0) return b;
  if (b === 0) return a;
  return isOfBatch(a) && isOfBatch(b) ? multiple(a.perSample + b.perSample) : undefined;
};
const sub: Binary = (a, b) => {
  if (number(a) && number(b)) return a - b;
  if (b === 0) return a;
  return isOfBatch(a) && isOfBatch(b) ? multiple(a.perSample - b.perSample) : undefined;
};
const mul: Binary = (a, b) => {
  if (number(a) && number(b)) return a * b;
  if (isOfBatch(a) && number(b)) return multiple(a.perSample * b);
  return number(a) && isOfBatch(b) ? multiple(a * b.perSample) : undefined;
};
const div: Binary = (a, b, whole) => {
  if (number(a) && number(b)) return b === 0 && whole ? undefined : whole ? Math.trunc(a / b) : a / b;
  if (isOfBatch(a) && number(b) && b !== 0) return multiple(a.perSample / b);
  if (!isOfBatch(a) || !isOfBatch(b)) return undefined;
  return whole ? Math.trunc(a.perSample / b.perSample) : a.perSample / b.perSample;
};
// There is at least one sample: a multiple of their number is at least its factor, and grows without bound.
const less: Binary = (a, b) => {
  if (number(a) && number(b)) return truth(a < b);
  if (isOfBatch(a) && isOfBatch(b)) return truth(a.perSample < b.perSample);
  if (number(a) && isOfBatch(b)) return a < b.perSample ? 1 : undefined;
  return isOfBatch(a) && number(b) && b <= a.perSample ? 0 : undefined;
};
const equal: Binary = (a, b) => {
  if (number(a) && number(b)) return truth(a === b);
  if (isOfBatch(a) && isOfBatch(b)) return truth(a.perSample === b.perSample);
  const [fixed, varying] = number(a) ? [a, b] : [b, a];
  return number(fixed) && isOfBatch(varying) && fixed < varying.perSample ? 0 : undefined;
};
/** An integer that a JavaScript number may have rounded. */
const inexact = (element: Element): boolean => number(element) && Math.abs(element) > Number.MAX_SAFE_INTEGER;
const flip = (element: Element): Element => (number(element) ? 1 - element : undefined);
const notLess: Binary = (a, b, whole) => flip(less(a, b, whole));

const broadcasting =
  (operate: Binary, bool = false): Rule =>
  (_, [a, b]) => {
    if (!a || !b) return undefined;
    const [n, m] = [a.elements.length, b.elements.length];
    const rank = Math.max(a.shape.length, b.shape.length);
    if (n !== m && n !== 1 && m !== 1) return undefined;
    if (n === m && n !== 1 && a.shape.length !== b.shape.length) return undefined;
    const shape = n === 1 && m === 1 ? new Array<number>(rank).fill(1) : n === 1 ? b.shape : a.shape;
    if (shape.length !== rank) return undefined;
    const whole = !isFloat(a.dtype);
    const elements = Array.from({ length: Math.max(n, m) }, (_, i) => {
      const [left, right] = [a.elements[n === 1 ? 0 : i], b.elements[m === 1 ? 0 : i]];
      if (whole && inexact(left) && inexact(right)) return undefined;
      const result = operate(left, right, whole);
      return whole && inexact(result) ? undefined : result;
    });
    return { dtype: bool ? "bool" : a.dtype, shape, elements };
  };

const mapping =
  (operate: (element: Element, from: SmallValue) => Element): Rule =>
  (_, [x]) =>
    x && { ...x, elements: x.elements.map((element) => operate(element, x)) };

/** The same elements under another shape. */
const reshaped = (x: SmallValue | undefined, shape: readonly number[] | undefined): SmallValue | undefined =>
  x && shape && sizeOf(shape) === x.elements.length ? { ...x, shape } : undefined;

const squeezed: Rule = (_, [x, axes]) => {
  const list = axes ? fixedNumbers(axes) : undefined;
  if (!x || (axes && !list)) return undefined;
  const gone = list?.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  return reshaped(x, x.shape.filter((dim, axis) => (gone ? !gone.includes(axis) : dim !== 1)));
};

const unsqueezed: Rule = (_, [x, axes]) => {
  const list = fixedNumbers(axes);
  if (!x || !list) return undefined;
  const rank = x.shape.length + list.length;
  const added = new Set(list.map((axis) => (axis < 0 ? axis + rank : axis)));
  const rest = [...x.shape];
  return reshaped(x, Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? 0))));
};

const sliced: Rule = (_, [x, starts, ends, axes, steps]) => {
  const start = fixedNumbers(starts)?.[0];
  const end = fixedNumbers(ends)?.[0];
  const step = steps ? fixedNumbers(steps)?.[0] : 1;
  const axis = axes ? fixedNumbers(axes)?.[0] : 0;
  if (x?.shape.length !== 1 || start === undefined || end === undefined || step !== 1 || (axis !== 0 && axis !== -1)) return undefined;
  const length = x.elements.length;
  const clamp = (at: number): number => Math.min(length, Math.max(0, at < 0 ? at + length : at));
  const elements = x.elements.slice(clamp(start), Math.max(clamp(start), clamp(end)));
  return { ...x, shape: [elements.length], elements };
};

const gathered: Rule = (node, [x, indices]) => {
  const list = fixedNumbers(indices);
  if (x?.shape.length !== 1 || !indices || !list || intAttr(node, "axis", 0) > 0) return undefined;
  const elements = list.map((index) => x.elements[index < 0 ? index + x.elements.length : index]);
  return { dtype: x.dtype, shape: indices.shape, elements };
};

const joined: Rule = (_, inputs) => {
  if (!inputs.every((input) => input?.shape.length === 1)) return undefined;
  const elements = inputs.flatMap((input) => input!.elements);
  return { dtype: inputs[0]?.dtype ?? "int64", shape: [elements.length], elements };
};

const filled: Rule = (node, [shape]) => {
  const dims = fixedNumbers(shape);
  if (!dims || sizeOf(dims) > smallLimit) return undefined;
  const attribute = node.attributes["value"];
  const value = attribute?.type === "tensor" ? smallValueOf(attribute.value) : undefined;
  return { dtype: value?.dtype ?? "float32", shape: dims, elements: new Array<Element>(sizeOf(dims)).fill(value?.elements[0] ?? 0) };
};

const chosen: Rule = (_, [condition, a, b]) => {
  if (!condition || a?.shape.join() !== b?.shape.join() || !a || !b || condition.elements.length !== a.elements.length) return undefined;
  const elements = condition.elements.map((which, i) => (which === undefined || isOfBatch(which) ? undefined : which !== 0 ? a.elements[i] : b.elements[i]));
  return { ...a, elements };
};

const typeNames = new Map<number, DType>(Object.entries(onnxTypeNumber).map(([dtype, code]) => [code, dtype as DType]));

const converted: Rule = (node, [x]) => {
  const dtype = typeNames.get(intAttr(node, "to", 0));
  if (!x || dtype === undefined || dtype === "string") return undefined;
  const convert = (element: Element): Element => {
    if (!number(element)) return dtype === "bool" ? (element === undefined ? undefined : 1) : element;
    return dtype === "bool" ? truth(element !== 0) : isFloat(dtype) ? element : Math.trunc(element);
  };
  return { ...x, dtype, elements: x.elements.map(convert) };
};

const product: Rule = (node, [x]) => {
  if (!x) return undefined;
  const all = x.elements.reduce<Element>((total, element) => mul(total, element, true), 1);
  if (x.shape.length > 1) return undefined;
  return { dtype: x.dtype, shape: intAttr(node, "keepdims", 1) === 1 ? x.shape.map(() => 1) : [], elements: [all] };
};

const rules: Readonly<Record<string, Rule>> = {
  Identity: (_, [x]) => x,
  Cast: converted,
  Add: broadcasting(add),
  Sub: broadcasting(sub),
  Mul: broadcasting(mul),
  Div: broadcasting(div),
  Equal: broadcasting(equal, true),
  Less: broadcasting(less, true),
  Greater: broadcasting((a, b, whole) => less(b, a, whole), true),
  GreaterOrEqual: broadcasting(notLess, true),
  LessOrEqual: broadcasting((a, b, whole) => notLess(b, a, whole), true),
  And: broadcasting((a, b) => (a === 0 || b === 0 ? 0 : number(a) && number(b) ? 1 : undefined), true),
  Or: broadcasting((a, b) => (number(a) && a !== 0) || (number(b) && b !== 0) ? 1 : number(a) && number(b) ? 0 : undefined, true),
  Not: mapping(flip),
  Neg: mapping((element) => (number(element) ? -element : undefined)),
  Floor: mapping((element) => (number(element) ? Math.floor(element) : element)),
  Ceil: mapping((element) => (number(element) ? Math.ceil(element) : element)),
  Squeeze: squeezed,
  Unsqueeze: unsqueezed,
  Reshape: (_, [x, shape]) => {
    const dims = fixedNumbers(shape);
    if (!x || !dims || dims.includes(0)) return undefined;
    const rest = dims.filter((dim) => dim !== -1);
    return reshaped(x, dims.map((dim) => (dim === -1 ? x.elements.length / sizeOf(rest) : dim)));
  },
  Gather: gathered,
  Slice: sliced,
  Concat: joined,
  ConstantOfShape: filled,
  Where: chosen,
  ReduceProd: product,
  Size: (_, [x]) => x && { dtype: "int64", shape: [], elements: [x.elements.length] },
  Shape: (node, [x]) => x && sizes(x.shape.slice(intAttr(node, "start", 0), intAttr(node, "end", x.shape.length))),
};

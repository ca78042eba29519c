import { intAttr, intsAttr, sizeOf, stridesOf, toNumbers, type Constant, type Node } from "@vitrine/core";

/** A small tensor known before anything runs. Booleans are 0 and 1. */
export interface Known {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  /** Division of whole numbers truncates. */
  readonly whole: boolean;
}

/** Larger tensors are data: nothing decides by them how a gradient is built. */
const most = 4096;

const numberOf = (shape: readonly number[], data: readonly number[], whole: boolean): Known => ({ shape, data, whole });
const list = (data: readonly number[]): Known => numberOf([data.length], data, true);
const truth = (condition: boolean): number => (condition ? 1 : 0);

/** The known value of a constant; undefined where it is large or a text. */
export function knownConstant(constant: Constant): Known | undefined {
  if (constant.dtype === "string" || sizeOf(constant.shape) > most) return undefined;
  return numberOf(constant.shape, toNumbers(constant.read()), !constant.dtype.includes("float"));
}

/**
 * What the nodes compute from constants and from observed shapes alone: the arithmetic by which exporters write shapes,
 * pads, bounds and indices. Nodes are in topological order.
 */
export function knownValues(nodes: readonly Node[], constantAt: (name: string) => Constant | undefined, shapeOf: (name: string) => readonly number[] | undefined): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>();
  const missing = new Set<string>();
  const look = (name: string): Known | undefined => {
    const found = known.get(name);
    if (found || missing.has(name)) return found;
    const constant = constantAt(name);
    const value = constant && knownConstant(constant);
    if (value) known.set(name, value);
    else missing.add(name);
    return value;
  };
  for (const node of nodes) {
    const output = node.outputs[0];
    if (node.domain !== "" || output === undefined || output === "") continue;
    if (node.op === "Shape" || node.op === "Size") {
      const shape = look(node.inputs[0]!)?.shape ?? shapeOf(node.inputs[0]!);
      if (shape) known.set(output, node.op === "Size" ? numberOf([], [sizeOf(shape)], true) : list(shape.slice(intAttr(node, "start", 0), intAttr(node, "end", shape.length))));
      continue;
    }
    const rule = Object.hasOwn(rules, node.op) ? rules[node.op]! : undefined;
    if (!rule) continue;
    const inputs = node.inputs.map((name) => (name === "" ? undefined : look(name)));
    if (node.inputs.some((name, i) => name !== "" && !inputs[i])) continue;
    const result = rule(inputs as Known[], node);
    if (result && result.data.length <= most) known.set(output, result);
  }
  return known;
}

type Fold = (inputs: readonly Known[], node: Node) => Known | undefined;

/** Offsets into a tensor of `from` for every element of the shape it is broadcast to. */
function spread(from: readonly number[], to: readonly number[]): number[] {
  const strides = stridesOf(from);
  const outer = stridesOf(to);
  return Array.from({ length: sizeOf(to) }, (_, flat) => {
    let offset = 0;
    from.forEach((dim, axis) => {
      const at = to.length - from.length + axis;
      if (dim !== 1) offset += (Math.floor(flat / outer[at]!) % to[at]!) * strides[axis]!;
    });
    return offset;
  });
}

export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    return x === 1 ? y : x;
  });
}

const binary = (operate: (a: number, b: number, whole: boolean) => number, whole?: boolean): Fold => ([a, b]) => {
  const shape = broadcastShape(a!.shape, b!.shape);
  if (sizeOf(shape) > most) return undefined;
  const [left, right] = [spread(a!.shape, shape), spread(b!.shape, shape)];
  return numberOf(shape, left.map((at, i) => operate(a!.data[at]!, b!.data[right[i]!]!, a!.whole)), whole ?? a!.whole);
};
const unary = (operate: (x: number) => number): Fold => ([x]) => ({ ...x!, data: x!.data.map(operate) });
const variadic = (operate: (a: number, b: number) => number): Fold => (inputs, node) => inputs.reduce((a, b) => binary(operate)([a, b], node)!);

const reshaped = (x: Known, shape: readonly number[]): Known | undefined => (sizeOf(shape) === x.data.length ? { ...x, shape } : undefined);
const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** The elements at `pick(position)` of a tensor of another shape. */
function picked(x: Known, shape: readonly number[], pick: (at: readonly number[]) => readonly number[]): Known | undefined {
  if (sizeOf(shape) > most) return undefined;
  const [outer, inner] = [stridesOf(shape), stridesOf(x.shape)];
  const data = Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const at = shape.map((dim, axis) => Math.floor(flat / outer[axis]!) % dim);
    return x.data[pick(at).reduce((sum, i, axis) => sum + i * inner[axis]!, 0)]!;
  });
  return data.includes(undefined as never) ? undefined : { ...x, shape, data };
}

const sliced: Fold = ([x, starts, ends, axes, steps]) => {
  const rank = x!.shape.length;
  const from = new Array<number>(rank).fill(0);
  const step = new Array<number>(rank).fill(1);
  const shape = [...x!.shape];
  starts!.data.forEach((start, i) => {
    const axis = positive(axes?.data[i] ?? i, rank);
    const range = sliceRange(start, ends!.data[i]!, steps?.data[i] ?? 1, x!.shape[axis]!);
    [from[axis], step[axis], shape[axis]] = [range.from, range.step, range.count];
  });
  return picked(x!, shape, (at) => at.map((i, axis) => from[axis]! + i * step[axis]!));
};

/** What a Slice takes of an axis of `size` elements. */
export function sliceRange(start: number, end: number, step: number, size: number): { from: number; step: number; count: number } {
  const wrap = (at: number): number => (at < 0 ? at + size : at);
  const bound = (at: number, low: number, high: number): number => Math.min(high, Math.max(low, at));
  const from = step > 0 ? bound(wrap(start), 0, size) : bound(wrap(start), 0, size - 1);
  const to = step > 0 ? bound(wrap(end), 0, size) : bound(wrap(end), -1, size - 1);
  return { from, step, count: Math.max(0, Math.ceil((to - from) / step)) };
}

const gathered: Fold = ([x, indices], node) => {
  const axis = positive(intAttr(node, "axis", 0), x!.shape.length);
  const inner = indices!.shape.length;
  const strides = stridesOf(indices!.shape);
  return picked(x!, [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)], (at) => {
    const which = strides.reduce((sum, stride, i) => sum + stride * at[axis + i]!, 0);
    return [...at.slice(0, axis), positive(indices!.data[which]!, x!.shape[axis]!), ...at.slice(axis + inner)];
  });
};

const joined: Fold = (inputs, node) => {
  const [first] = inputs;
  const axis = positive(intAttr(node, "axis", 0), first!.shape.length);
  if (axis !== 0) return undefined;
  return { ...first!, shape: [inputs.reduce((sum, x) => sum + x.shape[0]!, 0), ...first!.shape.slice(1)], data: inputs.flatMap((x) => x.data) };
};

const reduced = (operate: (a: number, b: number) => number): Fold => ([x, axes], node) => {
  if (axes || node.attributes["axes"] || x!.data.length === 0) return undefined;
  return numberOf(intAttr(node, "keepdims", 1) === 1 ? x!.shape.map(() => 1) : [], [x!.data.reduce(operate)], x!.whole);
};

/** Numbers of ONNX's element types that are floating point. */
const floats = new Set([1, 10, 11, 16]);

const rules: Readonly<Record<string, Fold>> = {
  Identity: ([x]) => x,
  Cast: ([x], node) => {
    const to = intAttr(node, "to", 0);
    if (to === 9) return { ...x!, data: x!.data.map((v) => truth(v !== 0)), whole: true };
    return floats.has(to) ? { ...x!, whole: false } : { ...x!, data: x!.data.map(Math.trunc), whole: true };
  },
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b, whole) => (whole ? Math.trunc(a / b) : a / b)),
  Pow: binary((a, b) => a ** b),
  Mod: binary((a, b) => ((a % b) + b) % b),
  Max: variadic(Math.max),
  Min: variadic(Math.min),
  Equal: binary((a, b) => truth(a === b), true),
  Less: binary((a, b) => truth(a < b), true),
  LessOrEqual: binary((a, b) => truth(a <= b), true),
  Greater: binary((a, b) => truth(a > b), true),
  GreaterOrEqual: binary((a, b) => truth(a >= b), true),
  And: binary((a, b) => a && b, true),
  Or: binary((a, b) => a || b, true),
  Not: unary((x) => 1 - x),
  Neg: unary((x) => -x),
  Abs: unary(Math.abs),
  Sign: unary(Math.sign),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Sqrt: unary(Math.sqrt),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Reciprocal: unary((x) => 1 / x),
  ReduceSum: reduced((a, b) => a + b),
  ReduceProd: reduced((a, b) => a * b),
  ReduceMax: reduced(Math.max),
  ReduceMin: reduced(Math.min),
  Slice: sliced,
  Gather: gathered,
  Concat: joined,
  Transpose: ([x], node) => {
    const perm = intsAttr(node, "perm", x!.shape.map((_, axis) => x!.shape.length - 1 - axis));
    return picked(x!, perm.map((axis) => x!.shape[axis]!), (at) => {
      const from = new Array<number>(at.length).fill(0);
      perm.forEach((axis, i) => (from[axis] = at[i]!));
      return from;
    });
  },
  Reshape: ([x, shape], node) => {
    const dims = shape!.data.map((dim, i) => (dim === 0 && intAttr(node, "allowzero", 0) === 0 ? x!.shape[i]! : dim));
    const rest = sizeOf(dims.filter((dim) => dim !== -1));
    return reshaped(x!, dims.map((dim) => (dim === -1 ? x!.data.length / rest : dim)));
  },
  Squeeze: ([x, axes]) => {
    const gone = axes?.data.map((axis) => positive(axis, x!.shape.length));
    return reshaped(x!, x!.shape.filter((dim, axis) => (gone ? !gone.includes(axis) : dim !== 1)));
  },
  Unsqueeze: ([x, axes]) => {
    const rank = x!.shape.length + axes!.data.length;
    const added = new Set(axes!.data.map((axis) => positive(axis, rank)));
    const rest = [...x!.shape];
    return reshaped(x!, Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : rest.shift() ?? 1)));
  },
  Expand: ([x, shape]) => {
    const to = broadcastShape(x!.shape, shape!.data);
    return sizeOf(to) > most ? undefined : { ...x!, shape: to, data: spread(x!.shape, to).map((at) => x!.data[at]!) };
  },
  ConstantOfShape: ([shape], node) => {
    const value = node.attributes["value"];
    const filled = value?.type === "tensor" ? value.value : undefined;
    if (filled?.dtype === "string" || sizeOf(shape!.data) > most) return undefined;
    return numberOf(shape!.data, new Array<number>(sizeOf(shape!.data)).fill(filled ? toNumbers(filled)[0]! : 0), filled !== undefined && !filled.dtype.includes("float"));
  },
  Range: ([start, limit, delta]) => {
    const count = Math.max(0, Math.ceil((limit!.data[0]! - start!.data[0]!) / delta!.data[0]!));
    return count > most ? undefined : numberOf([count], Array.from({ length: count }, (_, i) => start!.data[0]! + i * delta!.data[0]!), start!.whole);
  },
  Where: ([condition, a, b]) => {
    const shape = broadcastShape(broadcastShape(condition!.shape, a!.shape), b!.shape);
    if (sizeOf(shape) > most) return undefined;
    const [c, l, r] = [condition!, a!, b!].map((x) => spread(x.shape, shape)) as [number[], number[], number[]];
    return numberOf(shape, c.map((at, i) => (condition!.data[at]! !== 0 ? a!.data[l[i]!]! : b!.data[r[i]!]!)), a!.whole);
  },
};

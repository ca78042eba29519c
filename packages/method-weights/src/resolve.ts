import { intAttr, intsAttr, isFloat, producersOf, sizeOf, stridesOf, tensor, toFloat32, toNumbers, type Graph, type Node, type Tensor } from "@vitrine/core";

/** A constant as an operator gets it. */
export interface Resolved {
  /** The initialiser's own name. */
  readonly value: string;
  readonly tensor: Tensor;
}

/** How long a chain between an initialiser and its use may be. */
const longest = 8;

/** Follows what exporters write between an initialiser and its use: transposed, reshaped, dequantised. Undefined for what is computed in any other way. */
export function resolver(graph: Graph): (name: string | undefined) => Resolved | undefined {
  const producers = producersOf(graph);
  const known = new Map<string, Resolved | undefined>();
  const follow = (name: string | undefined, depth: number): Resolved | undefined => {
    if (name === undefined || name === "" || depth > longest) return undefined;
    if (known.has(name)) return known.get(name);
    const constant = graph.constants.get(name);
    const node = producers.get(name);
    const found = constant ? (constant.dtype === "string" ? undefined : { value: name, tensor: constant.read() }) : node && through(node, (inner) => follow(inner, depth + 1));
    known.set(name, found);
    return found;
  };
  return (name) => follow(name, 0);
}

/** Inputs of quantised operators that hold weights: where their scales (multiplied) and zero point stand, and the axis of several. */
const quantised: Readonly<Record<string, Readonly<Record<number, { readonly scales: readonly number[]; readonly zero: number | undefined; readonly axis: number }>>>> = {
  QLinearConv: { 3: { scales: [4], zero: 5, axis: 0 }, 8: { scales: [1, 4], zero: undefined, axis: 0 } },
  QLinearMatMul: { 0: { scales: [1], zero: 2, axis: -2 }, 3: { scales: [4], zero: 5, axis: -1 } },
  // Their scale comes after the product: what is left is the numbers without their zero point.
  ConvInteger: { 1: { scales: [], zero: 3, axis: 0 } },
  MatMulInteger: { 0: { scales: [], zero: 2, axis: -2 }, 1: { scales: [], zero: 3, axis: -1 } },
};

/** An input of a node as it gets it: resolved, and dequantised where the operator itself does that. */
export function inputOf(node: Node, input: number, resolve: ReturnType<typeof resolver>): Resolved | undefined {
  const found = resolve(node.inputs[input]);
  const rule = node.domain === "" ? quantised[node.op]?.[input] : undefined;
  if (!found || !rule) return found;
  const scales = rule.scales.map((at) => resolve(node.inputs[at])?.tensor);
  if (scales.some((scale) => scale === undefined)) return undefined;
  const several = scales.map((scale) => toNumbers(scale!));
  const length = Math.max(1, ...several.map((each) => each.length));
  const product = Array.from({ length }, (_, i) => several.reduce((p, each) => p * each[each.length === 1 ? 0 : i]!, 1));
  const zeroInput = rule.zero === undefined ? undefined : node.inputs[rule.zero];
  const zero = zeroInput === undefined || zeroInput === "" ? undefined : resolve(zeroInput)?.tensor;
  return zeroInput !== undefined && zeroInput !== "" && !zero ? undefined : dequantised(found.value, found.tensor, product, zero, rule.axis);
}

function through(node: Node, follow: (name: string | undefined) => Resolved | undefined): Resolved | undefined {
  if (node.domain !== "") return undefined;
  const source = follow(node.inputs[0]);
  if (!source) return undefined;
  const { value, tensor: before } = source;
  const other = follow(node.inputs[1])?.tensor;
  switch (node.op) {
    case "Identity":
      return source;
    case "Cast":
      return isFloat(before.dtype) ? { value, tensor: tensor("float32", before.shape, toFloat32(before)) } : undefined;
    case "Transpose":
      return { value, tensor: transposed(before, intsAttr(node, "perm", before.shape.map((_, i) => before.shape.length - 1 - i))) };
    case "Reshape":
    case "Squeeze":
    case "Unsqueeze":
    case "Flatten": {
      const shape = newShape(node, before.shape, other && toNumbers(other));
      return shape && sizeOf(shape) === sizeOf(before.shape) ? { value, tensor: tensor("float32", shape, toFloat32(before)) } : undefined;
    }
    case "DequantizeLinear":
      if (other && intAttr(node, "block_size", 0) > 0) return byBlocks(value, before, other, follow(node.inputs[2])?.tensor, intAttr(node, "axis", 1), intAttr(node, "block_size", 0));
      return other && dequantised(value, before, toNumbers(other), follow(node.inputs[2])?.tensor, intAttr(node, "axis", 1));
    default:
      return undefined;
  }
}

function newShape(node: Node, shape: readonly number[], given: readonly number[] | undefined): number[] | undefined {
  const rank = shape.length;
  if (node.op === "Flatten") {
    const axis = (intAttr(node, "axis", 1) + rank) % Math.max(1, rank);
    return [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))];
  }
  if (node.op === "Squeeze") return shape.filter((dim, axis) => (given ? !given.some((one) => (one + rank) % rank === axis) : dim !== 1));
  if (!given) return undefined;
  if (node.op === "Unsqueeze") {
    const axes = given.map((axis) => (axis < 0 ? axis + rank + given.length : axis));
    const rest = [...shape];
    return Array.from({ length: rank + given.length }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!));
  }
  const result = given.map((dim, axis) => (dim === 0 ? (shape[axis] ?? 0) : dim));
  const free = result.indexOf(-1);
  if (free >= 0) {
    result[free] = 1;
    result[free] = sizeOf(shape) / sizeOf(result);
  }
  return result.every((dim) => Number.isInteger(dim) && dim >= 0) ? result : undefined;
}

function transposed(source: Tensor, perm: readonly number[]): Tensor {
  const shape = perm.map((axis) => source.shape[axis]!);
  const strides = stridesOf(source.shape);
  const from = toFloat32(source);
  const to = new Float32Array(from.length);
  const index = shape.map(() => 0);
  let offset = 0;
  for (let i = 0; i < to.length; i++) {
    to[i] = from[offset]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const step = strides[perm[axis]!]!;
      offset += step;
      if (++index[axis]! < shape[axis]!) break;
      offset -= step * shape[axis]!;
      index[axis] = 0;
    }
  }
  return tensor("float32", shape, to);
}

/** (q − zero point) · scale, one scale for every `block` elements along an axis. */
function byBlocks(value: string, source: Tensor, scales: Tensor, zero: Tensor | undefined, axis: number, block: number): Resolved | undefined {
  const at = axis < 0 ? axis + source.shape.length : axis;
  const [dim = 0, blocks = 0] = [source.shape[at], scales.shape[at]];
  const inner = sizeOf(source.shape.slice(at + 1));
  if (blocks !== Math.ceil(dim / block) || scales.shape.some((size, i) => i !== at && size !== source.shape[i])) return undefined;
  const [scale, zeros] = [toNumbers(scales), zero && toNumbers(zero)];
  const data = Float32Array.from(toNumbers(source), (q, i) => {
    const [outer, along] = [Math.floor(i / (inner * dim)), Math.floor(i / inner) % dim];
    const k = (outer * blocks + Math.floor(along / block)) * inner + (i % inner);
    return (q - (zeros?.[k] ?? 0)) * scale[k]!;
  });
  return { value, tensor: tensor("float32", source.shape, data) };
}

/** (q − zero point) · scale, one scale for all or one along an axis. */
function dequantised(value: string, source: Tensor, scales: readonly number[], zero: Tensor | undefined, axis: number): Resolved | undefined {
  const at = axis < 0 ? axis + source.shape.length : axis;
  const along = scales.length === 1 ? 1 : source.shape[at];
  if (along !== scales.length) return undefined;
  const zeros = zero ? toNumbers(zero) : [0];
  const inner = sizeOf(source.shape.slice(at + 1));
  const data = Float32Array.from(toNumbers(source), (q, i) => {
    const k = Math.floor(i / inner) % (source.shape[at] ?? 1);
    return (q - (zeros[zeros.length === 1 ? 0 : k] ?? 0)) * scales[scales.length === 1 ? 0 : k]!;
  });
  return { value, tensor: tensor("float32", source.shape, data) };
}

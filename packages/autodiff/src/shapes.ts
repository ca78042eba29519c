import { intAttr, intsAttr, sizeOf, type Node } from "@vitrine/core";
import { autodiffError } from "./errors.js";
import { broadcastShape, type Known } from "./known.js";

type Shape = readonly number[];

/** Shapes of forward values: those observed, of constants, and of the few simple nodes that methods append themselves. */
export class Shapes {
  readonly #observed: ReadonlyMap<string, Shape>;
  readonly #constant: (name: string) => Shape | undefined;
  readonly #producers: ReadonlyMap<string, Node>;
  readonly #inferred = new Map<string, Shape | undefined>();
  /** Filled after construction: what is known is found out with the help of shapes. */
  known: ReadonlyMap<string, Known> = new Map();

  constructor(observed: ReadonlyMap<string, Shape>, producers: ReadonlyMap<string, Node>, constant: (name: string) => Shape | undefined) {
    this.#observed = observed;
    this.#producers = producers;
    this.#constant = constant;
  }

  find(value: string): Shape | undefined {
    const found = this.#observed.get(value) ?? this.#constant(value) ?? this.known.get(value)?.shape;
    if (found) return found;
    if (this.#inferred.has(value)) return this.#inferred.get(value);
    const node = this.#producers.get(value);
    const shape = node && node.outputs[0] === value ? this.#infer(node) : undefined;
    this.#inferred.set(value, shape);
    return shape;
  }

  /** @throws `shape-not-observed` */
  of(value: string): Shape {
    const shape = this.find(value);
    if (!shape) throw autodiffError("shape-not-observed", { value });
    return shape;
  }

  #infer(node: Node): Shape | undefined {
    if (node.domain !== "") return undefined;
    const all = node.inputs.map((name) => (name === "" ? undefined : this.find(name)));
    const [x] = all;
    if (!x) return undefined;
    if (sameShape.has(node.op)) return x;
    if (broadcasting.has(node.op)) return all.every((shape) => shape !== undefined) ? (all as Shape[]).reduce(broadcastShape) : undefined;
    const given = (i: number): readonly number[] | undefined => this.known.get(node.inputs[i] ?? "")?.data;
    const wrap = (axis: number): number => (axis < 0 ? axis + x.length : axis);
    if (node.op.startsWith("Reduce")) {
      const listed = (node.inputs[1] ?? "") === "" ? intsAttr(node, "axes") : given(1);
      if (!listed && (node.inputs[1] ?? "") !== "") return undefined;
      const axes = new Set((listed ?? x.map((_, axis) => axis)).map(wrap));
      return intAttr(node, "keepdims", 1) === 1 ? x.map((dim, axis) => (axes.has(axis) ? 1 : dim)) : x.filter((_, axis) => !axes.has(axis));
    }
    switch (node.op) {
      case "Reshape": {
        const dims = given(1)?.map((dim, i) => (dim === 0 ? x[i]! : dim));
        if (!dims) return undefined;
        const rest = sizeOf(dims.filter((dim) => dim !== -1));
        return dims.map((dim) => (dim === -1 ? sizeOf(x) / rest : dim));
      }
      case "Transpose":
        return intsAttr(node, "perm", x.map((_, axis) => x.length - 1 - axis)).map((axis) => x[axis]!);
      case "Gather": {
        const axis = wrap(intAttr(node, "axis", 0));
        return all[1] && [...x.slice(0, axis), ...all[1], ...x.slice(axis + 1)];
      }
      case "Expand": {
        const to = given(1);
        return to && broadcastShape(x, to);
      }
      case "Flatten": {
        const axis = wrap(intAttr(node, "axis", 1));
        return [sizeOf(x.slice(0, axis)), sizeOf(x.slice(axis))];
      }
      case "Squeeze": {
        const axes = given(1)?.map(wrap);
        return axes && x.filter((_, axis) => !axes.includes(axis));
      }
      case "Unsqueeze": {
        const added = given(1);
        if (!added) return undefined;
        const rank = x.length + added.length;
        const at = new Set(added.map((axis) => (axis < 0 ? axis + rank : axis)));
        const rest = [...x];
        return Array.from({ length: rank }, (_, axis) => (at.has(axis) ? 1 : rest.shift()!));
      }
      case "MatMul": {
        const y = all[1];
        if (!y || x.length < 2 || y.length < 2) return undefined;
        return [...broadcastShape(x.slice(0, -2), y.slice(0, -2)), x.at(-2)!, y.at(-1)!];
      }
      default:
        return undefined;
    }
  }
}

const sameShape = new Set([
  "Identity", "Softmax", "LogSoftmax", "Relu", "Sigmoid", "Tanh", "Exp", "Log", "Sqrt", "Abs", "Neg", "Sign", "Cast", "Clip", "Dropout", "Softplus", "Reciprocal", "Erf", "Elu", "LeakyRelu",
]);
const broadcasting = new Set(["Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Where", "Sum", "Mean", "Equal", "Greater", "Less"]);

import { onnxError } from "../errors.js";
import type { FunctionProto, NodeProto } from "../proto/onnx_pb.js";
import { functionKey } from "./graph.js";

/** How many nodes the functions of a model come to, those that they call included: known before any of them is made. */
export class FunctionSizes {
  readonly #functions: ReadonlyMap<string, FunctionProto>;
  readonly #mostDepth: number;
  readonly #sizes = new Map<string, number>();

  constructor(functions: ReadonlyMap<string, FunctionProto>, mostDepth: number) {
    this.#functions = functions;
    this.#mostDepth = mostDepth;
  }

  /** @throws `onnx-function` for calls that lie too deep */
  of(key: string, depth = 0): number {
    const known = this.#sizes.get(key);
    if (known !== undefined) return known;
    const proto = this.#functions.get(key)!;
    if (depth > this.#mostDepth) throw onnxError("onnx-function", { function: proto.name, why: `calls lie more than ${this.#mostDepth} deep` });
    // While it is open: a function that calls itself is told of where it is called.
    this.#sizes.set(key, 1);
    const size = this.#ofNodes(proto.node, depth);
    this.#sizes.set(key, size);
    return size;
  }

  #ofNodes(nodes: readonly NodeProto[], depth: number): number {
    let size = 0;
    for (const node of nodes) {
      const key = functionKey(node.domain, node.opType, node.overload);
      size += this.#functions.has(key) ? this.of(key, depth + 1) : 1;
      for (const { g, graphs } of node.attribute) for (const graph of g ? [g, ...graphs] : graphs) size += this.#ofNodes(graph.node, depth);
    }
    return Math.min(size, Number.MAX_SAFE_INTEGER);
  }
}

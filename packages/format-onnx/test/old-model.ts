import { canonicalOpset, constantOf, type Attributes, type Graph, type Node, type Tensor, type ValueInfo } from "@vitrine/core";

/** A node in short: operator, inputs, outputs, attributes, and the domain where it is not ai.onnx. */
export type NodeInShort = readonly [op: string, inputs: readonly string[], outputs: readonly string[], attributes?: Attributes, domain?: string];

export interface ModelInShort {
  readonly opset?: number;
  /** Fed when run; declared as `declare` says. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly NodeInShort[];
  readonly outputs: readonly string[];
  readonly domains?: Readonly<Record<string, number>>;
  /** What the model says of its inputs: their sizes (default), their ranks alone, or only their types. */
  readonly declare?: "sizes" | "ranks" | "types";
}

export const untyped = (name: string): ValueInfo => ({ name, dtype: undefined, shape: undefined });

/** The graph of a model in short, at its own opset. */
export function oldGraph(model: ModelInShort): Graph {
  const declare = model.declare ?? "sizes";
  const shapeOf = (value: Tensor) => (declare === "sizes" ? value.shape : declare === "ranks" ? value.shape.map(() => null) : undefined);
  return {
    name: "old",
    opset: model.opset ?? canonicalOpset,
    domains: model.domains ?? {},
    inputs: Object.entries(model.inputs).map(([name, value]) => ({ name, dtype: value.dtype, shape: shapeOf(value) })),
    outputs: model.outputs.map(untyped),
    nodes: nodesOf(model.nodes),
    constants: new Map(Object.entries(model.constants ?? {}).map(([name, value]) => [name, constantOf(value)])),
    values: new Map(),
  };
}

/** A graph inside a node. */
export function innerGraph(inputs: readonly ValueInfo[], nodes: readonly NodeInShort[], outputs: readonly string[], opset: number, constants: Readonly<Record<string, Tensor>> = {}): Graph {
  return { ...oldGraph({ opset, inputs: {}, nodes, outputs, constants }), name: "inner", inputs };
}

function nodesOf(nodes: readonly NodeInShort[]): Node[] {
  return nodes.map(([op, inputs, outputs, attributes = {}, domain = ""], i) => ({ name: `${op}-${i}`, op, domain, inputs, outputs, attributes }));
}

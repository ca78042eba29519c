import type { Tensor } from "../tensor/tensor.js";
import type { Graph } from "./graph.js";

/** ONNX integers are 64 bits wide: a bigint stands where a number would not be exact. */
export type Int = number | bigint;

/** One attribute of a node, typed as in ONNX, so that a graph can be written back as it was read. */
export type Attribute =
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "int"; readonly value: Int }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "tensor"; readonly value: Tensor }
  | { readonly type: "graph"; readonly value: Graph }
  | { readonly type: "floats"; readonly value: readonly number[] }
  | { readonly type: "ints"; readonly value: readonly Int[] }
  | { readonly type: "strings"; readonly value: readonly string[] }
  | { readonly type: "tensors"; readonly value: readonly Tensor[] }
  | { readonly type: "graphs"; readonly value: readonly Graph[] }
  /** Something that Vitrine keeps without understanding it (a sparse tensor, a type): the format's own bytes. */
  | { readonly type: "opaque"; readonly format: string; readonly value: Uint8Array };

export type Attributes = Readonly<Record<string, Attribute>>;

/** Constructors: `attr.int(1)`, `attr.ints([1, 1])`. */
export const attr = {
  float: (value: number): Attribute => ({ type: "float", value }),
  int: (value: Int): Attribute => ({ type: "int", value }),
  string: (value: string): Attribute => ({ type: "string", value }),
  tensor: (value: Tensor): Attribute => ({ type: "tensor", value }),
  graph: (value: Graph): Attribute => ({ type: "graph", value }),
  floats: (value: readonly number[]): Attribute => ({ type: "floats", value }),
  ints: (value: readonly Int[]): Attribute => ({ type: "ints", value }),
  strings: (value: readonly string[]): Attribute => ({ type: "strings", value }),
};

interface HasAttributes {
  readonly attributes: Attributes;
}

/** The attribute as a number, or `fallback` (the operator's own default) where the node leaves it out. */
export function intAttr(node: HasAttributes, name: string, fallback: number): number;
export function intAttr(node: HasAttributes, name: string): number | undefined;
export function intAttr(node: HasAttributes, name: string, fallback?: number): number | undefined {
  const found = node.attributes[name];
  return found?.type === "int" ? Number(found.value) : fallback;
}

export function floatAttr(node: HasAttributes, name: string, fallback: number): number;
export function floatAttr(node: HasAttributes, name: string): number | undefined;
export function floatAttr(node: HasAttributes, name: string, fallback?: number): number | undefined {
  const found = node.attributes[name];
  return found?.type === "float" ? found.value : fallback;
}

export function intsAttr(node: HasAttributes, name: string, fallback: readonly number[]): readonly number[];
export function intsAttr(node: HasAttributes, name: string): readonly number[] | undefined;
export function intsAttr(node: HasAttributes, name: string, fallback?: readonly number[]): readonly number[] | undefined {
  const found = node.attributes[name];
  return found?.type === "ints" ? found.value.map(Number) : fallback;
}

export function stringAttr(node: HasAttributes, name: string, fallback: string): string;
export function stringAttr(node: HasAttributes, name: string): string | undefined;
export function stringAttr(node: HasAttributes, name: string, fallback?: string): string | undefined {
  const found = node.attributes[name];
  return found?.type === "string" ? found.value : fallback;
}

/** The graphs inside a node (`If`, `Loop`, `Scan`), with the attribute that holds each. */
export function subgraphsOf(node: HasAttributes): { readonly attribute: string; readonly graph: Graph }[] {
  return Object.entries(node.attributes).flatMap(([attribute, found]) => {
    if (found.type === "graph") return [{ attribute, graph: found.value }];
    if (found.type === "graphs") return found.value.map((graph) => ({ attribute, graph }));
    return [];
  });
}

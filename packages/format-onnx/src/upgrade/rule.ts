import type { Attribute, Attributes, Constant, DType, Int, Node, Tensor } from "@vitrine/core";

/** What a rule may ask and make. */
export interface Upgrading {
  /** The name for a new value, `hint` or something like it. */
  unique(hint: string): string;
  /** A new constant. Returns its name. */
  constant(value: Tensor, hint: string): string;
  /** The constant that a name stands for, in this graph or one around it. */
  constantAt(name: string | undefined): Constant | undefined;
  /** The element type of a value, where the file says it or it follows from what it says. */
  dtype(name: string | undefined): DType | undefined;
  /** The dimensions of a value as far as they are known; undefined where not even the rank is. */
  shape(name: string | undefined): readonly (number | null)[] | undefined;
  /** Whether anything takes a value of this graph. */
  isUsed(name: string | undefined): boolean;
  /** Tells the user of something that could not be carried over exactly. */
  notice(node: Node, text: string): void;
  /** The error for a node that has no equal in the newer opset. */
  fail(node: Node, why: string): Error;
}

/**
 * Takes a node by an operator's definition before some opset to one that means the same from that opset on.
 * Returns the nodes that stand for it, in order, or undefined where it means the same as it is.
 * The last of them, or whichever makes them, keep the names of the node's outputs.
 */
export type Rule = (node: Node, upgrading: Upgrading) => readonly Node[] | undefined;

/** By operator, and by the first opset with the new definition. */
export type Rules = Readonly<Record<string, Readonly<Record<number, Rule>>>>;

/** The attributes without some. */
export function without(attributes: Attributes, ...names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

/** The attributes with others set. */
export function withAttributes(node: Node, set: Readonly<Record<string, Attribute>>): Node {
  return { ...node, attributes: { ...node.attributes, ...set } };
}

/** A node beside `node`, named after what it does, with one output of its own. */
export function beside(node: Node, what: string, op: string, inputs: readonly string[], upgrading: Upgrading, attributes: Attributes = {}): Node & { readonly outputs: readonly [string] } {
  const output = node.outputs.find((name) => name !== "") ?? node.name;
  const made = { name: `${node.name}:${what}`, op, domain: "", inputs, outputs: [upgrading.unique(`${output}:${what}`)] as const, attributes };
  return node.scope ? { ...made, scope: node.scope } : made;
}

/** The inputs with `name` at `index`, those left out before it marked. */
export function withInput(inputs: readonly string[], index: number, name: string): string[] {
  const all = Array.from({ length: Math.max(index, inputs.length) }, (_, i) => inputs[i] ?? "");
  all[index] = name;
  return all;
}

/** A list of integers as it stands in the file: exporters write 2^63 - 1 for "to the end", which a number cannot hold. */
export function exactInts(node: Node, name: string): readonly Int[] | undefined {
  const found = node.attributes[name];
  return found?.type === "ints" ? found.value : undefined;
}

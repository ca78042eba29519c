import type { GraphBuilder, Node, Tensor } from "@vitrine/core";
import type { Known } from "../known.js";

/** Cotangents of a node's inputs, in their order; undefined where there is none or nobody asked. */
export type Cotangents = readonly (string | undefined)[];

/** One node whose gradient is being built. */
export interface RuleContext {
  readonly b: GraphBuilder;
  readonly node: Node;
  /** The cotangent of the first output, of its shape. @throws Refusal where only a further output has one */
  readonly g: string;
  /** The cotangent of each output, of its shape. */
  readonly gradients: Cotangents;
  /** Whether anybody needs the cotangent of this input. */
  needs(input: number): boolean;
  /** The name of an input. @throws Refusal where it is left out */
  x(input: number): string;
  /** Whether the node has this input. */
  has(input: number): boolean;
  /** The name of the first output. */
  readonly y: string;
  /** Observed shape of a forward value. */
  shape(value: string): readonly number[];
  /** Shape of an input. */
  xShape(input: number): readonly number[];
  /** Shape of the first output. */
  readonly yShape: readonly number[];
  /** A small input's value, if it is constant or follows from shapes. */
  known(input: number): Known | undefined;
  /** The same. @throws Refusal where the data decides it, naming `what` it is */
  ints(input: number, what: string): readonly number[];
  /** A constant input, decoded, of any size. */
  constant(input: number): Tensor | undefined;
}

/**
 * The backward pass of one operator: appends nodes to `b` and returns the cotangents of the inputs.
 * Nodes at the canonical opset.
 * @throws Refusal with the reason, where this node has no gradient
 */
export type OperatorRule = (c: RuleContext) => Cotangents;

export type RuleTable = Readonly<Record<string, OperatorRule>>;

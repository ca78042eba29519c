import type { GraphBuilder } from "../graph/builder.js";
import type { Node } from "../graph/graph.js";
import type { Tensor } from "../tensor/tensor.js";

/** Activations that pass what is positive and hold back what is negative, sharply or smoothly. */
export type RectifierKind =
  | "relu" | "relu6" | "leaky-relu" | "prelu" | "thresholded-relu" | "elu" | "celu" | "selu" | "softplus" | "silu" | "gelu" | "hard-swish" | "mish";

/** A rectifier of a graph: one node, or several that compute one together. */
export interface Rectifier {
  readonly kind: RectifierKind;
  /** The value that is rectified. */
  readonly input: string;
  /** The activation. */
  readonly output: string;
  /** What lies between, in topological order; the last one makes `output`. */
  readonly nodes: readonly Node[];
}

/** Where a rule is asked. */
interface Site {
  /** The graph being derived: nodes are added here. */
  readonly builder: GraphBuilder;
  /** The observed shape of a forward value. */
  shape(value: string): readonly number[];
  /** A constant of the graph, decoded: a weight; undefined for what is computed. */
  constant(value: string): Tensor | undefined;
}

export interface RectifierSite extends Site {
  readonly rectifier: Rectifier;
  /** What comes from above: the cotangent of `rectifier.output`, of its shape. */
  readonly gradient: string;
  /** What the true derivative makes of `gradient`, or of another value of its shape. */
  derivative(gradient?: string): string;
}

export interface OperatorSite extends Site {
  readonly node: Node;
  /** The cotangent of each output; undefined where nothing comes from above. */
  readonly gradients: readonly (string | undefined)[];
  /** Whether the cotangent of this input leads anywhere. Others may be left undefined. */
  needs(input: number): boolean;
  /** The cotangents of the inputs that the true derivative makes of `gradients`, or of others of their shapes. */
  derivative(gradients?: readonly (string | undefined)[]): readonly (string | undefined)[];
}

/**
 * What goes backwards in place of the derivative. `rectifier` is asked at every activation that is one, however it was
 * exported; `operator` at every other node on the way, and at single-node rectifiers that `rectifier` left alone.
 * Undefined leaves the derivative.
 *
 * @example
 * const deconvnet: BackwardRule = { id: "deconvnet", title: "DeconvNet", rectifier: ({ builder, gradient }) => builder.relu(gradient) };
 */
export interface BackwardRule {
  /** In kebab case: `guided`. */
  readonly id: string;
  readonly title: string;
  /** The cotangent of the rectifier's input, of its shape. */
  readonly rectifier?: (site: RectifierSite) => string | undefined;
  /** The cotangents of the node's inputs, in their order and of their shapes. */
  readonly operator?: (site: OperatorSite) => readonly (string | undefined)[] | undefined;
}

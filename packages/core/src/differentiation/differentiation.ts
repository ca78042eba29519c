import type { GraphBuilder } from "../graph/builder.js";
import type { Graph, Node } from "../graph/graph.js";
import { defineCapability, type Capability } from "../method/job.js";
import type { BackwardRule, Rectifier } from "./backward-rule.js";

export interface DifferentiateOptions {
  /** The value that is differentiated. */
  readonly of: string;
  /** Its cotangent, of its shape: what the result is the derivative of is Σ of · seed. */
  readonly seed: string;
  /** Inputs or intermediate values, floating point, upstream of `of`. Several cost little more than the furthest of them. */
  readonly wrt: readonly string[];
  /** Replaces the derivative of chosen operators; default: none, the true gradient. */
  readonly rule?: BackwardRule | undefined;
  /**
   * Shapes, batch included, of the values that `valuesBetween` tells: `model.shapes(values, feeds)`.
   * The derived graph is right for inputs of these very shapes only.
   */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/** What differentiation needs of a graph; a `GraphBuilder` is one as well. */
export type GraphView = Pick<Graph, "nodes"> & { readonly constants?: Graph["constants"] };

/** A node that lets no gradient through. */
export interface Blockage {
  readonly node: Node;
  /** In one sentence, without the full stop. */
  readonly why: string;
  /** The values before it that carry data: by these nothing that is computed from the node can be differentiated. In topological order. */
  readonly blocked: readonly string[];
}

/** Gradients of graphs, by appending the backward pass as ordinary ONNX nodes: what the plugin of autodiff offers. */
export interface Differentiation {
  /**
   * Appends the backward pass and returns the gradient of each value in `wrt`, of that value's shape.
   * Only what lies between is built; forward values are reused.
   * @throws `operator-without-rule`, `gradient-nowhere`, `wrt-not-upstream`, `seed-shape`, `shape-by-data`, `value-not-float`, `shape-not-observed`
   */
  differentiate(builder: GraphBuilder, options: DifferentiateOptions): ReadonlyMap<string, string>;
  /** The values whose shapes `differentiate` needs. @throws as `differentiate`, before anything runs */
  valuesBetween(graph: GraphView, of: string, wrt: readonly string[]): readonly string[];
  /** Whether a gradient passes through this kind of node; else why not, in one sentence. */
  differentiable(node: Node): true | string;
  /** The nodes of a graph that let no gradient through though data goes through them, before anything runs. What shapes and the data decide besides is told by `differentiate`. */
  undifferentiable(graph: GraphView & Pick<Graph, "inputs" | "outputs">): readonly Blockage[];
  /** What a reader has to know of the gradients between these values: where they are those of a network that is not quite this one. @throws as `valuesBetween` */
  caveats(graph: GraphView, of: string, wrt: readonly string[]): readonly string[];
  /** The activations of a graph that are rectifiers, also those that an export has written out of smaller operators. */
  rectifiers(graph: GraphView): readonly Rectifier[];
}

/** Gradients. `job.require(differentiation)`. */
export const differentiation: Capability<Differentiation> = defineCapability<Differentiation>(
  "differentiation",
  "differentiation",
  "Install the autodiff package and add its autodiffPlugin to the engine's plugins.",
);

import type { DType } from "../tensor/dtype.js";
import type { Attributes } from "./attributes.js";
import type { Constant } from "./constant.js";

/** The opset that every graph is written in once a format has read it. Why 21: ARCHITECTURE.md. */
export const canonicalOpset = 21;

/** A dimension as a file declares it: a number, a name, or nothing. */
export type Dim = number | string | null;

/** A value as a graph declares it. */
export interface ValueInfo {
  readonly name: string;
  /** Undefined where the file does not say, or the value is no tensor (a sequence, a map). */
  readonly dtype: DType | undefined;
  /** Undefined where not even the rank is known. */
  readonly shape: readonly Dim[] | undefined;
  /** What the value is, in the format's own bytes, where that is no tensor of a known element type (a sequence, a map): kept to be written back. */
  readonly opaque?: Uint8Array;
}

/** One operator application. A name `""` among the inputs or outputs is an optional one that is left out. */
export interface Node {
  /** Unique within the graph. */
  readonly name: string;
  /** The ONNX operator: `Conv`. */
  readonly op: string;
  /** `""` is ai.onnx. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  /** Where exporters say from which module a node came (`metadata_props` of newer PyTorch), component by component. */
  readonly scope?: readonly string[];
}

/**
 * A dataflow graph of ONNX operators. Immutable: `GraphBuilder` derives a new one, which shares the constants.
 * A graph inside a node has the same form; it may use values of the graphs around it.
 */
export interface Graph {
  readonly name: string;
  /** Version of ai.onnx. */
  readonly opset: number;
  /** Versions of the other operator domains. */
  readonly domains: Readonly<Record<string, number>>;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** In topological order. */
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Constant>;
  /** What the file declares of inner values; often empty, and never relied on: shapes are observed. */
  readonly values: ReadonlyMap<string, ValueInfo>;
}

/** `Conv`, or `com.microsoft.FusedConv`. */
export function qualifiedOp(node: Pick<Node, "op" | "domain">): string {
  return node.domain === "" ? node.op : `${node.domain}.${node.op}`;
}

import { GraphBuilder, seededRandom, sizeOf, tensor, type Attributes, type Graph, type Tensor } from "@vitrine/core";

/** One operator with attributes and inputs: what a runtime is held against the reference by. */
export interface OperatorCase {
  /** "Conv: grouped, dilated" */
  readonly name: string;
  readonly op: string;
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Relative L2 that floating-point results may differ by; others have to be equal. */
  readonly tolerance: number;
}

/** An input that a runtime sees as a constant, as shapes, axes and weights are in files. */
export interface Fixed {
  readonly fixed: Tensor;
}

export interface CaseOptions {
  /** How many outputs are looked at (default 1); `""`-named ones are left out. */
  readonly outputs?: number | readonly string[];
  readonly tolerance?: number;
}

/**
 * A graph of one node. Tensors are fed, `fixed` ones are constants, undefined ones are left out.
 * Shapes are declared as they are.
 */
export function operatorCase(op: string, note: string, inputs: readonly (Tensor | Fixed | undefined)[], attributes: Attributes = {}, options: CaseOptions = {}): OperatorCase {
  const builder = new GraphBuilder();
  const feeds: Record<string, Tensor> = {};
  const names = inputs.map((given, i) => {
    if (!given) return "";
    if ("fixed" in given) return builder.constant(given.fixed, `c${i}`);
    const name = builder.input(`x${i}`, given.dtype, given.shape);
    feeds[name] = given;
    return name;
  });
  const { outputs = 1 } = options;
  const wanted = typeof outputs === "number" ? Array.from({ length: outputs }, (_, i) => `y${i}`) : outputs;
  const made = builder.node(op, names, attributes, { outputs: wanted, name: `${op}:case` });
  return { name: `${op}: ${note}`, op, graph: builder.build({ outputs: made.filter((name) => name !== "") }), feeds, tolerance: options.tolerance ?? 1e-5 };
}

export const fixed = (value: Tensor): Fixed => ({ fixed: value });

/** Uniform numbers in [low, high), of a seed. */
export function uniform(shape: readonly number[], seed = 1, low = -2, high = 2): Tensor<"float32"> {
  const random = seededRandom(seed);
  return tensor("float32", shape, Float32Array.from({ length: sizeOf(shape) }, () => low + (high - low) * random.uniform()));
}

/** Whole numbers of a small range as float32: full of ties and zeros. */
export function tied(shape: readonly number[], seed = 1, low = -1, high = 2): Tensor<"float32"> {
  const random = seededRandom(seed);
  return tensor("float32", shape, Float32Array.from({ length: sizeOf(shape) }, () => low + random.below(high - low + 1)));
}

/** Whole numbers in [low, high). */
export function wholes<D extends "int64" | "int32">(dtype: D, shape: readonly number[], seed: number, low: number, high: number): Tensor<D>;
export function wholes(dtype: "int64" | "int32", shape: readonly number[], seed: number, low: number, high: number): Tensor {
  const random = seededRandom(seed);
  const values = Array.from({ length: sizeOf(shape) }, () => low + random.below(high - low));
  return dtype === "int64" ? tensor("int64", shape, BigInt64Array.from(values, BigInt)) : tensor("int32", shape, Int32Array.from(values));
}

/** Truth values. */
export function bools(shape: readonly number[], seed = 1): Tensor<"bool"> {
  const random = seededRandom(seed);
  return tensor("bool", shape, Uint8Array.from({ length: sizeOf(shape) }, () => random.below(2)));
}

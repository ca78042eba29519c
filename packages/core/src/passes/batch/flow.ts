import type { Attributes } from "../../graph/attributes.js";
import type { Node } from "../../graph/graph.js";
import type { ShapeLookup } from "../../runtime/runtime.js";
import { fixedNumbers, type SmallValue } from "../small-values.js";

/**
 * A value that holds every sample: along `axis`, place (o · N + n) · inner + i belongs to sample n, for o < outer, i < inner.
 * Samples lie apart where both are 1; a Reshape may merge the batch with what is around it ([N, heads, …] → [N·heads, …]).
 */
export interface BatchFlow {
  readonly kind: "batch";
  readonly axis: number;
  readonly outer: number;
  readonly inner: number;
  /** Where it is known without a shape. */
  readonly rank: number | undefined;
}

/** How a value depends on the batch: not at all, by its places, or as a number computed from the batch's size. */
export type Flow = { readonly kind: "shared" } | { readonly kind: "sizes" } | BatchFlow;

export const shared: Flow = { kind: "shared" };

/** Size of the batch axis for one sample. */
export const perSample = (flow: BatchFlow): number => flow.outer * flow.inner;
export const isPure = (flow: BatchFlow): boolean => perSample(flow) === 1;

/** Why a batch cannot be freed; thrown inside the analysis only. */
export class Unsafe extends Error {}

/** What the analysis knows of the graph around a node. */
export interface Surroundings {
  readonly flows: ReadonlyMap<string, Flow>;
  readonly smalls: ReadonlyMap<string, SmallValue>;
  /** For one sample. */
  readonly shapes: ShapeLookup;
  isConstant(name: string): boolean;
  /** True where every input's shape is fixed but for the batch: only then may an observed size be written into the graph. */
  readonly fixedShapes: boolean;
  /** Name of a one-element int64 value that holds the number of samples. */
  samples(): string;
  unique(hint: string): string;
  /** Which of several right ways to go on; others are tried if that one ends somewhere. */
  choose(count: number): number;
  constantInts(values: readonly number[], dtype?: "int32" | "int64"): string;
}

/** One node under analysis: a rule reads its inputs, says how its outputs depend on the batch, and may rewrite it. */
export class NodeFlow {
  readonly outputs: Flow[] = [];
  readonly inserted: Node[] = [];
  #node: Node;

  constructor(
    readonly original: Node,
    readonly around: Surroundings,
  ) {
    this.#node = original;
  }

  /** The node as rewritten so far. */
  get node(): Node {
    return this.#node;
  }

  name(i: number): string {
    return this.original.inputs[i] ?? "";
  }

  has(i: number): boolean {
    return this.name(i) !== "";
  }

  flow(i: number): Flow {
    return this.has(i) ? (this.around.flows.get(this.name(i)) ?? shared) : shared;
  }

  shape(i: number): readonly number[] | undefined {
    return this.around.shapes(this.name(i));
  }

  outputShape(i = 0): readonly number[] | undefined {
    return this.around.shapes(this.original.outputs[i] ?? "");
  }

  small(i: number): SmallValue | undefined {
    return this.around.smalls.get(this.name(i));
  }

  /** The input's numbers, where all are known and the same for every batch. */
  numbers(i: number): number[] | undefined {
    return fixedNumbers(this.small(i));
  }

  /** The same, or the batch is not freed. */
  needNumbers(i: number, what: string): number[] {
    return this.numbers(i) ?? this.fail(`its ${what} are computed from data`);
  }

  rank(i: number): number | undefined {
    const flow = this.flow(i);
    return this.shape(i)?.length ?? (flow.kind === "batch" ? flow.rank : undefined);
  }

  needRank(i: number): number {
    return this.rank(i) ?? this.fail(`the rank of \`${this.name(i)}\` is not known`);
  }

  needShape(i: number): readonly number[] {
    return this.shape(i) ?? this.fail(`the shape of \`${this.name(i)}\` is not known`);
  }

  /** A position among the input's axes, counted from the front; negative ones need the rank. */
  axis(i: number, axis: number, more = 0): number {
    return axis < 0 ? axis + this.needRank(i) + more : axis;
  }

  /** The input as one that holds the samples, or undefined if it is shared by them. */
  batch(i: number): BatchFlow | undefined {
    const flow = this.flow(i);
    if (flow.kind === "sizes") this.fail(`\`${this.name(i)}\` is computed from the number of samples`);
    return flow.kind === "batch" ? flow : undefined;
  }

  /** Input 0, which holds the samples, where all others are shared. */
  only(): BatchFlow {
    const flow = this.batch(0) ?? this.fail("its first input is shared by all samples, and another is not");
    this.original.inputs.forEach((name, i) => {
      if (i > 0 && name !== "" && this.flow(i).kind !== "shared") this.fail(`\`${name}\` depends on the batch`);
    });
    return flow;
  }

  /** Every output the same, or the first, second, … each its own. */
  give(...flows: Flow[]): void {
    this.original.outputs.forEach((_, i) => (this.outputs[i] = flows[i] ?? flows[0] ?? shared));
  }

  setInput(i: number, name: string): void {
    const inputs = [...this.#node.inputs];
    inputs[i] = name;
    this.#node = { ...this.#node, inputs };
  }

  setAttributes(attributes: Attributes): void {
    this.#node = { ...this.#node, attributes };
  }

  /** A node before this one. Returns its output. */
  insert(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.around.unique(`${this.original.outputs.find((name) => name !== "") ?? this.original.name}:${op}`);
    this.inserted.push({ name: this.around.unique(`${output}:node`), op, domain: "", inputs: [...inputs], outputs: [output], attributes });
    return output;
  }

  /** Repeats an input that is shared, and has size 1 along `axis`, for every sample. */
  repeat(i: number, axis: number): void {
    const shape = this.needShape(i);
    if (shape[axis] !== 1) this.fail(`\`${this.name(i)}\` is shared by the samples and has size ${shape[axis]} where they lie`);
    const before = new Array<number>(axis).fill(1);
    const after = new Array<number>(shape.length - axis - 1).fill(1);
    const parts = [...(before.length > 0 ? [this.around.constantInts(before)] : []), this.around.samples(), ...(after.length > 0 ? [this.around.constantInts(after)] : [])];
    const target = parts.length === 1 ? parts[0]! : this.insert("Concat", parts, { axis: { type: "int", value: 0 } });
    this.setInput(i, this.insert("Expand", [this.name(i), target]));
  }

  /** Gives an integer-list input new numbers. What is not a constant in the file may hold for one input size only. */
  rewriteNumbers(i: number, values: readonly number[]): void {
    if (!this.around.isConstant(this.name(i)) && !this.around.fixedShapes) {
      this.fail(`\`${this.name(i)}\` is computed from the input's size and fixes the batch`);
    }
    this.setInput(i, this.around.constantInts(values, this.small(i)?.dtype === "int32" ? "int32" : "int64"));
  }

  fail(why: string): never {
    throw new Unsafe(`${this.original.op} \`${this.original.name}\`: ${why}`);
  }
}

export type FlowRule = (node: NodeFlow) => void;
export type FlowRules = Readonly<Record<string, FlowRule>>;

import { coreError } from "../errors/catalogue.js";
import { didYouMean } from "../errors/near-miss.js";
import type { DType } from "../tensor/dtype.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Attributes } from "./attributes.js";
import { constantOf, type Constant } from "./constant.js";
import { canonicalOpset, type Dim, type Graph, type Node, type ValueInfo } from "./graph.js";
import { Operators, type NodeOptions } from "./operators.js";
import { sortedFor } from "./sort.js";
import { allNames, producersOf, renameUses, usesOf } from "./uses.js";

export interface BuildOptions {
  /** The outputs of the new graph, in order; by default those of the base and every tap. */
  readonly outputs?: readonly string[];
  /** Drop nodes, constants and inputs that no output needs (default true). */
  readonly prune?: boolean;
}

/**
 * Derives a graph from another, or makes one from nothing. The base is never changed; its constants are shared.
 * Values are names. New names never collide with those of the file, which survive every rewriting.
 *
 * @example
 * const b = new GraphBuilder(model.graph);
 * const energy = b.reduceSum(b.mul(layer.value, layer.value), [2, 3]);
 * const derived = b.build({ outputs: [energy] });
 */
export class GraphBuilder extends Operators {
  readonly #base: Graph | undefined;
  readonly #names: Set<string>;
  /** The number that a hint's next name tries first. */
  readonly #counts = new Map<string, number>();
  readonly #inputs: ValueInfo[];
  readonly #outputs: ValueInfo[];
  readonly #constants: Map<string, Constant>;
  readonly #smallConstants = new Map<string, string>();
  readonly #domains: Record<string, number>;
  #nodes: Node[];

  /** @param reserved names that new ones must not be, beside those of the base: for a graph inside another */
  constructor(base?: Graph, reserved: Iterable<string> = []) {
    super();
    this.#base = base;
    this.#names = base ? allNames(base) : new Set();
    for (const name of reserved) this.#names.add(name);
    this.#inputs = [...(base?.inputs ?? [])];
    this.#outputs = [...(base?.outputs ?? [])];
    this.#constants = new Map(base?.constants);
    this.#domains = { ...base?.domains };
    this.#nodes = [...(base?.nodes ?? [])];
  }

  get opset(): number {
    return this.#base?.opset ?? canonicalOpset;
  }

  get inputs(): readonly ValueInfo[] {
    return this.#inputs;
  }

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** A name that nothing in the graph has, `hint` itself if it is free. */
  unique(hint: string): string {
    let name = hint;
    // Counting on from the last one keeps many values of one hint linear.
    let i = this.#counts.get(hint) ?? 1;
    while (this.#names.has(name) || name === "") name = `${hint}_${i++}`;
    this.#counts.set(hint, i);
    this.#names.add(name);
    return name;
  }

  /** A new graph input. Returns its name. */
  input(hint: string, dtype: DType, shape: readonly Dim[] | undefined): string {
    const name = this.unique(hint);
    this.#inputs.push({ name, dtype, shape });
    return name;
  }

  /** A constant. Small equal ones are one. Returns its name. */
  constant(value: Tensor | Constant, hint = "constant"): string {
    const constant = "read" in value ? value : constantOf(value);
    const key = constant.byteLength > 0 && constant.byteLength <= 64 ? `${constant.dtype}[${constant.shape.join(",")}]${constant.bytes().join(",")}` : undefined;
    const known = key === undefined ? undefined : this.#smallConstants.get(key);
    if (known !== undefined) return known;
    const name = this.unique(hint);
    this.#constants.set(name, constant);
    if (key !== undefined) this.#smallConstants.set(key, name);
    return name;
  }

  /** The constant that a name stands for, or undefined. */
  constantAt(name: string): Constant | undefined {
    return this.#constants.get(name);
  }

  /** Adds a node and returns the names of its outputs. `""` among the inputs leaves an optional one out. */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}, options: NodeOptions = {}): string[] {
    const domain = options.domain ?? "";
    const hint = options.hint ?? op;
    if (domain !== "") this.#domains[domain] ??= options.domainVersion ?? 1;
    const outputs = (options.outputs ?? [hint]).map((name) => (name === "" ? "" : this.unique(name)));
    this.#nodes.push({ name: this.unique(options.name ?? `${hint}:node`), op, domain, inputs: [...inputs], outputs, attributes });
    return outputs;
  }

  /** Makes a value an output of the graph. Returns the output's name, which is the value's own unless that is an input or a constant. */
  tap(value: string): string {
    this.#check(value);
    const isSource = this.#constants.has(value) || this.#inputs.some((input) => input.name === value);
    const name = isSource ? this.identity(value, `${value}:tap`) : value;
    if (!this.#outputs.some((output) => output.name === name)) this.#outputs.push(this.#declared(name));
    return name;
  }

  /**
   * Rewires every use of `value` to `by`, captured uses and graph outputs included,
   * except in the nodes that `by` itself is computed from.
   */
  replace(value: string, by: string): void {
    this.#check(value);
    this.#check(by);
    const producers = producersOf({ nodes: this.#nodes });
    const ancestors = new Set<Node>();
    const pending = [by];
    while (pending.length > 0) {
      const node = producers.get(pending.pop()!);
      if (!node || ancestors.has(node)) continue;
      ancestors.add(node);
      pending.push(...usesOf(node));
    }
    const renamed = new Map([[value, by]]);
    this.#nodes = this.#nodes.map((node) => (ancestors.has(node) ? node : renameUses(node, renamed)));
    this.#outputs.forEach((output, i) => {
      if (output.name === value) this.#outputs[i] = { ...output, name: by };
    });
  }

  /** The name of output `index` of a node, declared if the file left it out (an LSTM's `Y`, a pooling's `Indices`). */
  withOutput(nodeName: string, index: number): string {
    const at = this.#nodes.findIndex((node) => node.name === nodeName);
    const node = this.#nodes[at];
    if (!node) throw coreError("node-unknown", { node: nodeName, near: didYouMean(nodeName, this.#nodes.map((n) => n.name)) });
    const existing = node.outputs[index];
    if (existing !== undefined && existing !== "") return existing;
    const name = this.unique(`${node.outputs.find((output) => output !== "") ?? node.name}:${index}`);
    const outputs = Array.from({ length: Math.max(index + 1, node.outputs.length) }, (_, i) => (i === index ? name : (node.outputs[i] ?? "")));
    this.#nodes[at] = { ...node, outputs };
    return name;
  }

  /** Replaces a node by another with the same outputs, in place: what lowerings do. */
  substitute(node: Node, by: Partial<Node>): void {
    const at = this.#nodes.indexOf(node);
    if (at < 0) throw coreError("node-unknown", { node: node.name, near: undefined });
    this.#nodes[at] = { ...node, ...by };
  }

  /** Takes a node out; whoever does so gives its outputs another producer (`bind`) or replaces them. */
  remove(node: Node): void {
    this.#nodes = this.#nodes.filter((other) => other !== node);
  }

  /** Gives the free name `name` (that of a removed node's output, say) to `value`. */
  bind(name: string, value: string): void {
    this.#nodes.push({ name: this.unique(`${name}:bind`), op: "Identity", domain: "", inputs: [value], outputs: [name], attributes: {} });
  }

  /** The finished graph: sorted, and without what no output needs. */
  build(options: BuildOptions = {}): Graph {
    const outputs = options.outputs ? options.outputs.map((name) => this.#output(name)) : this.#outputs;
    const prune = options.prune ?? true;
    const needed = outputs.map((output) => output.name);
    const nodes = sortedFor(this.#nodes, prune ? needed : [...needed, ...this.#nodes.flatMap((node) => node.outputs)]);
    const used = new Set(needed);
    for (const node of nodes) for (const name of usesOf(node)) used.add(name);
    return {
      name: this.#base?.name ?? "graph",
      opset: this.opset,
      domains: this.#domains,
      inputs: prune ? this.#inputs.filter((input) => used.has(input.name)) : this.#inputs,
      outputs,
      nodes,
      constants: prune ? new Map([...this.#constants].filter(([name]) => used.has(name))) : this.#constants,
      values: this.#base?.values ?? new Map(),
    };
  }

  #output(value: string): ValueInfo {
    this.#check(value);
    const isSource = this.#constants.has(value) || this.#inputs.some((input) => input.name === value);
    return this.#declared(isSource ? this.identity(value, `${value}:tap`) : value);
  }

  #declared(name: string): ValueInfo {
    return this.#base?.outputs.find((output) => output.name === name) ?? this.#base?.values.get(name) ?? { name, dtype: undefined, shape: undefined };
  }

  #check(value: string): void {
    if (!this.#names.has(value)) throw coreError("value-unknown", { value, near: didYouMean(value, this.#names) });
  }
}

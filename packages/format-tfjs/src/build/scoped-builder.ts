import { GraphBuilder, renameUses, type Attributes, type BuildOptions, type Graph, type NodeOptions } from "@vitrine/core";

/**
 * A builder that remembers of every node in which layer it was made, and names it after that: `conv1/Conv`.
 * Values get their readable names at the end, once it is known which of them stands for what.
 */
export class ScopedBuilder extends GraphBuilder {
  /** The layer that nodes are being made for, component by component. */
  scope: readonly string[] = [];
  /** What nodes are called after where that is not the scope: the name of a node of the file. */
  label: string | undefined;
  readonly #scopes = new Map<string, readonly string[]>();
  readonly #renamed = new Map<string, string>();
  readonly #constants = new Set<string>();
  readonly #reserved: readonly string[];

  constructor(base?: Graph, reserved: readonly string[] = []) {
    super(base, reserved);
    this.#reserved = reserved;
  }

  override node(op: string, inputs: readonly string[], attributes: Attributes = {}, options: NodeOptions = {}): string[] {
    const prefix = this.label ?? this.scope.join("/");
    const own = prefix === "" ? op : `${prefix}/${op}`;
    const hinted = options.hint === undefined || options.hint === op ? own : options.hint;
    const outputs = super.node(op, inputs, attributes, { ...options, hint: hinted, outputs: options.outputs?.map((name) => (name === op ? own : name)) ?? [hinted], name: options.name ?? own });
    if (this.scope.length > 0) this.#scopes.set(this.nodes.at(-1)!.name, this.scope);
    return outputs;
  }

  /** Runs `make` with its nodes in a layer of its own inside the current one. */
  within<T>(scope: readonly string[], make: () => T): T {
    const before = this.scope;
    this.scope = scope;
    try {
      return make();
    } finally {
      this.scope = before;
    }
  }

  /** All names there are: a graph inside this one may use its values, and must not call its own like them. */
  names(): string[] {
    return [...this.inputs.map(({ name }) => name), ...this.#constants, ...this.nodes.flatMap(({ name, outputs }) => [name, ...outputs]), ...this.#reserved];
  }

  override constant(value: Parameters<GraphBuilder["constant"]>[0], hint?: string): string {
    const name = super.constant(value, hint);
    this.#constants.add(name);
    return name;
  }

  /** Whether a node makes the value: it is neither an input nor a constant. */
  isNode(value: string): boolean {
    return this.constantAt(value) === undefined && !this.inputs.some((input) => input.name === value);
  }

  /** The name that a value has been given, or undefined. */
  nameOf(value: string): string | undefined {
    return this.#renamed.get(value);
  }

  /** Gives a value that a node makes its name in the finished graph, `wanted` where that is free; the first name stays. */
  name(value: string, wanted: string): void {
    if (!this.#renamed.has(value) && this.isNode(value)) this.#renamed.set(value, this.unique(wanted));
  }

  /** Hands the name of one value to another that is computed from it; the first keeps it with an ending. */
  handName(from: string, to: string, ending: string): void {
    const name = this.#renamed.get(from);
    if (name === undefined || this.#renamed.has(to)) return;
    this.#renamed.set(to, name);
    this.#renamed.set(from, this.unique(`${name}:${ending}`));
  }

  override build(options: BuildOptions = {}): Graph {
    const graph = super.build(options);
    const name = (value: string): string => this.#renamed.get(value) ?? value;
    return {
      ...graph,
      outputs: graph.outputs.map((output) => ({ ...output, name: name(output.name) })),
      nodes: graph.nodes.map((node) => {
        const scope = this.#scopes.get(node.name);
        const outputs = node.outputs.map(name);
        // A node is called as the value that it makes, where that has a name of its own.
        const first = this.#renamed.get(node.outputs[0] ?? "");
        return { ...renameUses(node, this.#renamed), outputs, ...(first !== undefined && { name: first }), ...(scope && { scope }) };
      }),
    };
  }
}

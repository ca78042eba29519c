import type { Node } from "../graph/graph.js";

/** The module that a node belongs to, `layer2.0.conv1`, and its own last path component; undefined where its exporter wrote no scopes. */
export function scopeOf(node: Node): { readonly module: string; readonly last: string } | undefined {
  if (node.scope) return { module: joinScope(node.scope), last: node.op };
  if (!node.name.startsWith("/")) return undefined;
  const parts = node.name.slice(1).split("/");
  return { module: joinScope(parts.slice(0, -1)), last: parts.at(-1)! };
}

/** `["layer2", "layer2.0", "conv1"]` → `layer2.0.conv1`: PyTorch repeats a container's name in that of its children. */
function joinScope(components: readonly string[]): string {
  let module = "";
  for (const part of components) {
    if (part === "") continue;
    module = module === "" || part === module || part.startsWith(`${module}.`) ? part : `${module}.${part}`;
  }
  return module;
}

/** A node's value with its readable name, and whether it is the one that its whole module is named for. */
export interface NamedNode {
  readonly node: Node;
  readonly name: string;
  readonly module: string | undefined;
  readonly isModuleOutput: boolean;
}

/**
 * Readable names for the values of `nodes`: the module's for its last value, `module:Op` for inner ones,
 * the node's own name without scopes, the value's without that; duplicates get `#2`.
 */
export function nameNodes(nodes: readonly Node[]): NamedNode[] {
  const lastOfModule = new Map<string, Node>();
  for (const node of nodes) {
    const scope = scopeOf(node);
    if (scope && scope.module !== "") lastOfModule.set(scope.module, node);
  }
  const taken = new Map<string, number>();
  return nodes.map((node) => {
    const scope = scopeOf(node);
    const module = scope?.module === "" ? undefined : scope?.module;
    const isModuleOutput = module !== undefined && lastOfModule.get(module) === node;
    const base = module === undefined ? (scope?.last ?? (node.name || node.outputs[0]!)) : isModuleOutput ? module : `${module}:${node.op}`;
    const count = (taken.get(base) ?? 0) + 1;
    taken.set(base, count);
    return { node, name: count === 1 ? base : `${base}#${count}`, module, isModuleOutput };
  });
}

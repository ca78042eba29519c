import type { NodeProto } from "../proto/onnx_pb.js";

const key = "pkg.torch.onnx.name_scopes";

/**
 * The module path that PyTorch's newer exporter writes beside each node: a Python list such as
 * `['', 'layer2', 'layer2.0', 'layer2.0.conv1', 'conv2d_7']`, whose last entry is the node itself.
 */
export function scopeOf(node: NodeProto): readonly string[] | undefined {
  const text = node.metadataProps.find((entry) => entry.key === key)?.value;
  if (text === undefined || text.length > 2_000) return undefined;
  const names = [...text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] ?? match[2] ?? "").replace(/\\(.)/g, "$1"));
  const scope = names.slice(0, -1).filter((name) => name !== "");
  return scope.length > 0 ? scope : undefined;
}

/** The entry that says so, for a node of a scope. */
export function scopeEntry(scope: readonly string[], name: string): { key: string; value: string } {
  const quoted = ["", ...scope, name].map((part) => `'${part.replace(/[\\']/g, "\\$&")}'`);
  return { key, value: `[${quoted.join(", ")}]` };
}

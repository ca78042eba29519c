import { coreError, quote, type Attribute, type Constant, type Graph, type Node } from "@vitrine/core";
import { onnxError } from "../errors.js";
import { Names } from "../names.js";
import type { GraphProto, NodeProto } from "../proto/onnx_pb.js";
import { attributeOf } from "./attribute.js";
import { checked, distinct } from "./check.js";
import { constantOfAttributes, constantOfNode, opaqueConstant, sparseConstant } from "./constants.js";
import type { ExternalFiles } from "./external.js";
import { normalDomain } from "./imports.js";
import { scopeOf } from "./scope.js";
import { constantOfProto } from "./tensor.js";
import { valueInfoOf } from "./value-info.js";

/** How deep graphs may lie inside graphs; real models need three. */
const maxDepth = 24;

/** What reading a graph needs from around it. */
export interface ReadContext {
  readonly file: string;
  readonly files: ExternalFiles;
  readonly opset: number;
  readonly domains: Readonly<Record<string, number>>;
  /** Keys of the model's own functions, see `functionKey`. */
  readonly functions: ReadonlySet<string>;
  /** Inside a function: the attributes of the call. */
  readonly parameters: Readonly<Record<string, Attribute>> | undefined;
}

/** Calls of the model's own functions carry this domain until they are inlined. */
export const functionDomain = "vitrine:function";

export function functionKey(domain: string, name: string, overload: string): string {
  return JSON.stringify([normalDomain(domain), name, overload]);
}

/**
 * The graph as the file has it, at the file's opset: names kept, nodes named and sorted, constants as views.
 * @throws `graph-invalid`, `graph-cycle`, `onnx-tensor`, `onnx-attribute`, `onnx-depth`
 */
export function graphOf(proto: GraphProto, context: ReadContext, depth = 0): Graph {
  if (depth > maxDepth) throw onnxError("onnx-depth", { file: context.file, depth: maxDepth });
  const constants = new Map<string, Constant>();
  const opaque: Node[] = [];
  for (const initializer of proto.initializer) {
    if (constants.has(initializer.name)) throw coreError("graph-invalid", { why: `the weight ${quote(initializer.name)} is there twice` });
    const value = constantOfProto(initializer, context.files, "initializer");
    if ("opaque" in value) opaque.push(opaqueConstant(initializer.name, value.opaque));
    else constants.set(initializer.name, value);
  }
  for (const sparse of proto.sparseInitializer) opaque.push(sparseConstant(sparse));
  // The outer graph's initialisers used to be repeated among its inputs; those are no inputs to anybody who explains a model.
  const weights = new Set([...constants.keys(), ...opaque.flatMap((node) => node.outputs)]);
  const inputs = proto.input.map(valueInfoOf).filter(({ name }) => depth > 0 || !weights.has(name));
  const outputs = depth === 0 ? distinct(proto.output.map(valueInfoOf)) : proto.output.map(valueInfoOf);
  const nodes = nodesOf(proto.node, context, depth, constants, new Set(outputs.map(({ name }) => name)));
  return checked({
    name: proto.name,
    opset: context.opset,
    domains: context.domains,
    inputs,
    outputs,
    nodes: named([...opaque, ...nodes]),
    constants,
    values: new Map(proto.valueInfo.map((info) => [info.name, valueInfoOf(info)])),
  });
}

/** The nodes, in the file's order. `Constant` nodes go to `constants`, but for those whose value is an output: not every runtime returns a constant. */
export function nodesOf(protos: readonly NodeProto[], context: ReadContext, depth: number, constants: Map<string, Constant>, outputs: ReadonlySet<string>): Node[] {
  const nodes: Node[] = [];
  const add = (name: string, value: Constant): void => {
    if (constants.has(name)) throw coreError("graph-invalid", { why: `the constant ${quote(name)} is there twice` });
    constants.set(name, value);
  };
  for (const proto of protos) {
    const isConstant = proto.opType === "Constant" && normalDomain(proto.domain) === "" && proto.output.length === 1 && proto.output[0] !== "" && !outputs.has(proto.output[0]!);
    const whole = isConstant ? constantOfNode(proto, context.files) : undefined;
    if (whole) {
      add(proto.output[0]!, whole);
      continue;
    }
    const node = nodeOf(proto, context, depth);
    const constant = isConstant ? constantOfAttributes(node) : undefined;
    if (constant) add(node.outputs[0]!, constant);
    else nodes.push(node);
  }
  return nodes;
}

function nodeOf(proto: NodeProto, context: ReadContext, depth: number): Node {
  // Without a name of its own a node is called as what it makes.
  const name = proto.name || proto.output.find((output) => output !== "") || proto.opType;
  if (proto.opType === "") throw coreError("graph-invalid", { why: `the node ${quote(name)} names no operator` });
  const key = context.functions.size > 0 ? functionKey(proto.domain, proto.opType, proto.overload) : "";
  const what = context.functions.has(key) ? { op: key, domain: functionDomain } : { op: proto.opType, domain: normalDomain(proto.domain) };
  const attributes = Object.create(null) as Record<string, Attribute>;
  const around = { files: context.files, parameters: context.parameters, graph: (graph: GraphProto) => graphOf(graph, context, depth + 1) };
  for (const attribute of proto.attribute) {
    const value = attributeOf(attribute, name, around);
    if (value) attributes[attribute.name] = value;
  }
  const scope = scopeOf(proto);
  return { name, ...what, inputs: trimmed(proto.input), outputs: trimmed(proto.output), attributes, ...(scope ? { scope } : {}) };
}

/** Without the optional inputs or outputs that are left out at the end. */
function trimmed(names: readonly string[]): readonly string[] {
  let end = names.length;
  while (end > 0 && names[end - 1] === "") end--;
  return end === names.length ? names : names.slice(0, end);
}

/** Nodes of equal names told apart: `conv`, `conv#2`. */
export function named(nodes: readonly Node[]): Node[] {
  const names = new Names(new Set(nodes.map((node) => node.name)));
  const seen = new Set<string>();
  return nodes.map((node) => {
    if (!seen.has(node.name)) {
      seen.add(node.name);
      return node;
    }
    return { ...node, name: names.unique(node.name, "#", 2) };
  });
}

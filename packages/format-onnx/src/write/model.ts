import { create, toBinary } from "@bufbuild/protobuf";
import { subgraphsOf, type Graph, type ModelFile, type Node } from "@vitrine/core";
import { onnxError } from "../errors.js";
import { GraphProtoSchema, ModelProtoSchema, NodeProtoSchema, OperatorSetIdProtoSchema, StringStringEntryProtoSchema, type GraphProto, type NodeProto, type ValueInfoProto } from "../proto/onnx_pb.js";
import { extrasOf, type Extras } from "../extras.js";
import { scopeEntry } from "../read/scope.js";
import { protoOfAttribute } from "./attribute.js";
import { ExternalStore, type ExternalData } from "./external.js";
import { protoOfConstant, protoOfExternal } from "./tensor.js";
import { protoOfValueInfo } from "./value-info.js";

/** The IR version that belongs to opset 21. */
const irVersion = 10n;
const mostBytes = 2 ** 31 - 1;

export interface WriteOptions {
  /**
   * Leave large constants outside the model and return them beside it, not copied: `true`, or from how many bytes on.
   * onnxruntime takes them as `externalData`; written as files beside the model they make a model of any size.
   */
  readonly externalData?: boolean | number;
  /** The file's own key-value metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface WrittenModel {
  readonly bytes: Uint8Array;
  /** Empty unless `externalData` was asked for. */
  readonly external: readonly ExternalData[];
}

/**
 * Writes a graph as an ONNX model.
 * @throws `onnx-too-large` from 2 GiB on, `onnx-write` for what ONNX has no form for
 */
export function writeOnnx(graph: Graph, options: WriteOptions = {}): WrittenModel {
  const store = new ExternalStore(options.externalData ?? false);
  const inside = insideBytes(graph, store);
  if (inside > mostBytes) throw onnxError("onnx-too-large", { bytes: inside });
  // For a runtime, what it computes; for a file, what people may want to know as well.
  const extras = store.wanted ? undefined : extrasOf(graph);
  const opsets = Object.entries({ "": graph.opset, ...domainsOf(graph), ...graph.domains });
  const model = create(ModelProtoSchema, {
    producerName: "vitrine",
    ...extras?.model,
    irVersion,
    graph: protoOfGraph(graph, store, true, extras),
    opsetImport: opsets.map(([domain, version]) => create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) })),
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
  });
  const bytes = toBinary(ModelProtoSchema, model);
  if (bytes.length > mostBytes) throw onnxError("onnx-too-large", { bytes: bytes.length });
  return { bytes, external: store.files };
}

/** Every operator domain in use, at version 1 where the graph does not say: onnxruntime wants each named. */
function domainsOf(graph: Graph, into = Object.create(null) as Record<string, number>): Record<string, number> {
  for (const node of graph.nodes) {
    if (node.domain !== "") into[node.domain] = 1;
    for (const { graph: inner } of subgraphsOf(node)) domainsOf(inner, into);
  }
  return into;
}

export function writeModelFile(file: ModelFile): Promise<Uint8Array> {
  return Promise.resolve().then(() => writeOnnx(file.graph, { metadata: file.metadata }).bytes);
}

/** Bytes of the outer graph's constants that go into the file itself. */
function insideBytes(graph: Graph, store: ExternalStore): number {
  let bytes = 0;
  for (const constant of graph.constants.values()) if (!store.takes(constant)) bytes += constant.byteLength;
  return bytes;
}

function protoOfGraph(graph: Graph, store: ExternalStore, outer: boolean, extras?: Extras): GraphProto {
  const inner = (other: Graph): GraphProto => protoOfGraph(other, store, false);
  const initializer = [...graph.constants].map(([name, constant]) => {
    // Only the outer graph's: onnxruntime looks for in-memory data there alone.
    const placed = outer ? store.place(constant) : undefined;
    return placed ? protoOfExternal(name, constant, placed) : protoOfConstant(name, constant);
  });
  return create(GraphProtoSchema, {
    name: graph.name || "graph",
    node: graph.nodes.map((node) => protoOfNode(node, inner, store.wanted ? {} : saidOf(node, extras))),
    ...extras?.graph,
    initializer,
    input: graph.inputs.map(protoOfValueInfo),
    output: graph.outputs.map(protoOfValueInfo),
    // A runtime infers what it needs; what a file said may be kept for people.
    valueInfo: store.wanted ? [] : declared(graph),
  });
}

function protoOfNode(node: Node, inner: (graph: Graph) => GraphProto, said: Said): NodeProto {
  return create(NodeProtoSchema, {
    ...said,
    name: node.name,
    opType: node.op,
    domain: node.domain,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, attribute]) => protoOfAttribute(name, attribute, inner)),
  });
}

type Said = Partial<Pick<NodeProto, "docString" | "metadataProps">>;

/** What the file said of a node, or at least the scope that the reader will look for. */
function saidOf(node: Node, extras: Extras | undefined): Said {
  const said = extras?.nodes.get(node.name);
  if (said) return said;
  return node.scope ? { metadataProps: [create(StringStringEntryProtoSchema, scopeEntry(node.scope, node.name))] } : {};
}

/** What the file declares of inner values, where the graph still has them: onnxruntime refuses declarations of others. */
function declared(graph: Graph): ValueInfoProto[] {
  if (graph.values.size === 0) return [];
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  for (const { name } of graph.outputs) made.delete(name);
  return [...graph.values.values()].filter(({ name }) => made.has(name)).map(protoOfValueInfo);
}

import { create, toBinary } from "@bufbuild/protobuf";
import type { Graph, ModelFile, Node } from "@vitrine/core";
import { onnxError } from "../errors.js";
import { GraphProtoSchema, ModelProtoSchema, NodeProtoSchema, OperatorSetIdProtoSchema, type GraphProto, type NodeProto, type ValueInfoProto } from "../proto/onnx_pb.js";
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
  const opsets = { "": graph.opset, ...graph.domains };
  const model = create(ModelProtoSchema, {
    irVersion,
    producerName: "vitrine",
    graph: protoOfGraph(graph, store, true),
    opsetImport: Object.entries(opsets).map(([domain, version]) => create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) })),
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
  });
  const bytes = toBinary(ModelProtoSchema, model);
  if (bytes.length > mostBytes) throw onnxError("onnx-too-large", { bytes: bytes.length });
  return { bytes, external: store.files };
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

function protoOfGraph(graph: Graph, store: ExternalStore, outer: boolean): GraphProto {
  const inner = (other: Graph): GraphProto => protoOfGraph(other, store, false);
  const initializer = [...graph.constants].map(([name, constant]) => {
    // Only the outer graph's: onnxruntime looks for in-memory data there alone.
    const placed = outer ? store.place(constant) : undefined;
    return placed ? protoOfExternal(name, constant, placed) : protoOfConstant(name, constant);
  });
  return create(GraphProtoSchema, {
    name: graph.name || "graph",
    node: graph.nodes.map((node) => protoOfNode(node, inner)),
    initializer,
    input: graph.inputs.map(protoOfValueInfo),
    output: graph.outputs.map(protoOfValueInfo),
    valueInfo: declared(graph),
  });
}

function protoOfNode(node: Node, inner: (graph: Graph) => GraphProto): NodeProto {
  return create(NodeProtoSchema, {
    name: node.name,
    opType: node.op,
    domain: node.domain,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, attribute]) => protoOfAttribute(name, attribute, inner)),
  });
}

/** What the file declares of inner values, where the graph still has them: onnxruntime refuses declarations of others. */
function declared(graph: Graph): ValueInfoProto[] {
  if (graph.values.size === 0) return [];
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  for (const { name } of graph.outputs) made.delete(name);
  return [...graph.values.values()].filter(({ name }) => made.has(name)).map(protoOfValueInfo);
}

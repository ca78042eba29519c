import type { Graph } from "@vitrine/core";
import type { GraphProto, ModelProto, NodeProto } from "./proto/onnx_pb.js";

// What a file says that a graph has no word for. It changes nothing that is computed, so a graph does not carry it around:
// it is written back with the very graph that was read, and graphs derived from that one do without.

export interface Extras {
  readonly model: Pick<ModelProto, "producerName" | "producerVersion" | "domain" | "modelVersion" | "docString">;
  readonly graph: Pick<GraphProto, "docString" | "metadataProps" | "quantizationAnnotation">;
  /** By node name. */
  readonly nodes: ReadonlyMap<string, Pick<NodeProto, "docString" | "metadataProps">>;
}

const kept = new WeakMap<Graph, Extras>();

/** Remembers what `proto` says beyond `graph`. */
export function keepExtras(graph: Graph, proto: ModelProto, from: GraphProto): void {
  const { producerName, producerVersion, domain, modelVersion, docString } = proto;
  const said = from.node.filter((node) => node.name !== "" && (node.docString !== "" || node.metadataProps.length > 0));
  kept.set(graph, {
    model: { producerName, producerVersion, domain, modelVersion, docString },
    graph: { docString: from.docString, metadataProps: from.metadataProps, quantizationAnnotation: from.quantizationAnnotation },
    nodes: new Map(said.map((node) => [node.name, { docString: node.docString, metadataProps: node.metadataProps }])),
  });
}

export function extrasOf(graph: Graph): Extras | undefined {
  return kept.get(graph);
}

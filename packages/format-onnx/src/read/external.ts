import type { ModelSource } from "@vitrine/core";
import { onnxError } from "../errors.js";
import { TensorProto_DataLocation, type AttributeProto, type GraphProto, type ModelProto, type NodeProto, type TensorProto } from "../proto/onnx_pb.js";

/** The data files beside a model, by the path that the model calls them. */
export type ExternalFiles = ReadonlyMap<string, Uint8Array>;

/**
 * Reads the files that the model's tensors lie in. The source keeps to the model's folder.
 * @throws `source-outside`, `source-missing`, `onnx-tensor`
 */
export async function readExternalFiles(model: ModelProto, source: ModelSource): Promise<ExternalFiles> {
  const paths = new Map<string, string>();
  for (const tensor of tensorsOf(model)) {
    if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) paths.set(locationOf(tensor), tensor.name);
  }
  const files = new Map<string, Uint8Array>();
  for (const [path, tensor] of paths) {
    if (path === "") throw onnxError("onnx-tensor", { tensor, why: "it lies outside the model, and does not say in which file" });
    files.set(path, await source.sibling(path));
  }
  return files;
}

/** The bytes of a tensor with external data: a view, `size` long. @throws `onnx-external` */
export function externalBytes(tensor: TensorProto, files: ExternalFiles, name: string, size: number): Uint8Array {
  const path = locationOf(tensor);
  const file = files.get(path);
  const fail = (why: string) => onnxError("onnx-external", { tensor: name, path, why });
  if (!file) throw fail("it was not read");
  const number = (key: string): number | undefined => {
    const text = entry(tensor, key);
    if (text === undefined) return undefined;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (Number.isNaN(value)) throw fail(`its ${key} is given as "${text.slice(0, 40)}"`);
    return value;
  };
  const offset = number("offset") ?? 0;
  const length = number("length") ?? size;
  if (length !== size) throw fail(`the tensor needs ${size} bytes, and its length is given as ${length}`);
  if (offset + length > file.length) throw fail(`bytes ${offset} to ${offset + length} were asked of ${file.length}`);
  return file.subarray(offset, offset + length);
}

function entry(tensor: TensorProto, key: string): string | undefined {
  return tensor.externalData.find((pair) => pair.key === key)?.value;
}

/** The path, without the `./` that some exporters put before it. */
function locationOf(tensor: TensorProto): string {
  return (entry(tensor, "location") ?? "").replace(/^(\.\/)+/, "");
}

function* tensorsOf(model: ModelProto): Generator<TensorProto> {
  if (model.graph) yield* ofGraph(model.graph);
  for (const fn of model.functions) {
    yield* ofNodes(fn.node);
    yield* ofAttributes(fn.attributeProto);
  }
}

function* ofGraph(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer;
  for (const sparse of graph.sparseInitializer) {
    if (sparse.values) yield sparse.values;
    if (sparse.indices) yield sparse.indices;
  }
  yield* ofNodes(graph.node);
}

function* ofNodes(nodes: readonly NodeProto[]): Generator<TensorProto> {
  for (const node of nodes) yield* ofAttributes(node.attribute);
}

function* ofAttributes(attributes: readonly AttributeProto[]): Generator<TensorProto> {
  for (const attribute of attributes) {
    if (attribute.t) yield attribute.t;
    yield* attribute.tensors;
    if (attribute.g) yield* ofGraph(attribute.g);
    for (const graph of attribute.graphs) yield* ofGraph(graph);
  }
}

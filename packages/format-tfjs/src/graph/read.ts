import type { Dim, Graph } from "@vitrine/core";
import type { Shape } from "../build/held.js";
import { Layout } from "../build/layout.js";
import { finished } from "../build/outputs.js";
import { ScopedBuilder } from "../build/scoped-builder.js";
import { tfjsError } from "../errors.js";
import { isObject, type Fields, type Json, type JsonObject } from "../json/fields.js";
import type { Weights } from "../weights/read.js";
import { shapeOf, typeOf, type TfType } from "./attributes.js";
import { heldConstant, NodeCall, type NodeRule, type NodeRules, type TfValue } from "./call.js";
import { composedRules } from "./composed.js";
import { constOf } from "./const.js";
import { checkDepth, control, isControl } from "./control.js";
import { isDataflow } from "./dataflow.js";
import { elementwiseRules } from "./elementwise.js";
import { FunctionLibrary } from "./functions.js";
import { functional } from "./functional.js";
import type { Inline } from "./inside.js";
import { listRules, takesLists } from "./lists.js";
import { matrixRules } from "./matrix.js";
import { inOrder, readNodes, readRef, type NodeRef, type TfNode } from "./nodes.js";
import { reductionRules } from "./reduction.js";
import { refusedOps } from "./refused.js";
import { selectingRules } from "./selecting.js";
import { shapingRules } from "./shaping.js";
import { spatialRules } from "./spatial.js";

const rules: NodeRules = { ...elementwiseRules, ...spatialRules, ...matrixRules, ...reductionRules, ...shapingRules, ...selectingRules, ...composedRules, ...listRules };
const ruleOf = (op: string): NodeRule | undefined => (Object.hasOwn(rules, op) ? rules[op] : undefined);

/** Scopes that frozen functions leave in front of every name. */
const shell = /^((Stateful)?PartitionedCall(_\d+)?\/)+/;

/** What the signature says of an input or an output. */
interface Declared extends NodeRef {
  readonly dtype: TfType | undefined;
  readonly shape: Shape | undefined;
}

/** The graph of a GraphModel: a frozen TensorFlow graph. */
export function readGraphModel(fields: Fields, weights: Weights): { graph: Graph; notices: readonly string[]; writer: string | undefined } {
  const { file } = fields;
  const written = readNodes(fields.get("modelTopology"), file);
  const signature = signatureOf(fields);
  const inputs = declared(signature?.["inputs"]);
  const asked = declared(signature?.["outputs"]);
  const outputs = outputsOf(written, asked, file);
  const b = new ScopedBuilder();
  const layout = new Layout(b);
  const library = new FunctionLibrary(fields.get("modelTopology"), file);
  const nodes = functional(written, outputs, library, file);
  const source: Source = { file, weights, library, notices: new Set() };
  const made = new Map<string, readonly TfValue[]>();
  const sorted = inOrder(nodes, outputs, file);
  // Inputs stand in the signature's order, else in the file's.
  const listed = new Map([...inputs.map((input): [string, Declared | undefined] => [input.node, input]), ...[...nodes.values()].map((node): [string, Declared | undefined] => [node.name, inputs.find((input) => input.node === node.name)])]);
  const needed = new Set(sorted);
  for (const [name, info] of listed) {
    const node = nodes.get(name);
    if (node && needed.has(node) && node.op.startsWith("Placeholder") && node.inputs.length === 0) made.set(name, [placeholder(b, node, info)]);
  }
  const valueOf = translateAll({ b, layout, source, path: "", depth: 0 }, sorted, nodes, made);
  b.scope = [];
  b.label = undefined;
  const named = outputs.flatMap((output) => {
    const value = valueOf(output, "an output");
    // A list that leaves a loop for nobody is no output, unless somebody says so.
    if (value.list && asked.length === 0) return [];
    if (value.list) throw tfjsError("tfjs-graph", { file, why: `its output \`${output.node}\` is a list of tensors` });
    return { name: output.index === 0 ? output.node : `${output.node}:${output.index}`, value, dtype: output.dtype };
  });
  return { graph: finished(layout, named), notices: [...source.notices], writer: undefined };
}

/** What all graphs of a file share. */
interface Source {
  readonly file: string;
  readonly weights: Weights;
  readonly library: FunctionLibrary;
  readonly notices: Set<string>;
}

/** Where nodes are being translated. */
interface Place {
  readonly b: ScopedBuilder;
  readonly layout: Layout;
  readonly source: Source;
  /** In front of the names of a function's nodes. */
  readonly path: string;
  readonly depth: number;
}

type ValueOf = (ref: NodeRef, by: string) => TfValue;

/** Results by name, of operators with more than one of them. */
const namedResults: Readonly<Record<string, readonly string[]>> = {
  TopKV2: ["values", "indices"], FusedBatchNorm: ["y"], FusedBatchNormV2: ["y"], FusedBatchNormV3: ["y"], Unique: ["y", "idx"], UniqueV2: ["y", "idx"], ListDiff: ["out", "idx"], MaxPoolWithArgmax: ["output", "argmax"],
  NonMaxSuppressionV4: ["selected_indices", "valid_outputs"], NonMaxSuppressionV5: ["selected_indices", "selected_scores", "valid_outputs"], TensorListPopBack: ["output_handle", "tensor"],
  TensorArrayV3: ["handle", "flow"],
};

/** Translates nodes in order. `made` holds the inputs, and is filled. */
function translateAll(place: Place, sorted: readonly TfNode[], nodes: ReadonlyMap<string, TfNode>, made: Map<string, readonly TfValue[]>): ValueOf {
  const { file, weights } = place.source;
  const valueOf: ValueOf = ({ node, index, output }, by) => {
    const names = output === undefined ? undefined : namedResults[nodes.get(node)?.op ?? ""];
    const value = made.get(node)?.[index + Math.max(0, names?.indexOf(output!) ?? 0)];
    if (!value) throw tfjsError("tfjs-graph", { file, why: `${by} needs output ${index} of \`${node}\`, which has ${made.get(node)?.length ?? 0}` });
    return value;
  };
  for (const node of sorted) {
    if (made.has(node.name)) continue;
    if (node.op === "Const") {
      made.set(node.name, [heldConstant(place.b, constOf(node, weights), node.name)]);
      continue;
    }
    const given = node.inputs.map((input) => valueOf(input, `\`${node.name}\``));
    made.set(node.name, translated(node, given, place));
  }
  return valueOf;
}

/** The nodes of a function, where it is called. */
const inlined =
  ({ source, depth }: Place): Inline =>
  (b, layout, called, given, path) => {
    checkDepth(path, depth + 1, source.file);
    if (given.length !== called.arguments.length) throw tfjsError("tfjs-graph", { file: source.file, why: `${given.length} values go to the function \`${called.name}\`, which takes ${called.arguments.length}` });
    const made = new Map(called.arguments.map(({ name }, i): [string, readonly TfValue[]] => [name, [given[i]!]]));
    const valueOf = translateAll({ b, layout, source, path: `${path}/`, depth: depth + 1 }, inOrder(called.nodes, called.results, source.file), called.nodes, made);
    return called.results.map((result) => valueOf(result, `the function \`${called.name}\``));
  };

function translated(node: TfNode, inputs: readonly TfValue[], place: Place): readonly TfValue[] {
  const { b, layout } = place;
  const rule = ruleOf(node.op);
  if (!rule && !isControl(node.op)) {
    if (isDataflow(node.op)) throw tfjsError("tfjs-op", { node: node.name, op: node.op, why: "it stands in no loop and no branch that is whole" });
    if (Object.hasOwn(refusedOps, node.op)) throw tfjsError("tfjs-op", { node: node.name, op: node.op, why: refusedOps[node.op]! });
    throw tfjsError("tfjs-op-unknown", { node: node.name, op: node.op, known: Object.keys(rules) });
  }
  const name = `${place.path}${node.name}`;
  const plain = name.replace(shell, "");
  b.label = plain;
  b.scope = plain.split("/").slice(0, -1);
  const call = new NodeCall(b, layout, name, node.op, inputs, node.attributes, place.source.notices);
  if (inputs.some(({ list }) => list) && !takesLists(node.op) && !isControl(node.op)) call.fail("a list of tensors goes into it");
  const result = rule ? rule(call) : control(call, place.source.library, inlined(place));
  const values: readonly TfValue[] = Array.isArray(result) ? (result as readonly TfValue[]) : [result as TfValue];
  values.forEach(({ value }, i) => {
    // A list that is still being written is no value.
    if (value !== "" && !inputs.some((input) => input.value === value)) b.name(value, i === 0 ? name : `${name}:${i}`);
  });
  return values;
}

function placeholder(b: ScopedBuilder, node: TfNode, info: Declared | undefined): TfValue {
  const dtype = info?.dtype ?? node.attributes.type("dtype") ?? node.attributes.fail("dtype", "an element type that TensorFlow.js knows");
  const shape = info?.shape ?? node.attributes.shape("shape");
  const dims = shape?.map((size, axis): Dim => size ?? (axis === 0 ? "batch" : null));
  return { value: b.input(node.name, dtype, dims), shape, order: undefined };
}

/** Files say it at the top; older ones in their metadata. */
function signatureOf(fields: Fields): JsonObject | undefined {
  const own = fields.get("signature");
  if (isObject(own)) return own;
  const metadata = fields.get("userDefinedMetadata");
  const inner = isObject(metadata) ? metadata["signature"] : undefined;
  return isObject(inner) ? inner : undefined;
}

function declared(entries: Json | undefined): Declared[] {
  if (!isObject(entries)) return [];
  return Object.entries(entries).flatMap(([key, entry]) => {
    if (!isObject(entry)) return [];
    const name = typeof entry["name"] === "string" ? entry["name"] : key;
    return [{ ...readRef(name), dtype: typeOf(entry["dtype"]), shape: shapeOf(entry["tensorShape"]) }];
  });
}

/** Those of the signature; without one, what no node uses. */
function outputsOf(nodes: ReadonlyMap<string, TfNode>, given: readonly Declared[], file: string): readonly Declared[] {
  if (given.length > 0) return given;
  const used = new Set([...nodes.values()].flatMap((node) => node.inputs.map((input) => input.node)));
  const ends = [...nodes.values()].filter((node) => !used.has(node.name) && node.op !== "Const" && node.op !== "NoOp" && !node.op.startsWith("Placeholder"));
  if (ends.length === 0) throw tfjsError("tfjs-graph", { file, why: "it has no outputs" });
  return ends.map((node) => ({ node: node.name, index: 0, dtype: undefined, shape: undefined }));
}

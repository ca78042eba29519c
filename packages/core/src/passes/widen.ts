import { coreError } from "../errors/catalogue.js";
import type { Attribute } from "../graph/attributes.js";
import { intAttr, attr, subgraphsOf } from "../graph/attributes.js";
import type { Constant } from "../graph/constant.js";
import type { Graph, Node, ValueInfo } from "../graph/graph.js";
import { onnxTypeNumber } from "../graph/operators.js";
import { toFloat32 } from "../tensor/convert.js";
import { isFloat, type DType } from "../tensor/dtype.js";
import { sizeOf, tensor, type Tensor } from "../tensor/tensor.js";
import type { Pass } from "./pass.js";
import { mapSubgraphs } from "./rewrite.js";

/**
 * Makes a model of float16, bfloat16 or float64 one of float32: weights, inputs, outputs, tensors in attributes, the
 * targets of `Cast` and the types that generators are told, in inner graphs too. Weights are converted when they are first read.
 * Half types lose nothing. Float64 loses digits, which a notice tells; it is refused where they may matter: a magnitude
 * beyond 3.4e38 would become infinite, and a whole number between 2^24 and 2^32 that float32 would round may be an index.
 * @throws `float64-needed`
 */
export const widenToFloat32: Pass = {
  id: "widen",
  summary: "float16, bfloat16 and float64 become float32",
  apply: (graph) => {
    const tally = new Tally();
    const widened = widen(graph, tally);
    return { graph: widened, notices: tally.notices() };
  },
};

type OtherFloat = "float16" | "bfloat16" | "float64";

const isOther = (dtype: DType | undefined): dtype is OtherFloat => dtype !== undefined && dtype !== "float32" && isFloat(dtype);

/** What was found, for the notices. */
class Tally {
  readonly #found = new Map<OtherFloat, { bytes: number; inputs: string[] }>();

  see(dtype: OtherFloat, bytes = 0): void {
    this.#entry(dtype).bytes += bytes;
  }

  seeInput(dtype: OtherFloat, name: string): void {
    this.#entry(dtype).inputs.push(name);
  }

  #entry(dtype: OtherFloat): { bytes: number; inputs: string[] } {
    const known = this.#found.get(dtype) ?? { bytes: 0, inputs: [] };
    this.#found.set(dtype, known);
    return known;
  }

  notices(): string[] {
    return [...this.#found].map(([dtype, { bytes, inputs }]) => {
      const narrowed = dtype === "float64";
      const weights = bytes === 0 ? "" : `: its weights take ${megabytes(narrowed ? bytes / 2 : bytes * 2)} instead of ${megabytes(bytes)}`;
      const fed = inputs.length === 0 ? "" : `; feed ${inputs.map((name) => `\`${name}\``).join(", ")} as float32`;
      return `The model's ${dtype} was ${narrowed ? "narrowed" : "widened"} to float32${narrowed ? ", which keeps 7 of 16 digits" : ""}${weights}${fed}.`;
    });
  }
}

const megabytes = (bytes: number): string => (bytes < 1e5 ? `${bytes} bytes` : `${(bytes / 1e6).toFixed(1)} MB`);

function widen(graph: Graph, tally: Tally): Graph {
  const nodes = graph.nodes.map((node) => widenNode(node, tally));
  const constants = new Map<string, Constant>();
  for (const [name, constant] of graph.constants) constants.set(name, widenConstant(name, constant, tally));
  for (const { name, dtype } of graph.inputs) if (isOther(dtype)) tally.seeInput(dtype, name);
  const infos = (list: readonly ValueInfo[]): readonly ValueInfo[] => (list.some((info) => isOther(info.dtype)) ? list.map(widenInfo) : list);
  const values = [...graph.values.values()].some((info) => isOther(info.dtype)) ? new Map([...graph.values].map(([name, info]) => [name, widenInfo(info)])) : graph.values;
  const [inputs, outputs] = [infos(graph.inputs), infos(graph.outputs)];
  const same =
    inputs === graph.inputs && outputs === graph.outputs && values === graph.values &&
    nodes.every((node, i) => node === graph.nodes[i]) && [...constants].every(([name, constant]) => constant === graph.constants.get(name));
  return same ? graph : { ...graph, inputs, outputs, values, nodes, constants };
}

const widenInfo = (info: ValueInfo): ValueInfo => (isOther(info.dtype) ? { ...info, dtype: "float32" } : info);

/** Attributes by which an operator is told a type, as a number of ONNX's TensorProto.DataType. */
const typeAttributes: Readonly<Record<string, string>> = {
  Cast: "to", EyeLike: "dtype", RandomNormal: "dtype", RandomNormalLike: "dtype", RandomUniform: "dtype", RandomUniformLike: "dtype", Bernoulli: "dtype", SequenceEmpty: "dtype",
  BlackmanWindow: "output_datatype", HammingWindow: "output_datatype", HannWindow: "output_datatype", MelWeightMatrix: "output_datatype",
  LayerNormalization: "stash_type", RMSNormalization: "stash_type", GroupNormalization: "stash_type", DequantizeLinear: "output_dtype", Attention: "softmax_precision",
};

const typeOf = new Map<number, OtherFloat>([
  [onnxTypeNumber.float16, "float16"],
  [onnxTypeNumber.bfloat16, "bfloat16"],
  [onnxTypeNumber.float64, "float64"],
]);

function widenNode(node: Node, tally: Tally): Node {
  const attributes: Record<string, Attribute> = { ...node.attributes };
  let changed = false;
  const set = (name: string, attribute: Attribute, dtype: OtherFloat, bytes: number): void => {
    attributes[name] = attribute;
    changed = true;
    tally.see(dtype, bytes);
  };
  const typed = node.domain === "" && Object.hasOwn(typeAttributes, node.op) ? typeAttributes[node.op] : undefined;
  const told = typed === undefined ? undefined : typeOf.get(intAttr(node, typed, 0));
  // A cast down to half in a float32 model is the model's own rounding; undoing it is what "widened" says.
  if (typed !== undefined && told !== undefined) set(typed, attr.int(onnxTypeNumber.float32), told, 0);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    if (attribute.type === "tensor" && isOther(attribute.value.dtype)) {
      set(name, attr.tensor(widenTensor(node.name, attribute.value)), attribute.value.dtype, bytesOf(attribute.value));
    } else if (attribute.type === "tensors" && attribute.value.some((value) => isOther(value.dtype))) {
      for (const value of attribute.value) if (isOther(value.dtype)) tally.see(value.dtype, bytesOf(value));
      attributes[name] = { type: "tensors", value: attribute.value.map((value) => (isOther(value.dtype) ? widenTensor(node.name, value) : value)) };
      changed = true;
    }
  }
  const own = changed ? { ...node, attributes } : node;
  return subgraphsOf(own).length === 0 ? own : mapSubgraphs(own, (graph) => widen(graph, tally));
}

const bytesOf = (value: Tensor): number => (value.dtype === "string" ? 0 : value.data.byteLength);

/** One widened constant for one original, so that graphs which share one share the other. */
const widenedConstants = new WeakMap<Constant, Constant>();

function widenConstant(name: string, constant: Constant, tally: Tally): Constant {
  if (!isOther(constant.dtype)) return constant;
  tally.see(constant.dtype, constant.byteLength);
  const known = widenedConstants.get(constant);
  if (known) return known;
  // What float64 holds has to be looked at now: the refusal must come when the model is read, not when it runs.
  if (constant.dtype === "float64") checkNarrowing(name, constant.read());
  let wide: Tensor<"float32"> | undefined;
  const read = (): Tensor<"float32"> => (wide ??= tensor("float32", constant.shape, toFloat32(constant.read())));
  const widened: Constant = {
    dtype: "float32",
    shape: constant.shape,
    byteLength: sizeOf(constant.shape) * 4,
    read,
    bytes: () => {
      const { data } = read();
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    },
  };
  widenedConstants.set(constant, widened);
  return widened;
}

function widenTensor(where: string, value: Tensor): Tensor {
  if (value.dtype === "float64") checkNarrowing(where, value);
  return tensor("float32", value.shape, toFloat32(value));
}

/** @throws `float64-needed` if float32 cannot stand for an element at all. */
function checkNarrowing(name: string, value: Tensor): void {
  if (value.dtype !== "float64") return;
  for (const element of value.data) {
    const narrow = Math.fround(element);
    if (narrow === element || !Number.isFinite(element)) continue;
    const overflow = !Number.isFinite(narrow);
    const whole = Number.isInteger(element) && Math.abs(element) > 2 ** 24 && Math.abs(element) < 2 ** 32;
    if (overflow || whole) throw coreError("float64-needed", { value: name, element });
  }
}

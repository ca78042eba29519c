import { intAttr, intsAttr, toNumbers, type Constant, type DType, type Node, type ValueInfo } from "@vitrine/core";
import { dtypeOfNumber } from "../read/types.js";

export type Dims = readonly (number | null)[];

export interface Fact {
  readonly dtype: DType | undefined;
  readonly shape: Dims | undefined;
}

/** Ranks beyond this are nonsense, and not followed. */
const mostDims = 64;

const nothing: Fact = { dtype: undefined, shape: undefined };

/**
 * What is known of a graph's values before anything runs: what the file declares, and what follows from it for common operators.
 * Only rules of the upgrade ask it, for an element type or for a rank; where it knows nothing they have a form that needs nothing.
 */
export class Facts {
  readonly #facts = new Map<string, Fact>();
  readonly #declared: ReadonlyMap<string, ValueInfo>;
  readonly #constants: ReadonlyMap<string, Constant>;
  readonly #outer: Facts | undefined;

  constructor(declared: ReadonlyMap<string, ValueInfo>, constants: ReadonlyMap<string, Constant>, outer: Facts | undefined) {
    this.#declared = declared;
    this.#constants = constants;
    this.#outer = outer;
  }

  of(name: string | undefined): Fact {
    if (name === undefined || name === "") return nothing;
    const constant = this.#constants.get(name);
    if (constant) return constant;
    const inferred = this.#facts.get(name);
    const declared = this.#declared.get(name);
    if (!inferred && !declared) return this.#outer?.of(name) ?? nothing;
    const shape = declared?.shape && declared.shape.length <= mostDims ? declared.shape : undefined;
    return { dtype: inferred?.dtype ?? declared?.dtype, shape: inferred?.shape ?? shape?.map((dim) => (typeof dim === "number" ? dim : null)) };
  }

  constantAt(name: string | undefined): Constant | undefined {
    if (name === undefined || name === "") return undefined;
    return this.#constants.get(name) ?? (this.#facts.has(name) || this.#declared.has(name) ? undefined : this.#outer?.constantAt(name));
  }

  /** Takes in what follows for the outputs of a node, in its canonical form. */
  learn(node: Node): void {
    node.outputs.forEach((name, i) => {
      if (name === "") return;
      const shape = node.domain === "" ? this.#shape(node, i) : undefined;
      this.#facts.set(name, { dtype: node.domain === "" ? this.#dtype(node, i) : undefined, shape: shape && shape.length <= mostDims ? shape : undefined });
    });
  }

  #dtype(node: Node, output: number): DType | undefined {
    const input = (i: number): DType | undefined => this.of(node.inputs[i]).dtype;
    if (output > 0) {
      if (node.op === "TopK" || node.op === "MaxPool" || node.op === "Unique") return "int64";
      if (node.op === "Dropout") return "bool";
      return sameTypeOutputs.has(node.op) ? input(0) : undefined;
    }
    if (booleans.has(node.op)) return "bool";
    if (integers.has(node.op)) return "int64";
    switch (node.op) {
      case "Cast":
        return dtypeOfNumber(intAttr(node, "to", 0));
      case "CastLike":
      case "Where":
      case "DequantizeLinear":
        return input(1);
      case "OneHot":
        return input(2);
      case "ConstantOfShape": {
        const value = node.attributes["value"];
        return value === undefined ? "float32" : value.type === "tensor" ? value.value.dtype : undefined;
      }
      default:
        return unlike.has(node.op) ? undefined : input(0);
    }
  }

  #shape(node: Node, output: number): Dims | undefined {
    const input = (i: number): Dims | undefined => this.of(node.inputs[i]).shape;
    const x = input(0);
    if (output > 0 && node.op !== "Split") return undefined;
    if (sameShape.has(node.op)) return x;
    if (broadcasting.has(node.op)) return node.inputs.slice(1).reduce<Dims | undefined>((dims, _, i) => broadcast(dims, input(i + 1)), x);
    if (node.op === "Where") return broadcast(broadcast(x, input(1)), input(2));
    switch (node.op) {
      case "Conv":
      case "ConvTranspose":
        return x && [x[0] ?? null, ...x.slice(1).map(() => null)];
      case "MaxPool":
      case "AveragePool":
      case "LpPool":
        return x && [...x.slice(0, 2), ...x.slice(2).map(() => null)];
      case "GlobalAveragePool":
      case "GlobalMaxPool":
      case "GlobalLpPool":
        return x && [...x.slice(0, 2), ...x.slice(2).map(() => 1)];
      case "Gemm":
      case "Flatten":
        return [null, null];
      case "MatMul": {
        const other = input(1);
        return x && other && x.length >= 2 && other.length >= 2 ? Array.from({ length: Math.max(x.length, other.length) }, () => null) : undefined;
      }
      case "Reshape":
        return this.#numbers(node.inputs[1])?.map((dim, i) => (dim > 0 ? dim : dim === 0 ? (x?.[i] ?? null) : null));
      case "Transpose": {
        const perm = intsAttr(node, "perm");
        return x && (perm ? perm.map((axis) => x[axis] ?? null) : [...x].reverse());
      }
      case "Squeeze": {
        const axes = this.#axes(node.inputs[1], x?.length);
        return x && axes && x.filter((_, i) => !axes.has(i));
      }
      case "Unsqueeze": {
        const list = this.#numbers(node.inputs[1]);
        if (!x || !list) return undefined;
        const axes = this.#axes(node.inputs[1], x.length + list.length)!;
        let next = 0;
        return Array.from({ length: x.length + list.length }, (_, i) => (axes.has(i) ? 1 : (x[next++] ?? null)));
      }
      case "Concat": {
        const axis = intAttr(node, "axis", 0);
        return x?.map((dim, i) => (i === (axis < 0 ? axis + x.length : axis) ? null : dim));
      }
      case "Slice":
      case "Pad":
      case "Resize":
      case "Split":
        return x?.map(() => null);
      case "Shape":
        return [null];
      default:
        return node.op.startsWith("Reduce") ? this.#reduced(node, x) : undefined;
    }
  }

  #reduced(node: Node, x: Dims | undefined): Dims | undefined {
    const given = node.inputs[1] !== undefined && node.inputs[1] !== "";
    const axes = given ? this.#axes(node.inputs[1], x?.length) : new Set(x?.keys());
    if (!x || !axes) return undefined;
    return intAttr(node, "keepdims", 1) === 1 ? x.map((dim, i) => (axes.has(i) ? 1 : dim)) : x.filter((_, i) => !axes.has(i));
  }

  #numbers(name: string | undefined): number[] | undefined {
    const constant = this.constantAt(name);
    return constant?.dtype === "int64" && constant.byteLength <= 256 ? toNumbers(constant.read()) : undefined;
  }

  #axes(name: string | undefined, rank: number | undefined): Set<number> | undefined {
    const axes = this.#numbers(name);
    return axes && rank !== undefined ? new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis))) : undefined;
  }
}

function broadcast(a: Dims | undefined, b: Dims | undefined): Dims | undefined {
  if (!a || !b) return undefined;
  const rank = Math.max(a.length, b.length);
  const dim = (dims: Dims, i: number): number | null => (i < rank - dims.length ? 1 : dims[i - (rank - dims.length)]!);
  return Array.from({ length: rank }, (_, i) => {
    const [left, right] = [dim(a, i), dim(b, i)];
    if (left === 1) return right;
    return right === 1 || right === null ? left : right;
  });
}

const list = (names: string): ReadonlySet<string> => new Set(names.split(" "));

const booleans = list("And Equal Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Not Or Xor OptionalHasElement RegexFullMatch");
const integers = list("ArgMax ArgMin NonMaxSuppression NonZero SequenceLength Shape Size");
/** The element type of the first output does not follow from that of the first input. */
const unlike = list(
  "Bernoulli BlackmanWindow ConcatFromSequence Constant ConvInteger DynamicQuantizeLinear EyeLike HammingWindow HannWindow If ImageDecoder Loop MatMulInteger MelWeightMatrix Multinomial Optional OptionalGetElement QLinearConv QLinearMatMul QuantizeLinear RandomNormal RandomNormalLike RandomUniform RandomUniformLike Scan SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceMap SplitToSequence StringConcat StringNormalizer StringSplit TfIdfVectorizer",
);
const sameTypeOutputs = list("BatchNormalization GRU LSTM RNN Split");
const sameShape = list(
  "Abs Acos Acosh Asin Asinh Atan Atanh BatchNormalization BitwiseNot Cast CastLike Ceil Celu Clip Cos Cosh CumSum DequantizeLinear Dropout Elu Erf Exp Floor Gelu GroupNormalization HardSigmoid HardSwish Hardmax Identity InstanceNormalization IsInf IsNaN LRN LayerNormalization LeakyRelu Log LogSoftmax LpNormalization MeanVarianceNormalization Mish Neg Not QuantizeLinear Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Tan Tanh ThresholdedRelu Trilu ScatterElements ScatterND",
);
const broadcasting = list("Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or PRelu Pow Sub Sum Xor");

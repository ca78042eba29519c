import { attr } from "@vitrine/core";
import type { Size } from "../build/held.js";
import { broadcastShape } from "../build/layout.js";
import { fusedOf } from "./activation.js";
import type { NodeCall, NodeRule, NodeRules, TfValue } from "./call.js";
import { broadcasting } from "./elementwise.js";

/** The product of two matrices, with a bias and an activation where they are fused. */
const matMul: NodeRule = (call) => {
  const [a, b] = [call.input(0), call.input(1)];
  const { bias, activate } = call.op === "_FusedMatMul" ? fusedOf(call) : { bias: undefined, activate: (value: TfValue) => value };
  const [flipA, flipB] = [call.attributes.bool("transpose_a"), call.attributes.bool("transpose_b")];
  if ((a.shape && a.shape.length !== 2) || (b.shape && b.shape.length !== 2)) return activate(withBias(call, batched(call, a, b, flipA, flipB), bias));
  const shape = [a.shape?.[flipA ? 1 : 0] ?? null, b.shape?.[flipB ? 0 : 1] ?? null];
  if (!bias && !flipA && !flipB) return activate(call.value(call.b.op("MatMul", [call.plain(0), call.plain(1)]), shape));
  const direct = bias === undefined || bias.shape?.length === 1;
  const value = call.b.op("Gemm", [call.plain(0), call.plain(1), ...(bias && direct ? [bias.value] : [])], { ...(flipA && { transA: attr.int(1) }), ...(flipB && { transB: attr.int(1) }) });
  const product = call.value(value, shape);
  return activate(direct ? product : withBias(call, product, bias));
};

const withBias = (call: NodeCall, product: TfValue, bias: TfValue | undefined): TfValue => (bias ? broadcasting(call, [product, bias], (values) => call.b.op("Add", values)) : product);

function batched(call: NodeCall, a: TfValue, b: TfValue, flipA: boolean, flipB: boolean): TfValue {
  const [left, right] = [flipA ? flipped(call, a) : a, flipB ? flipped(call, b) : b];
  const value = call.b.op("MatMul", [call.layout.plain(left), call.layout.plain(right)]);
  const outer = broadcastShape([left.shape?.slice(0, -2), right.shape?.slice(0, -2)]);
  return call.value(value, outer && [...outer, left.shape!.at(-2) ?? null, right.shape!.at(-1) ?? null]);
}

/** The last two axes in the other's place: only a matter of order until somebody needs them. */
function flipped(call: NodeCall, input: TfValue): TfValue {
  const rank = input.shape?.length ?? call.fail("the number of its input's axes is not known");
  if (rank < 2) call.invalid("its input is no matrix");
  const perm = Array.from({ length: rank }, (_, i) => (i === rank - 2 ? rank - 1 : i === rank - 1 ? rank - 2 : i));
  return reordered(input, perm);
}

/** Axis i of the result is axis `perm[i]`. Nothing moves in memory. */
export function reordered(input: TfValue, perm: readonly number[]): TfValue {
  const before = input.order ?? perm.map((_, i) => i);
  const shape: readonly Size[] = perm.map((axis) => input.shape?.[axis] ?? null);
  return { value: input.value, shape, order: before.map((axis) => perm.indexOf(axis)) };
}

const batchMatMul: NodeRule = (call) => batched(call, call.input(0), call.input(1), call.attributes.bool("adj_x"), call.attributes.bool("adj_y"));

const einsum: NodeRule = (call) => {
  const equation = (call.attributes.text("equation") ?? "").replaceAll(" ", "");
  if (!/^[a-zA-Z]*(,[a-zA-Z]*)*->[a-zA-Z]*$/.test(equation)) call.fail(`its equation \`${equation}\` is not followed`);
  const value = call.b.op("Einsum", call.inputs.map((_, i) => call.plain(i)), { equation: attr.string(equation) });
  const sizes = new Map<string, Size>();
  equation.split("->")[0]!.split(",").forEach((term, i) => [...term].forEach((letter, axis) => sizes.set(letter, sizes.get(letter) ?? call.input(i).shape?.[axis] ?? null)));
  return call.value(value, [...equation.split("->")[1]!].map((letter) => sizes.get(letter) ?? null));
};

/**
 * What lies near the diagonal; a negative number keeps all on its side. TensorFlow.js reads the number of lower diagonals for the
 * upper ones too, an error of its own: what the network was trained with counts.
 */
const bandPart: NodeRule = (call) => {
  const input = call.input(0);
  const [lower = -1] = call.numbers(1, "number of lower diagonals");
  const [upper = -1] = call.numbers(2, "number of upper diagonals");
  if (lower !== upper) call.notices.add(`Of the matrix at \`${call.name}\` (MatrixBandPart) TensorFlow.js keeps other diagonals than the file says, an error of its own. It is translated as it was trained.`);
  if (lower < 0 && upper < 0) return input;
  const { b } = call;
  const part = (x: string, above: boolean, k: number): string => b.op("Trilu", [x, b.scalar(k, "int64")], { upper: attr.int(above ? 1 : 0) });
  // onnxruntime cuts no triangle of 32-bit integers.
  const isInt = call.attributes.type("T") === "int32";
  let value = isInt ? b.cast(call.plain(0), "int64") : call.plain(0);
  if (upper >= 0) value = part(value, false, upper);
  if (lower >= 0) value = part(value, true, -lower);
  return call.value(isInt ? b.cast(value, "int32") : value, input.shape);
};

export const matrixRules: NodeRules = { MatMul: matMul, _FusedMatMul: matMul, BatchMatMul: batchMatMul, BatchMatMulV2: batchMatMul, BatchMatMulV3: batchMatMul, Einsum: einsum, MatrixBandPart: bandPart };

import { float32, scalar } from "@vitrine/core";
import { placeOf } from "../build/held.js";
import { activated } from "./activations.js";
import { held, type KerasValue, type LayerCall, type LayerRule } from "./call.js";

/** The product along the last axis, of values of any rank. */
function dense(call: LayerCall, input: KerasValue): KerasValue {
  const rank = input.shape.length;
  if (rank < 2) call.invalid("its input has no axis of features");
  const units = call.config.int("units", undefined, 1);
  const kernel = call.parameter("kernel", [input.shape[rank - 1] ?? null, units]);
  const bias = call.config.boolean("use_bias", true) ? call.parameter("bias", [units]) : undefined;
  // Features that lie last are multiplied where they are, whatever order the other axes have.
  const order = placeOf(input, rank - 1) === rank - 1 ? input.order : undefined;
  const x = call.layout.in(input, order);
  const shape = [...input.shape.slice(0, -1), units];
  if (rank === 2) return activated(call, held(call.b.op("Gemm", [x, kernel, ...(bias === undefined ? [] : [bias])]), shape, order));
  const product = call.b.op("MatMul", [x, kernel]);
  return activated(call, held(bias === undefined ? product : call.b.op("Add", [product, bias]), shape, order));
}

/** Rows of a table. Indices may come as float32, which is what TensorFlow.js feeds. */
const embedding: LayerRule = (call) => {
  const { input } = call;
  const table = call.parameter("embeddings", [call.config.int("input_dim", undefined, 1), call.config.int("output_dim", undefined, 1)]);
  const indices = call.b.cast(call.layout.plain(input), "int32", "Cast");
  const shape = [...input.shape, call.config.int("output_dim")];
  const value = held(call.b.gather(table, indices, 0), shape);
  if (!call.config.boolean("mask_zero", false)) return value;
  return { ...value, mask: { layer: call.title, value: input.shape.length === 2 ? call.b.not(call.b.equal(indices, call.b.constant(scalar(0, "int32"), "zero"), "Equal"), "Not") : undefined } };
};

/** Which of `num_tokens` are among the numbers of a sample, or how often. */
const categories: LayerRule = (call) => {
  const { b } = call;
  const input = call.ranked(2);
  const depth = call.config.int("num_tokens", undefined, 1);
  const mode = call.config.string("output_mode", "multiHot").replaceAll("_", "").toLowerCase();
  const indices = b.cast(call.layout.plain(input), "int64", "Cast");
  if (mode === "int") return held(b.cast(indices, "float32", "Cast"), input.shape);
  if (mode !== "onehot" && mode !== "multihot" && mode !== "count") call.fail(`its output mode \`${mode}\` takes weights that are fed, which TensorFlow.js cannot save`);
  if (mode === "onehot" && input.shape[1] !== 1) call.fail("TensorFlow.js has no one-hot categories of more than one number per sample");
  const each = b.op("OneHot", [indices, b.constant(scalar(depth, "int64"), "depth"), b.constant(float32([2], [0, 1]), "off and on")]);
  return held(mode === "count" ? b.reduceSum(each, [1]) : b.reduceMax(each, [1]), [input.shape[0] ?? null, depth]);
};

export const denseRules: Readonly<Record<string, LayerRule>> = { CategoryEncoding: categories, Dense: (call) => dense(call, call.input), Embedding: embedding };

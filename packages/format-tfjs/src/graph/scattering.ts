import { attr } from "@vitrine/core";
import type { NodeCall, NodeRule, NodeRules } from "./call.js";
import { scalarOf } from "./elementwise.js";
import { filled } from "./shaping.js";

/** Indices as ONNX takes them, a row for each update: TensorFlow lets a list stand for rows of one. */
function rowsOf(call: NodeCall, i: number): string {
  const rows = call.b.cast(call.plain(i), "int64");
  return call.rank(i) > 1 ? rows : call.b.reshape(rows, [-1, 1]);
}

/** Zeros, to which updates are added where their indices say; indices may repeat. */
const scatterNd: NodeRule = (call) => {
  const zeros = filled(call, scalarOf(call, 0), 2);
  return call.value(call.b.op("ScatterND", [zeros.value, rowsOf(call, 0), call.plain(1)], { reduction: attr.string("add") }), zeros.shape);
};

/** The tensor with some of it replaced. */
const scatterUpdate: NodeRule = (call) => call.value(call.b.op("ScatterND", [call.plain(0), rowsOf(call, 1), call.plain(2)]), call.input(0).shape);

/** One value everywhere but where indices say; a single other value may stand at all of them. */
const sparseToDense: NodeRule = (call) => {
  const { b } = call;
  const dense = filled(call, call.plain(3), 1);
  const rows = rowsOf(call, 0);
  const single = call.input(2).shape?.length === 0;
  const values = single ? b.expand(call.plain(2), b.slice(b.shape(rows), [0], [1], [0])) : call.plain(2);
  return call.value(b.op("ScatterND", [dense.value, rows, values]), dense.shape);
};

export const scatteringRules: NodeRules = { ScatterNd: scatterNd, TensorScatterUpdate: scatterUpdate, SparseToDense: sparseToDense };

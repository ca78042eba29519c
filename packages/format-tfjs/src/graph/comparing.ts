import { attr } from "@vitrine/core";
import type { NodeCall, NodeRule, NodeRules } from "./call.js";
import { reordered } from "./matrix.js";
import { axisOf } from "./reduction.js";

/* Sets, bounds and counts: every element is compared with every other, in operators that all runtimes have. */

/** Where elements are the same. What is no number is the same as what is none either, as TensorFlow.js has it. */
function same(call: NodeCall, x: string, y: string): string {
  const { b } = call;
  const equal = b.equal(x, y);
  if (call.attributes.type("T") !== "float32") return equal;
  return b.op("Or", [equal, b.and(b.op("IsNaN", [x]), b.op("IsNaN", [y]))]);
}

/** How often a condition holds along an axis. */
const timesTrue = (call: NodeCall, condition: string, axis: number): string => call.b.reduceSum(call.b.cast(condition, "float32"), [axis]);

/** The places where a list of truth values holds. */
const placesWhere = (call: NodeCall, condition: string): string => call.b.squeeze(call.b.op("NonZero", [condition]), [0]);

/** The parts along an axis that differ, in the order in which they first come, and for each part the place of its like among them. */
const unique: NodeRule = (call) => {
  const { b } = call;
  const input = call.input(0);
  const rank = call.op === "Unique" ? 1 : call.rank(0);
  const axis = call.op === "Unique" ? 0 : axisOf(call, input, call.numbers(1, "axis")[0] ?? 0);
  const axes = Array.from({ length: rank }, (_, i) => i);
  const parts = rank === 1 ? call.plain(0) : b.reshape(call.layout.plain(reordered(input, [axis, ...axes.filter((one) => one !== axis)])), [0, -1]);
  const each = same(call, b.unsqueeze(parts, [1]), b.unsqueeze(parts, [0]));
  const alike = b.cast(rank === 1 ? each : b.equal(timesTrue(call, b.not(each), 2), b.scalar(0)), "float32");
  const before = b.reduceSum(b.op("Trilu", [alike, b.scalar(-1, "int64")], { upper: attr.int(0) }), [1]);
  const first = b.equal(before, b.scalar(0));
  const values = b.gather(call.plain(0), placesWhere(call, first), axis);
  const isFirst = b.cast(first, "float32");
  const number = b.mul(b.sub(b.op("CumSum", [isFirst, b.scalar(0, "int64")]), b.scalar(1)), isFirst);
  const indices = b.cast(b.reduceSum(b.mul(alike, b.unsqueeze(number, [0])), [1]), "int32");
  return [call.value(values, input.shape?.map((size, i) => (i === axis ? null : size))), call.value(indices, input.shape && [input.shape[axis] ?? null])];
};

/** The elements of a list that are not in another one, and their places. */
const listDiff: NodeRule = (call) => {
  const { b } = call;
  const found = timesTrue(call, same(call, b.unsqueeze(call.plain(0), [1]), b.unsqueeze(call.plain(1), [0])), 1);
  const places = placesWhere(call, b.equal(found, b.scalar(0)));
  return [call.value(b.gather(call.plain(0), places, 0), [null]), call.value(b.cast(places, "int32"), [null])];
};

/** Where values belong in a sorted row: in front of their equals, or behind them. */
const bound =
  (before: "Less" | "LessOrEqual"): NodeRule =>
  (call) => {
    const { b } = call;
    if (call.inputs.some(({ shape }) => shape && shape.length !== 2)) call.invalid("its inputs are no matrices");
    const [rows, values] = [b.unsqueeze(call.plain(0), [1]), b.unsqueeze(call.plain(1), [2])];
    return call.value(b.cast(timesTrue(call, b.op(before, [rows, values]), 2), "int32"), call.input(1).shape);
  };

/** How often each whole number below a size comes, in all or in each row, or the weights of those places together. */
const bincount: NodeRule = (call) => {
  const { b } = call;
  const byRow = call.op === "DenseBincount" && call.rank(0) === 2;
  const flat = (i: number): string => (byRow ? call.plain(i) : b.reshape(call.plain(i), [-1]));
  const axis = byRow ? 1 : 0;
  const isInt = call.attributes.type("T") === "int32";
  const type = isInt ? "int32" : "float32";
  const bins = b.op("Range", [b.scalar(0, "int32"), call.plain(1), b.scalar(1, "int32")]);
  const hits = b.equal(b.unsqueeze(flat(0), [-1]), bins);
  const weighted = !call.input(2).shape?.includes(0);
  let value: string;
  const binary = call.attributes.bool("binary_output");
  if (binary && !byRow) call.notices.add(`At \`${call.name}\` (${call.op}) TensorFlow.js counts where the file asks only whether there is any, an error of its own. It is translated as it was trained.`);
  if (binary) value = b.cast(b.greater(timesTrue(call, hits, axis), b.scalar(0)), type);
  else if (weighted) value = b.reduceSum(b.mul(b.cast(hits, type), b.unsqueeze(flat(2), [-1])), [axis]);
  else value = isInt ? b.cast(timesTrue(call, hits, axis), type) : timesTrue(call, hits, axis);
  return call.value(value, [...(byRow ? [call.input(0).shape![0] ?? null] : []), call.known(1)?.[0] ?? null]);
};

export const comparingRules: NodeRules = {
  Unique: unique, UniqueV2: unique, ListDiff: listDiff, LowerBound: bound("Less"), UpperBound: bound("LessOrEqual"), Bincount: bincount, DenseBincount: bincount,
};

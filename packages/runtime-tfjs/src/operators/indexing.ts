import * as tf from "@tensorflow/tfjs-core";
import { intAttr, sizeOf, stringAttr, stridesOf, toNumbers } from "@vitrine/core";
import { Refusal, tfjsError } from "../errors.js";
import { axisIn, shapeIn } from "../layout.js";
import { Held } from "../value.js";
import { nearHost } from "./heap.js";
import { select } from "./kernels.js";
import { pick } from "./pieces.js";
import { axisOf, input, numbersAt, type DeviceOperator, type Operator } from "./operator.js";

/** Indices counted from the front. Those on the host are checked: a kernel would read beside the data. @throws `index-outside` */
function positive(indices: Held, size: number, axis: number): tf.Tensor {
  const host = nearHost() ? indices.host() : indices.onHost;
  if (host && host.dtype !== "string") {
    const outside = toNumbers(host).find((index) => index < -size || index >= size);
    if (outside !== undefined) throw tfjsError("index-outside", { index: outside, size, axis });
    if (toNumbers(host).every((index) => index >= 0)) return indices.plain();
  }
  const at = indices.plain();
  return select(tf.less(at, 0), tf.add(at, tf.scalar(size, "int32")), at);
}

/** The elements at places (from the front) that lie on the device. */
const taken = (x: tf.Tensor, places: tf.Tensor, axis = 0): tf.Tensor => (nearHost() ? pick(x, places.dataSync(), axis) : tf.gather(x, places as tf.Tensor1D, axis));

const gather: DeviceOperator = (call) => {
  const [x, indices] = [input(call, 0), input(call, 1)];
  const axis = axisOf(intAttr(call.node, "axis", 0), x.rank);
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  if (sizeOf(shape) === 0) return [Held.device(x.dtype, shape, tf.zeros(shape, x.plain().dtype))];
  const layout = indices.rank === 1 ? x.layout : "plain";
  const y = taken(x.in(layout), tf.reshape(positive(indices, x.shape[axis]!, axis), [indices.size]), axisIn(layout, axis, x.rank));
  return [Held.device(x.dtype, shape, tf.reshape(y, shapeIn(layout, shape)), layout)];
};

/** The flat place that each of `indices` means along `axis` of `shape`; on other axes it stays where it is. */
function flatPlaces(indices: tf.Tensor, shape: readonly number[], axis: number): tf.Tensor {
  const strides = stridesOf(shape);
  return indices.shape.reduce<tf.Tensor>((sum, count, i) => {
    if (i === axis || count === 1) return sum;
    const ramp = tf.tensor(Int32Array.from({ length: count }, (_, k) => k * strides[i]!), indices.shape.map((dim, k) => (k === i ? dim : 1)), "int32");
    return tf.add(sum, ramp);
  }, tf.mul(indices, tf.scalar(strides[axis]!, "int32")));
}

const gatherElements: DeviceOperator = (call) => {
  const [x, indices] = [input(call, 0), input(call, 1)];
  const axis = axisOf(intAttr(call.node, "axis", 0), x.rank);
  const at = flatPlaces(positive(indices, x.shape[axis]!, axis), x.shape, axis);
  const y = taken(tf.reshape(x.plain(), [x.size]), tf.reshape(at, [indices.size]));
  return [Held.device(x.dtype, indices.shape, tf.reshape(y, [...indices.shape]))];
};

/** Rows of `depth` indices as one flat index each, negative ones counted from the back. */
function rowPlaces(indices: Held, sizes: readonly number[], unit: number): tf.Tensor {
  const depth = sizes.length;
  const strides = stridesOf(sizes);
  const rows = tf.reshape<tf.Rank.R2>(indices.plain(), [indices.size / depth, depth]);
  const dims = tf.tensor(Int32Array.from(sizes), [1, depth], "int32");
  const counted = select(tf.less(rows, 0), tf.add(rows, dims), rows);
  return tf.sum(tf.mul(counted, tf.tensor(Int32Array.from(strides, (stride) => stride * unit), [1, depth], "int32")), 1);
}

const gatherND: DeviceOperator = (call) => {
  const [x, indices] = [input(call, 0), input(call, 1)];
  const batch = intAttr(call.node, "batch_dims", 0);
  const depth = indices.shape.at(-1) ?? 0;
  if (depth === 0) throw new Refusal("its indices have no depth");
  const sizes = x.shape.slice(batch, batch + depth);
  const rest = x.shape.slice(batch + depth);
  const samples = sizeOf(x.shape.slice(0, batch));
  let places = rowPlaces(indices, sizes, 1);
  if (batch > 0) {
    const perSample = places.size / samples;
    const begins = tf.tensor(Int32Array.from({ length: samples }, (_, i) => i * sizeOf(sizes)), [samples, 1], "int32");
    places = tf.reshape(tf.add(tf.reshape(places, [samples, perSample]), begins), [places.size]);
  }
  const y = taken(tf.reshape(x.plain(), [samples * sizeOf(sizes), sizeOf(rest)]), places);
  const shape = [...indices.shape.slice(0, -1), ...rest];
  return [Held.device(x.dtype, shape, tf.reshape(y, shape))];
};

/** Adds updates where their places say; places may repeat. */
const addAt = (x: Held, places: tf.Tensor, updates: tf.Tensor, rows: number): Held => {
  const width = rows === 0 ? 0 : x.size / rows;
  const at = tf.reshape<tf.Rank.R2>(places, [places.size, 1]);
  const sum = tf.scatterND(at, tf.reshape(updates, [places.size, width]), [rows, width]);
  return Held.device(x.dtype, x.shape, tf.add(x.plain(), tf.reshape(sum, [...x.shape])));
};

const adds = (node: { readonly attributes: Parameters<typeof stringAttr>[0]["attributes"] }): boolean => stringAttr(node, "reduction", "none") === "add";

const scatterElements: DeviceOperator = (call) => {
  const [x, indices, updates] = [input(call, 0), input(call, 1), input(call, 2)];
  const axis = axisOf(intAttr(call.node, "axis", 0), x.rank);
  if (indices.size === 0 || x.size === 0) return [x];
  return [addAt(x, flatPlaces(positive(indices, x.shape[axis]!, axis), x.shape, axis), updates.plain(), x.size)];
};

const scatterND: DeviceOperator = (call) => {
  const [x, indices, updates] = [input(call, 0), input(call, 1), input(call, 2)];
  const sizes = x.shape.slice(0, indices.shape.at(-1) ?? 0);
  if (indices.size === 0 || x.size === 0) return [x];
  return [addAt(x, rowPlaces(indices, sizes, 1), updates.plain(), sizeOf(sizes))];
};

const oneHot: DeviceOperator = (call) => {
  const indices = input(call, 0);
  const [depth = 0] = numbersAt(call, 1) ?? [];
  const values = input(call, 2);
  const [off = 0, on = 1] = numbersAt(call, 2) ?? [];
  if (depth < 1) throw new Refusal(`its depth is ${depth}`);
  const axis = axisOf(intAttr(call.node, "axis", -1), indices.rank + 1);
  const shape = [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)];
  const at = indices.plain();
  const counted = tf.expandDims(select(tf.less(at, 0), tf.add(at, tf.scalar(depth, at.dtype)), at), axis);
  const places = tf.tensor(Int32Array.from({ length: depth }, (_, i) => i), shape.map((dim, i) => (i === axis ? dim : 1)), "int32");
  const hit = tf.equal(tf.cast(counted, "int32"), places);
  const made = tf.where(hit, tf.fill(shape, on), tf.fill(shape, off));
  const type = values.dtype.includes("float") ? "float32" : values.dtype === "bool" ? "bool" : "int32";
  return [Held.device(values.dtype, shape, type === "float32" ? made : tf.cast(made, type))];
};

export type IndexingName = "Gather" | "GatherElements" | "GatherND" | "ScatterElements" | "ScatterND" | "OneHot";

export const indexing: Readonly<Record<IndexingName, Operator>> = {
  Gather: { device: gather },
  GatherElements: { device: gatherElements },
  GatherND: { device: gatherND },
  ScatterElements: { device: scatterElements, onHost: (node) => !adds(node), exact: true },
  ScatterND: { device: scatterND, onHost: (node) => !adds(node), exact: true },
  OneHot: { device: oneHot, reads: [1, 2] },
};

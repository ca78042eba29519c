import { attr } from "@vitrine/core";
import { isInOrder, placeOf, type Size } from "../build/held.js";
import { alike, held, type LayerRule } from "./call.js";

/** The product of sizes; null where one is open. */
export const productOf = (sizes: readonly Size[]): Size => (sizes.includes(null) ? null : sizes.reduce<number>((product, size) => product * size!, 1));

const identity: LayerRule = (call) => call.input;

const flatten: LayerRule = (call) => {
  const { input } = call;
  const rank = input.shape.length;
  if (rank < 2) return call.invalid("its input has no axes to flatten");
  let value = call.layout.plain(input);
  // Keras flattens channels-first values as if their channels were last.
  if (call.config.string("data_format", "channels_last").toLowerCase().replace("_", "") === "channelsfirst" && rank > 2) {
    value = call.b.transpose(value, [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]);
  }
  return held(call.b.op("Flatten", [value], { axis: attr.int(1) }), [input.shape[0] ?? null, productOf(input.shape.slice(1))]);
};

const reshape: LayerRule = (call) => {
  const { input } = call;
  const target = call.config.array("target_shape").map((size) => (size === null ? -1 : typeof size === "number" && Number.isInteger(size) && size >= -1 && size !== 0 ? size : call.config.fail("target_shape", "sizes of at least 1, or -1 for the rest")));
  const open = target.filter((size) => size === -1).length;
  if (open > 1) call.config.fail("target_shape", "one open size");
  const from = productOf(input.shape.slice(1));
  const fixed = target.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  if (from !== null && (open === 0 ? fixed !== from : from % fixed !== 0)) call.invalid(`its input has ${from} elements per sample, which do not fit [${target.join(", ")}]`);
  const shape = [input.shape[0] ?? null, ...target.map((size) => (size === -1 ? (from === null ? null : from / fixed) : size))];
  return held(call.b.reshape(call.layout.plain(input), [0, ...target], "Reshape"), shape);
};

/** Only a matter of what the axes are called, until somebody needs them in place. */
const permute: LayerRule = (call) => {
  const { input } = call;
  const rank = input.shape.length;
  const perm = [0, ...call.config.ints("dims", rank - 1)];
  if ([...perm].sort((a, b) => a - b).some((axis, i) => axis !== i)) call.config.fail("dims", `each of 1 to ${rank - 1} once`);
  const before = input.order ?? perm.map((_, i) => i);
  const order = before.map((axis) => perm.indexOf(axis));
  return { ...alike(input, input.value), shape: perm.map((axis) => input.shape[axis] ?? null), order: isInOrder(order) ? undefined : order };
};

const repeat: LayerRule = (call) => {
  const input = call.ranked(2);
  const n = call.config.int("n", undefined, 1);
  return held(call.b.expand(call.b.unsqueeze(call.layout.plain(input), [1]), [1, n, 1]), [input.shape[0] ?? null, n, input.shape[1] ?? null]);
};

/** Steps of which every feature is the mask's value become zeros, and are marked. */
const masking: LayerRule = (call) => {
  const { b, input } = call;
  const last = placeOf(input, input.shape.length - 1);
  const differs = b.cast(b.not(b.equal(input.value, b.scalar(call.config.number("mask_value", 0)), "Equal"), "Not"), "float32", "Cast");
  const counts = b.reduceMax(differs, [last], true);
  const rest = input.shape.map((_, i) => i).slice(0, -1);
  // Without its last axis, the mask lies as the file means it.
  const lying = { value: b.squeeze(b.cast(counts, "bool", "Cast"), [last]), shape: input.shape.slice(0, -1), order: input.order ? input.order.filter((axis) => rest.includes(axis)) : undefined };
  return { ...alike(input, b.mul(input.value, counts, "Mul")), mask: { layer: call.title, value: input.shape.length === 3 ? call.layout.plain(lying) : undefined } };
};

/** value · scale + offset, of TensorFlow.js's preprocessing layers. */
const rescaling: LayerRule = (call) => {
  const { b, input } = call;
  const scaled = b.mul(input.value, b.scalar(call.config.number("scale")), "Mul");
  const offset = call.config.number("offset", 0);
  return alike(input, offset === 0 ? scaled : b.add(scaled, b.scalar(offset), "Add"));
};

/** What does nothing once a network is trained. */
const identities: Readonly<Record<string, LayerRule>> = Object.fromEntries(
  ["Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization"].map((kind) => [kind, identity]),
);

export const shapingRules: Readonly<Record<string, LayerRule>> = { ...identities, Flatten: flatten, Reshape: reshape, Permute: permute, RepeatVector: repeat, Masking: masking, Rescaling: rescaling };

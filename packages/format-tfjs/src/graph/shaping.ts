import { attr, int64, tensor, constantOf } from "@vitrine/core";
import { arranged, placeOf, type Size } from "../build/held.js";
import { productOf } from "../layers/shaping.js";
import type { NodeCall, NodeRule, NodeRules, TfValue } from "./call.js";
import { reordered } from "./matrix.js";
import { axisOf, orderWithout } from "./reduction.js";

/** A list of sizes as ONNX takes it: known, or computed. */
function sizesValue(call: NodeCall, i: number): string {
  const known = call.known(i);
  return known ? call.b.ints(known) : call.b.cast(call.plain(i), "int64", "Cast");
}

const reshape: NodeRule = (call) => {
  const input = call.input(0);
  const target = call.elements(1);
  if (!target) return call.value(call.b.op("Reshape", [call.plain(0), sizesValue(call, 1)]), known(call.input(1)));
  const open = target.filter((size) => size === null || size === -1).length;
  const from = input.shape && productOf(input.shape);
  const fixed = target.reduce<number>((product, size) => (size === null || size === -1 ? product : product * size), 1);
  const rest = open === 1 && typeof from === "number" && fixed > 0 && Number.isInteger(from / fixed) ? from / fixed : null;
  const shape = target.map((size) => (size === null || size === -1 ? rest : size));
  // One size that is not known is what is left; there is no need to compute it. ONNX takes 0 for "as it was".
  const value = open <= 1 && !target.includes(0) ? call.b.ints(target.map((size) => size ?? -1)) : sizesValue(call, 1);
  return call.value(call.b.op("Reshape", [call.plain(0), value]), shape, { elements: shape.length <= 1 ? call.elements(0) : undefined });
};

/** No tensor has more. */
const mostAxes = 16;

/** The shape that a list of sizes stands for: open, but of a known rank. */
const known = (list: TfValue): Size[] | undefined => {
  const [rank] = list.shape ?? [];
  return typeof rank === "number" && rank <= mostAxes ? new Array<Size>(rank).fill(null) : undefined;
};

const squeeze: NodeRule = (call) => {
  const input = call.input(0);
  const given = call.attributes.ints("squeeze_dims");
  const listed = given.length > 0 ? given : call.attributes.ints("axis");
  if (!input.shape) return listed.length === 0 ? call.fail("the number of its input's axes is not known") : call.value(call.b.squeeze(input.value, listed, "Squeeze"));
  const axes = listed.length > 0 ? listed.map((axis) => axisOf(call, input, axis)) : input.shape.flatMap((size, axis) => (size === 1 ? [axis] : size === null ? call.fail("it drops axes of size 1, and not all sizes are known") : []));
  if (axes.length === 0) return input;
  const value = call.b.squeeze(input.value, axes.map((axis) => placeOf(input, axis)).sort((a, b) => a - b), "Squeeze");
  return call.value(value, input.shape.filter((_, axis) => !axes.includes(axis)), { order: orderWithout(input.order, axes), elements: call.elements(0) });
};

const expandDims: NodeRule = (call) => {
  const input = call.input(0);
  const [axis = 0] = call.numbers(1, "axis");
  const rank = input.shape?.length;
  if (rank !== undefined && (axis < -rank - 1 || axis > rank)) call.invalid(`its axis ${axis} lies outside a result of ${rank + 1} axes`);
  const at = rank === undefined ? axis : axis < 0 ? axis + rank + 1 : axis;
  const value = call.b.unsqueeze(call.plain(0), [at], "Unsqueeze");
  return call.value(value, input.shape && [...input.shape.slice(0, at), 1, ...input.shape.slice(at)], { elements: rank === 0 ? call.elements(0) : undefined });
};

const transpose: NodeRule = (call) => {
  const perm = call.numbers(1, "permutation");
  const input = call.input(0);
  if ((input.shape && input.shape.length !== perm.length) || [...perm].sort((a, b) => a - b).some((axis, i) => axis !== i)) call.invalid(`its permutation is [${perm.join(", ")}]`);
  return reordered(input, perm);
};

const pad: NodeRule = (call) => {
  const input = call.input(0);
  const pads = call.numbers(1, "paddings");
  const rank = pads.length / 2;
  const side = (which: 0 | 1): number[] => Array.from({ length: rank }, (_, axis) => pads[2 * axis + which]!);
  if (!Number.isInteger(rank) || pads.some((value) => value < 0) || (input.shape && input.shape.length !== rank)) call.invalid(`its paddings are [${pads.join(", ")}]`);
  const [before, after] = [side(0), side(1)];
  const list = call.b.ints([...arranged(before, input.order), ...arranged(after, input.order)]);
  const mode = call.op === "MirrorPad" ? (call.attributes.text("mode") ?? "REFLECT").toLowerCase() : "constant";
  if (mode === "symmetric") call.fail("padding that repeats the border has no counterpart");
  const value = call.b.op("Pad", [input.value, list, ...(call.op === "PadV2" ? [call.plain(2)] : [])], mode === "constant" ? {} : { mode: attr.string(mode) });
  return call.value(value, input.shape?.map((size, axis) => (size === null ? null : size + before[axis]! + after[axis]!)), { order: input.order });
};

const concat: NodeRule = (call) => {
  const last = call.op === "Concat" ? 0 : call.inputs.length - 1;
  const parts = call.inputs.filter((_, i) => i !== last);
  const [first] = parts;
  if (!first) return call.invalid("it joins nothing");
  const [given = 0] = call.numbers(last, "axis");
  const ranked = parts.find((part) => part.shape) ?? first;
  const axis = ranked.shape ? axisOf(call, ranked, given) : given;
  const { values, order } = call.layout.together(parts);
  const sizes = parts.map((part) => part.shape?.[axis] ?? null);
  const shape = ranked.shape?.map((size, i) => (i === axis ? productSum(sizes) : (size ?? parts.map((part) => part.shape?.[i]).find((one) => typeof one === "number") ?? null)));
  const elements = ranked.shape?.length === 1 ? joined(parts.map((part) => elementsIn(call, part))) : undefined;
  return call.value(call.b.op("Concat", values, { axis: attr.int(order ? order.indexOf(axis) : axis) }), shape, { order, elements });
};

const productSum = (sizes: readonly Size[]): Size => (sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + size!, 0));
const joined = (lists: readonly (readonly Size[] | undefined)[]): readonly Size[] | undefined => (lists.includes(undefined) ? undefined : lists.flatMap((list) => list!));
const elementsIn = (call: NodeCall, part: TfValue): readonly Size[] | undefined => call.elements(call.inputs.indexOf(part));

/** Values side by side along a new axis. */
const pack: NodeRule = (call) => {
  const [first] = call.inputs;
  if (!first) return call.invalid("it joins nothing");
  const given = call.attributes.int("axis", 0);
  const rank = call.inputs.find((input) => input.shape)?.shape?.length;
  const axis = given < 0 ? given + (rank ?? call.fail("the number of its input's axes is not known")) + 1 : given;
  if (axis < 0 || (rank !== undefined && axis > rank)) call.invalid(`its axis ${given} lies outside`);
  const parts = call.inputs.map((_, i) => call.b.unsqueeze(call.plain(i), [axis], "Unsqueeze"));
  const value = call.b.op("Concat", parts, { axis: attr.int(axis) });
  const elements = rank === 0 ? joined(call.inputs.map((_, i) => call.elements(i))) : undefined;
  return call.value(value, first.shape && [...first.shape.slice(0, axis), call.inputs.length, ...first.shape.slice(axis)], { elements });
};

const unpack: NodeRule = (call) => {
  const input = call.input(0);
  const axis = axisOf(call, input, call.attributes.int("axis", 0));
  const count = call.attributes.int("num", 1);
  if (count < 1 || count > 10_000) call.attributes.fail("num", "a number of parts");
  const x = call.plain(0);
  const parts = count === 1 ? [x] : call.b.split(x, new Array<number>(count).fill(1), axis, `${call.name}/part`);
  return parts.map((part) => call.value(call.b.squeeze(part, [axis], "Squeeze"), input.shape?.filter((_, i) => i !== axis)));
};

const split: NodeRule = (call) => {
  const fromSizes = call.op === "SplitV";
  const input = call.input(fromSizes ? 0 : 1);
  const axis = axisOf(call, input, call.numbers(fromSizes ? 2 : 0, "axis")[0]);
  const size = input.shape?.[axis] ?? call.fail("the size of what it splits is not known");
  const parts = call.attributes.int("num_split", 1);
  if (parts < 1 || parts > 10_000 || (!fromSizes && size % parts !== 0)) call.invalid(`it splits ${size} into ${parts}`);
  const given = fromSizes ? [...call.numbers(1, "sizes")] : new Array<number>(parts).fill(size / parts);
  const sizes = given.map((one) => (one === -1 ? size - given.filter((other) => other !== -1).reduce((sum, other) => sum + other, 0) : one));
  const values = call.b.split(input.value, sizes, placeOf(input, axis), `${call.name}/part`);
  return values.map((value, i) => call.value(value, input.shape!.map((one, at) => (at === axis ? sizes[i]! : one)), { order: input.order }));
};

const tile: NodeRule = (call) => {
  const repeats = call.known(1);
  const shape = call.input(0).shape?.map((size, axis) => (size === null || repeats?.[axis] === undefined ? null : size * repeats[axis]));
  return call.value(call.b.op("Tile", [call.plain(0), sizesValue(call, 1)]), shape);
};

/** ONNX lets 1 stand for any size, as TensorFlow does not: but TensorFlow's target is never smaller. */
const broadcastTo: NodeRule = (call) => call.value(call.b.op("Expand", [call.plain(0), sizesValue(call, 1)]), call.elements(1) ?? known(call.input(1)));

/** A tensor full of one value; input `i` is its shape. */
export const filled = (call: NodeCall, value: string, i: number): TfValue => call.value(call.b.op("Expand", [value, sizesValue(call, i)]), call.elements(i) ?? known(call.input(i)));

/** The shape that two shapes are broadcast to. */
const broadcastArgs: NodeRule = (call) => {
  const { b } = call;
  const lengths = [0, 1].map((i) => call.elements(i)?.length ?? call.input(i).shape?.[0] ?? call.fail("the number of axes is computed from data"));
  const rank = Math.max(...lengths);
  if (rank > mostAxes) call.invalid(`its shapes have ${rank} axes`);
  const ones = (i: number): number[] => new Array<number>(rank - lengths[i]!).fill(1);
  const [one = [], other = []] = [0, 1].map((i): Size[] => [...ones(i), ...(call.elements(i) ?? new Array<Size>(lengths[i]!).fill(null))]);
  // One that is known decides: the other must be it, or 1.
  const elements = one.map((size, axis) => (size === 1 ? other[axis]! : other[axis] === 1 ? size : (size ?? other[axis]!)));
  if (!elements.includes(null)) return { ...call.constant(constantOf(tensor("int32", [rank], Int32Array.from(elements as number[])))), elements };
  const [x = "", y = ""] = [0, 1].map((i) => (lengths[i] === rank ? call.plain(i) : b.concat([b.constant(tensor("int32", [rank - lengths[i]!], Int32Array.from(ones(i)))), call.plain(i)], 0)));
  return call.value(b.where(b.equal(x, b.scalar(1, "int32")), y, x), [rank], { elements });
};

/** The shape as the file means it, whatever order the axes lie in. */
const shapeOf = (call: NodeCall, i: number): TfValue => {
  const input = call.input(i);
  const { shape, order } = input;
  if (shape?.includes(null) === false) return { ...call.constant(constantOf(tensor("int32", [shape.length], Int32Array.from(shape as number[])))), elements: shape };
  let sizes = call.b.shape(input.value, "Shape");
  if (order) sizes = call.b.gather(sizes, call.b.constant(int64(order.map((_, axis) => order.indexOf(axis)))), 0, "Gather");
  return call.value(call.b.cast(sizes, "int32", "Cast"), shape && [shape.length], { elements: shape });
};

const rank: NodeRule = (call) => call.constant(constantOf(tensor("int32", [], Int32Array.of(call.rank(0)))));
const size: NodeRule = (call) => call.value(call.b.cast(call.b.op("Size", [call.input(0).value]), "int32", "Cast"), [], { elements: [call.input(0).shape ? productOf(call.input(0).shape!) : null] });

const reverse: NodeRule = (call) => {
  const input = call.input(0);
  const axes = call.numbers(1, "axes").map((axis) => placeOf(input, axisOf(call, input, axis)));
  const all = <T>(value: T): T[] => axes.map(() => value);
  return call.value(call.b.slice(input.value, all(-1), all(-Number.MAX_SAFE_INTEGER), axes, all(-1), "Slice"), input.shape, { order: input.order });
};

/** [batch, places…] with blocks of places taken as samples, and back, by the definition: reshape, permute, reshape. */
const toBatch: NodeRule = (call) => {
  const block = call.numbers(1, "block shape");
  const pads = call.numbers(2, "paddings");
  const shape = call.input(0).shape ?? call.fail("the shape of its input is not known");
  const spatial = block.length;
  const rest = shape.slice(1 + spatial);
  if (shape.slice(1).includes(null)) call.fail("the shape of its input is not known");
  const side = (which: 0 | 1): number[] => [0, ...block.map((_, i) => pads[2 * i + which] ?? 0), ...rest.map(() => 0)];
  const padded = pads.some((value) => value !== 0) ? call.b.pad(call.plain(0), [...side(0), ...side(1)], "Pad") : call.plain(0);
  const places = block.map((_, i) => shape[i + 1]! + (pads[2 * i] ?? 0) + (pads[2 * i + 1] ?? 0));
  if (places.some((place, i) => place % block[i]! !== 0)) call.invalid("its blocks do not divide its places");
  const cut = call.b.reshape(padded, [-1, ...block.flatMap((b, i) => [places[i]! / b, b]), ...(rest as number[])], "Reshape");
  const perm = [...block.map((_, i) => 2 + 2 * i), 0, ...block.map((_, i) => 1 + 2 * i), ...rest.map((_, i) => 1 + 2 * spatial + i)];
  const after = places.map((place, i) => place / block[i]!);
  const value = call.b.op("Reshape", [call.b.transpose(cut, perm), call.b.ints([-1, ...after, ...(rest as number[])])]);
  return call.value(value, [shape[0] === null ? null : shape[0]! * block.reduce((a, b) => a * b, 1), ...after, ...rest]);
};

const fromBatch: NodeRule = (call) => {
  const block = call.numbers(1, "block shape");
  const crops = call.numbers(2, "crops");
  const shape = call.input(0).shape ?? call.fail("the shape of its input is not known");
  const spatial = block.length;
  const rest = shape.slice(1 + spatial) as number[];
  if (shape.slice(1).includes(null)) call.fail("the shape of its input is not known");
  const places = shape.slice(1, 1 + spatial) as number[];
  const cut = call.b.reshape(call.plain(0), [...block, -1, ...places, ...rest], "Reshape");
  const perm = [spatial, ...block.flatMap((_, i) => [spatial + 1 + i, i]), ...rest.map((_, i) => 2 * spatial + 1 + i)];
  const whole = places.map((place, i) => place * block[i]!);
  const joinedPlaces = call.b.reshape(call.b.transpose(cut, perm), [-1, ...whole, ...rest], "Reshape");
  const ends = whole.map((place, i) => place - (crops[2 * i + 1] ?? 0));
  const value = crops.some((crop) => crop !== 0) ? call.b.slice(joinedPlaces, block.map((_, i) => crops[2 * i] ?? 0), ends, block.map((_, i) => i + 1), undefined, "Slice") : joinedPlaces;
  return call.value(value, [shape[0] === null ? null : shape[0]! / block.reduce((a, b) => a * b, 1), ...ends.map((end, i) => end - (crops[2 * i] ?? 0)), ...rest]);
};

export const shapingRules: NodeRules = {
  Reshape: reshape, Squeeze: squeeze, ExpandDims: expandDims, Transpose: transpose, Pad: pad, PadV2: pad, MirrorPad: pad, Concat: concat, ConcatV2: concat, Pack: pack, Unpack: unpack, Split: split, SplitV: split,
  Tile: tile, BroadcastTo: broadcastTo, BroadcastArgs: broadcastArgs, Fill: (call) => filled(call, call.plain(1), 0), Shape: (call) => shapeOf(call, 0), ShapeN: (call) => call.inputs.map((_, i) => shapeOf(call, i)), Rank: rank, Size: size, Reverse: reverse, ReverseV2: reverse,
  SpaceToBatchND: toBatch, BatchToSpaceND: fromBatch,
};

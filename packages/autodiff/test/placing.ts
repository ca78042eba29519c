import { attr, int64, seededRandom, sizeOf, type Tensor } from "@vitrine/core";
import { operatorCase, type Fixed } from "@vitrine/testing";
import fc from "fast-check";
import { dim, dims, each, fixed, ints, seed, uniform, type Family } from "./drawing.js";

const reductions = fc.constantFrom("none", "add");

/** Blocks of places as channels, and back. */
const blocks = fc.record({ s: seed, op: fc.constantFrom("DepthToSpace", "SpaceToDepth"), block: dim(1, 3), batch: dim(1, 2), channels: dim(1, 2), size: each(dim(1, 3), 2), mode: fc.constantFrom("DCR", "CRD") })
  .map(({ s, op, block, batch, channels, size, mode }) => {
    if (op === "SpaceToDepth") return operatorCase(op, "random", [uniform([batch, channels, ...size.map((d) => d * block)], s)], { blocksize: attr.int(block) });
    return operatorCase(op, "random", [uniform([batch, channels * block * block, ...size], s)], { blocksize: attr.int(block), mode: attr.string(mode) });
  });

/** The same elements in other shapes: with a size to be found, one that is kept, axes of one that come and go. */
const shaping = dims(1, 4).chain((shape) =>
  fc.record({ s: seed, op: fc.constantFrom("Reshape", "Squeeze", "Unsqueeze"), at: fc.subarray(shape.map((_, i) => i), { minLength: 1 }), negative: fc.boolean(), cut: dim(0, shape.length - 1) })
    .map(({ s, op, at, negative, cut }) => {
      if (op === "Reshape") return operatorCase(op, "random", [uniform(shape, s), ints([...shape.slice(0, cut).map((d, i) => (i === 0 ? 0 : d)), -1])]);
      if (op === "Unsqueeze") return operatorCase(op, "random", [uniform(shape, s), ints(at.map((axis) => (negative ? axis - shape.length - at.length : axis)))]);
      const ones = shape.map((d, i) => (at.includes(i) ? 1 : d));
      return operatorCase(op, "random", [uniform(ones, s), ...(negative && !ones.some((d, i) => d === 1 && !at.includes(i)) ? [] : [ints(at.map((axis) => (negative ? axis - shape.length : axis)))])]);
    }));

/** Indices within a shape, negative ones too. */
function tuples(count: number, shape: readonly number[], s: number): number[][] {
  const random = seededRandom(s);
  return Array.from({ length: count }, () => shape.map((size) => random.below(2 * size) - size));
}

const wrapped = (tuple: readonly number[], shape: readonly number[]): string => tuple.map((at, i) => (at < 0 ? at + shape[i]! : at)).join();
/** Each place once: which of two writers stays is not defined. */
const distinct = (all: readonly number[][], shape: readonly number[]): number[][] => [...new Map(all.map((tuple) => [wrapped(tuple, shape), tuple])).values()];

const indices = (tensor: Tensor, fed: boolean): Tensor | Fixed => (fed ? tensor : fixed(tensor));

const gatherND = fc.record({ s: seed, shape: dims(2, 4), batch: dim(0, 1), depth: dim(1, 3), count: dims(1, 2, 3), fed: fc.boolean() }).map(({ s, shape, batch, depth, count, fed }) => {
  const reach = shape.slice(batch, Math.min(shape.length, batch + depth));
  const lead = [...shape.slice(0, batch), ...count];
  return operatorCase("GatherND", "random", [uniform(shape, s), indices(int64(tuples(sizeOf(lead), reach, s).flat(), [...lead, reach.length]), fed)], { batch_dims: attr.int(batch) });
});

const scatterND = fc.record({ s: seed, shape: dims(1, 3), depth: dim(1, 3), count: dim(1, 4), reduction: reductions, fed: fc.boolean() }).map(({ s, shape, depth, count, reduction, fed }) => {
  const reach = shape.slice(0, depth);
  const drawn = tuples(count, reach, s);
  const rows = reduction === "none" ? distinct(drawn, reach) : drawn;
  return operatorCase("ScatterND", "random", [uniform(shape, s), indices(int64(rows.flat(), [rows.length, reach.length]), fed), uniform([rows.length, ...shape.slice(reach.length)], s + 1)], { reduction: attr.string(reduction) });
});

const scatterElements = dims(1, 3).chain((shape) => fc.record({ s: seed, axis: dim(0, shape.length - 1), negative: fc.boolean(), reduction: reductions, fed: fc.boolean(), less: dim(0, 1) })
  .map(({ s, axis, negative, reduction, fed, less }) => {
    const size = shape[axis]!;
    const to = shape.map((d, i) => (i === axis ? (reduction === "add" ? d + 1 : d) : Math.max(1, d - less)));
    const random = seededRandom(s);
    // Rows that are turned by their position: along the axis no place comes twice.
    const at = Array.from({ length: sizeOf(to) }, (_, flat) => {
      const inner = sizeOf(to.slice(axis + 1));
      const along = Math.floor(flat / inner) % to[axis]!;
      const place = reduction === "add" ? random.below(size) : (along + (flat % inner) + Math.floor(flat / (inner * to[axis]!))) % size;
      return random.below(2) === 0 ? place : place - size;
    });
    return operatorCase("ScatterElements", "random", [uniform(shape, s), indices(int64(at, to), fed), uniform(to, s + 1)], { axis: attr.int(negative ? axis - shape.length : axis), reduction: attr.string(reduction) });
  }));

/** Operators that put elements elsewhere. */
export const placingFamilies: readonly Family[] = [
  { name: "blocks and channels", cases: blocks },
  { name: "other shapes", cases: shaping },
  { name: "GatherND", cases: gatherND },
  { name: "ScatterND", cases: scatterND },
  { name: "ScatterElements", cases: scatterElements },
];

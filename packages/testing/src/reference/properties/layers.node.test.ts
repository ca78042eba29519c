import fc from "fast-check";
import { describe } from "vitest";
import { attr, float32, int64, type Attributes } from "@vitrine/core";
import { dim, each, flag, holds, seed, shape } from "../../../test/property.js";
import { fixed, operatorCase, uniform } from "../../cases/case.js";
import { recurrentCase } from "../../cases/recurrence.js";

describe("Resize", () => {
  const modes = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"];
  const factors = fc.record({ s: seed, from: each(dim(1, 6), 2), to: each(dim(1, 9), 2), mode: fc.constantFrom(...modes) });
  // onnxruntime computes coordinates in float32: nearest neighbours are asked for away from ties, by sizes whose ratio is whole or by flooring.
  holds("nearest", factors.chain((f) => fc.record({ f: fc.constant(f), scale: each(dim(1, 4), 2), rounding: fc.constantFrom("round_prefer_floor", "round_prefer_ceil", "floor", "ceil") })).map(({ f: { s, from }, scale, rounding }) =>
    operatorCase("Resize", "random", [uniform([1, 2, ...from], s), undefined, fixed(float32([4], [1, 1, ...scale]))],
      { nearest_mode: attr.string(rounding), coordinate_transformation_mode: attr.string("asymmetric") })), { runs: 60 });
  for (const mode of ["linear", "cubic"]) {
    holds(mode, factors.chain((f) => fc.record({ f: fc.constant(f), exclude: mode === "cubic" ? flag : fc.constant(0) })).map(({ f: { s, from, to, mode: coordinate }, exclude }) =>
      operatorCase("Resize", "random", [uniform([1, 2, ...from], s), undefined, undefined, fixed(int64([1, 2, ...to]))],
        { mode: attr.string(mode), coordinate_transformation_mode: attr.string(coordinate), exclude_outside: attr.int(exclude) })), { runs: 100, tolerance: 3e-6 });
  }
  holds("linear by scales that are not whole", factors.map(({ s, from, to, mode }) =>
    operatorCase("Resize", "random", [uniform([1, 2, ...from], s), undefined, fixed(float32([4], [1, 1, ...to.map((t, i) => (t + 0.37) / from[i]!)]))],
      { mode: attr.string("linear"), coordinate_transformation_mode: attr.string(mode) })), { runs: 80, tolerance: 3e-6 });
});

describe("recurrent layers", () => {
  for (const op of ["LSTM", "GRU", "RNN"] as const) {
    holds(op, fc.record({
      steps: dim(1, 6), batch: dim(1, 3), features: dim(1, 4), hidden: dim(1, 4), directions: fc.constantFrom(1 as const, 2 as const), bias: fc.boolean(), initial: fc.boolean(),
      peepholes: fc.boolean(), reverse: fc.boolean(), varied: fc.boolean(), before: flag, s: seed,
    }).map(({ varied, reverse, before, s, ...sizes }) => {
      const lengths = varied ? { lengths: Array.from({ length: sizes.batch }, (_, i) => 1 + ((s + i) % sizes.steps)) } : {};
      const direction: Attributes = sizes.directions === 1 && reverse ? { direction: attr.string("reverse") } : {};
      return recurrentCase(op, "random", { ...sizes, ...lengths }, { ...direction, ...(op === "GRU" && { linear_before_reset: attr.int(before) }), ...(before === 1 && { clip: attr.float(0.4) }) });
    }), { runs: 80 });
  }
});

describe("normalisation", () => {
  const sizes = fc.record({ s: seed, batch: dim(1, 3), groups: dim(1, 3), inside: dim(1, 3), rest: shape(1, 2) });
  const perChannel = (channels: number, s: number, low = -1): ReturnType<typeof fixed> => fixed(uniform([channels], s, low, 2));
  for (const op of ["BatchNormalization", "InstanceNormalization", "GroupNormalization", "LRN"]) {
    holds(op, sizes.map(({ s, batch, groups, inside, rest }) => {
      const channels = groups * inside;
      const x = uniform([batch, channels, ...(op === "LRN" ? [rest[0]!] : rest), 3], s);
      if (op === "LRN") return operatorCase(op, "random", [x], { size: attr.int(2 * inside - 1), alpha: attr.float(0.3), beta: attr.float(0.7), bias: attr.float(1.5) });
      const moments = op === "BatchNormalization" ? [perChannel(channels, s + 3), perChannel(channels, s + 4, 0.5)] : [];
      return operatorCase(op, "random", [x, perChannel(channels, s + 1), perChannel(channels, s + 2), ...moments], op === "GroupNormalization" ? { num_groups: attr.int(groups) } : {});
    }), { runs: 30, tolerance: 3e-6 });
  }
  holds("LayerNormalization", shape(2, 4).chain((dims) => fc.record({ s: seed, dims: fc.constant([...dims, 4]), axis: fc.integer({ min: -dims.length, max: dims.length }) })).map(({ s, dims, axis }) => {
    const inner = dims.slice(axis < 0 ? axis + dims.length : axis);
    return operatorCase("LayerNormalization", "random", [uniform(dims, s), fixed(uniform(inner, s + 1)), fixed(uniform(inner, s + 2))], { axis: attr.int(axis) }, { outputs: 3 });
  }), { runs: 40, tolerance: 3e-6 });
});

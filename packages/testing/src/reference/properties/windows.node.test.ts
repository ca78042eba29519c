import fc from "fast-check";
import { describe } from "vitest";
import { attr, type Attributes, type Tensor } from "@vitrine/core";
import { dim, each, flag, holds, seed } from "../../../test/property.js";
import { fixed, operatorCase, tied, uniform } from "../../cases/case.js";

interface Sliding {
  readonly size: number[];
  readonly kernel: number[];
  readonly attributes: Attributes;
}

/** A window that fits, over one to three spatial axes. Padding is smaller than the kernel, as pooling demands. */
const sliding = (dilated = true): fc.Arbitrary<Sliding> =>
  fc.integer({ min: 1, max: 3 }).chain((rank) =>
    fc.record({
      axes: each(
        fc.record({ kernel: dim(1, 3), dilation: dilated ? dim(1, 3) : fc.constant(1), stride: dim(1, 3), room: dim(0, rank === 3 ? 3 : 6), before: dim(0, 2), after: dim(0, 2) }),
        rank,
      ),
      auto: fc.constantFrom(undefined, undefined, undefined, "SAME_UPPER", "SAME_LOWER", "VALID"),
    }),
  ).map(({ axes, auto }) => {
    const kernel = axes.map((a) => a.kernel);
    const padding = (key: "before" | "after"): number[] => axes.map((a) => Math.min(a[key], a.kernel - 1));
    return {
      kernel,
      size: axes.map((a) => (a.kernel - 1) * a.dilation + 1 + a.room),
      attributes: {
        kernel_shape: attr.ints(kernel),
        strides: attr.ints(axes.map((a) => a.stride)),
        ...(dilated && { dilations: attr.ints(axes.map((a) => a.dilation)) }),
        ...(auto ? { auto_pad: attr.string(auto) } : { pads: attr.ints([...padding("before"), ...padding("after")]) }),
      },
    };
  });

describe("windows", () => {
  // With `auto_pad` onnxruntime refuses dilated convolutions.
  const undilated = ({ attributes: { auto_pad, dilations } }: Sliding): boolean => auto_pad === undefined || auto_pad.value === "VALID" || dilations === undefined;
  const grouped = fc.record({ window: fc.oneof(sliding(), sliding(false)).filter(undilated), batch: dim(1, 2), groups: dim(1, 3), inside: dim(1, 2), outside: dim(1, 3), seed });
  holds("Conv", grouped.map(({ window: { size, kernel, attributes }, batch, groups, inside, outside, seed: s }) =>
    operatorCase("Conv", "random", [uniform([batch, groups * inside, ...size], s), fixed(uniform([groups * outside, inside, ...kernel], s + 1)), fixed(uniform([groups * outside], s + 2))],
      { ...attributes, group: attr.int(groups) })), { runs: 150 });

  // Padding may not eat the whole output; output padding stays below the stride.
  const spreading = fc.integer({ min: 1, max: 3 }).chain((rank) => fc.record({
    axes: each(fc.record({ size: dim(2, 4), kernel: dim(1, 3), dilation: dim(1, 2), stride: dim(1, 3), extra: dim(0, 2), before: dim(0, 2), after: dim(0, 2) }), rank),
    batch: dim(1, 2), groups: dim(1, 3), inside: dim(1, 2), outside: dim(1, 3), seed,
  }));
  holds("ConvTranspose", spreading.map(({ axes, batch, groups, inside, outside, seed: s }) => {
    const pad = (key: "before" | "after"): number[] => axes.map((a) => Math.min(a[key], Math.floor(((a.size - 1) * a.stride + (a.kernel - 1) * a.dilation) / 2)));
    return operatorCase("ConvTranspose", "random", [
      uniform([batch, groups * inside, ...axes.map((a) => a.size)], s), fixed(uniform([groups * inside, outside, ...axes.map((a) => a.kernel)], s + 1)), fixed(uniform([groups * outside], s + 2)),
    ], {
      kernel_shape: attr.ints(axes.map((a) => a.kernel)), strides: attr.ints(axes.map((a) => a.stride)), dilations: attr.ints(axes.map((a) => a.dilation)),
      output_padding: attr.ints(axes.map((a) => Math.min(a.extra, a.stride - 1))), pads: attr.ints([...pad("before"), ...pad("after")]), group: attr.int(groups),
    });
  }), { runs: 150 });

  // There it pools as if windows were not dilated, and crops where strides exceed the kernel: neither is asked for.
  const usual = ({ kernel, attributes: { auto_pad, dilations, strides } }: Sliding): boolean =>
    auto_pad === undefined || (dilations === undefined && strides?.type === "ints" && strides.value.every((stride, i) => Number(stride) <= kernel[i]!));
  const pooling = fc.record({ window: fc.oneof(sliding(), sliding(false)).filter(usual), ceil: flag, batch: dim(1, 2), channels: dim(1, 2), ties: fc.boolean(), order: flag, seed });
  const source = (p: { batch: number; channels: number; ties: boolean; seed: number; window: Sliding }): Tensor =>
    (p.ties ? tied([p.batch, p.channels, ...p.window.size], p.seed, 0, 1) : uniform([p.batch, p.channels, ...p.window.size], p.seed));
  holds("MaxPool with indices", pooling.map((p) =>
    operatorCase("MaxPool", "random", [source(p)], { ...p.window.attributes, ceil_mode: attr.int(p.ceil), storage_order: attr.int(p.order) }, { outputs: 2 })), { runs: 200 });
  holds("AveragePool", pooling.map((p) =>
    operatorCase("AveragePool", "random", [source(p)], { ...p.window.attributes, ceil_mode: attr.int(p.ceil), count_include_pad: attr.int(p.order) })), { runs: 200 });
  holds("LpPool", pooling.map((p) => operatorCase("LpPool", "random", [source(p)], { ...p.window.attributes, ceil_mode: attr.int(p.ceil), p: attr.int(1 + p.order) })), { runs: 100 });
});

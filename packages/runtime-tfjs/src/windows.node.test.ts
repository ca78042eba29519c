import "@tensorflow/tfjs-backend-wasm";
import fc from "fast-check";
import { attr, read, type Attributes, type Runtime, type Tensor } from "@vitrine/core";
import { expectClose, operatorCase, referenceRuntime, type OperatorCase } from "@vitrine/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { tfjs } from "./index.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await tfjs({ backend: "wasm" }).create();
});
afterAll(() => runtime.dispose());

const dim = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

/** A window that fits, over one to three spatial axes; padding is smaller than the kernel. */
const sliding = fc.integer({ min: 1, max: 3 }).chain((rank) => fc.record({
  axes: fc.array(fc.record({ kernel: dim(1, 3), dilation: dim(1, 3), stride: dim(1, 3), room: dim(0, rank === 3 ? 3 : 6), before: dim(0, 2), after: dim(0, 2) }), { minLength: rank, maxLength: rank }),
  auto: fc.constantFrom(undefined, undefined, undefined, "SAME_UPPER", "SAME_LOWER", "VALID"),
  dilated: fc.boolean(),
}));
type Sliding = typeof sliding extends fc.Arbitrary<infer T> ? T : never;

const sizeOf = ({ axes, dilated }: Sliding): number[] => axes.map((a) => (a.kernel - 1) * (dilated ? a.dilation : 1) + 1 + a.room);
const attributesOf = ({ axes, auto, dilated }: Sliding): Attributes => ({
  kernel_shape: attr.ints(axes.map((a) => a.kernel)),
  strides: attr.ints(axes.map((a) => a.stride)),
  ...(dilated && { dilations: attr.ints(axes.map((a) => a.dilation)) }),
  ...(auto ? { auto_pad: attr.string(auto) } : { pads: attr.ints([...axes.map((a) => Math.min(a.before, a.kernel - 1)), ...axes.map((a) => Math.min(a.after, a.kernel - 1))]) }),
});

const uniform = (shape: readonly number[], seed: number, whole = false): Tensor => {
  let state = seed;
  const next = (): number => ((state = (state * 48271) % 2147483647) / 2147483647) * 4 - 2;
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (whole ? Math.round(next() / 2) : next()));
  return { dtype: "float32", shape, data };
};

/** Random cases against the reference runtime. */
function holds(name: string, cases: fc.Arbitrary<OperatorCase>, runs: number): void {
  test(name, async () => {
    const reference = await referenceRuntime.create();
    await fc.assert(fc.asyncProperty(cases, async ({ graph, feeds }) => {
      const expected = await (await reference.compile(graph)).run(feeds);
      const program = await runtime.compile(graph);
      const ours = await program.run(feeds);
      await program.dispose();
      const node = graph.nodes[0]!;
      for (const [output, value] of Object.entries(expected)) expectClose(await read(ours[output]!), await read(value), 1e-5, `${output} of ${node.op} ${JSON.stringify(node.attributes)}`);
    }), { numRuns: runs, seed: 20240611 });
  }, 60_000);
}

describe("windows of random form", () => {
  const seed = fc.integer({ min: 1, max: 1e6 });
  const grouped = fc.record({ window: sliding, batch: dim(1, 2), groups: dim(1, 3), inside: dim(1, 2), outside: dim(1, 3), seed });
  holds("Conv", grouped.map(({ window, batch, groups, inside, outside, seed: s }) =>
    operatorCase("Conv", "random", [
      uniform([batch, groups * inside, ...sizeOf(window)], s), { fixed: uniform([groups * outside, inside, ...window.axes.map((a) => a.kernel)], s + 1) }, { fixed: uniform([groups * outside], s + 2) },
    ], { ...attributesOf(window), group: attr.int(groups) })), 200);

  holds("Conv whose channels keep to themselves, without a bias", fc.tuple(grouped, dim(1, 2)).map(([{ window, batch, seed: s }, fours]) =>
    operatorCase("Conv", "random", [uniform([batch, 4 * fours, ...sizeOf(window)], s), { fixed: uniform([4 * fours, 1, ...window.axes.map((a) => a.kernel)], s + 1) }], {
      ...attributesOf({ ...window, axes: window.axes.map((axis) => ({ ...axis, stride: s % 4 === 0 ? axis.stride : 1 })) }), group: attr.int(4 * fours),
    })), 200);

  const spreading = fc.integer({ min: 1, max: 3 }).chain((rank) => fc.record({
    axes: fc.array(fc.record({ size: dim(2, 4), kernel: dim(1, 3), dilation: dim(1, 2), stride: dim(1, 3), extra: dim(0, 2), before: dim(0, 2), after: dim(0, 2) }), { minLength: rank, maxLength: rank }),
    batch: dim(1, 2), groups: dim(1, 3), inside: dim(1, 2), outside: dim(1, 3), seed,
  }));
  type Spreading = typeof spreading extends fc.Arbitrary<infer T> ? T : never;
  const transposed = ({ axes, batch, groups, inside, outside, seed: s }: Spreading): OperatorCase => {
    const pad = (key: "before" | "after"): number[] => axes.map((a) => Math.min(a[key], Math.floor(((a.size - 1) * a.stride + (a.kernel - 1) * a.dilation) / 2)));
    return operatorCase("ConvTranspose", "random", [
      uniform([batch, groups * inside, ...axes.map((a) => a.size)], s), { fixed: uniform([groups * inside, outside, ...axes.map((a) => a.kernel)], s + 1) }, { fixed: uniform([groups * outside], s + 2) },
    ], {
      kernel_shape: attr.ints(axes.map((a) => a.kernel)), strides: attr.ints(axes.map((a) => a.stride)), dilations: attr.ints(axes.map((a) => a.dilation)),
      output_padding: attr.ints(axes.map((a) => Math.min(a.extra, a.stride - 1))), pads: attr.ints([...pad("before"), ...pad("after")]), group: attr.int(groups),
    });
  };
  holds("ConvTranspose", spreading.map(transposed), 150);
  holds("ConvTranspose whose channels keep to themselves", fc.tuple(spreading, dim(1, 3)).map(([s, fours]) => transposed({ ...s, groups: 4 * fours, inside: 1, outside: 1 })), 200);
  holds("ConvTranspose to so many maps that its rows are computed phase by phase", fc.tuple(spreading, dim(2, 3), dim(2, 5), dim(3, 9)).map(([s, stride, kernel, outside]) =>
    transposed({ ...s, axes: s.axes.slice(0, 2).map((axis) => ({ ...axis, stride, kernel, dilation: 1 })), groups: 1, outside })), 100);

  const pooling = fc.record({ window: sliding, ceil: dim(0, 1), batch: dim(1, 2), channels: dim(1, 3), ties: fc.boolean(), flag: dim(0, 1), seed });
  const source = (p: { window: Sliding; batch: number; channels: number; ties: boolean; seed: number }): Tensor => uniform([p.batch, p.channels, ...sizeOf(p.window)], p.seed, p.ties);
  holds("MaxPool, its places where values tie too", pooling.map((p) =>
    operatorCase("MaxPool", "random", [source(p)], { ...attributesOf(p.window), ceil_mode: attr.int(p.ceil), storage_order: attr.int(p.flag) }, { outputs: 2 })), 200);
  holds("AveragePool", pooling.map((p) =>
    operatorCase("AveragePool", "random", [source(p)], { ...attributesOf(p.window), ceil_mode: attr.int(p.ceil), count_include_pad: attr.int(p.flag) })), 200);
});

import { attr, float32, GraphBuilder, int64, scalar, seededRandom, toNumbers, type Attributes, type Tensor } from "@vitrine/core";
import { operatorCase, type Fixed } from "@vitrine/testing";
import { describe, expect, test } from "vitest";
import { evaluate, gradientGraph } from "../test/gradients.js";

const fixed = (value: Tensor): Fixed => ({ fixed: value });

/** The gradients of the sum of what one operator makes. */
async function gradients(op: string, inputs: readonly (Tensor | Fixed | undefined)[], attributes: Attributes = {}, seed?: readonly number[]): Promise<number[][]> {
  const { graph, feeds } = operatorCase(op, "kink", inputs, attributes);
  const wrt = Object.keys(feeds);
  const derived = await gradientGraph(graph, feeds, { wrt });
  const size = derived.shape.reduce((a, b) => a * b, 1);
  const results = await evaluate(derived.graph, { ...feeds, seed: float32(derived.shape, seed ?? new Float32Array(size).fill(1)) });
  return wrt.map((name) => toNumbers(results[derived.names.get(name)!]!).map((value) => value + 0));
}

const row = (...values: number[]): Tensor => float32([values.length], values);

/** As PyTorch has them (METHODS: Kinks). */
describe("where a derivative has two sides", () => {
  test("ReLU passes nothing at 0", async () => {
    expect(await gradients("Relu", [row(-1, 0, -0, 2)])).toEqual([[0, 0, 0, 1]]);
  });

  test("Clip(0, 6) passes nothing at its bounds, as ReLU6", async () => {
    expect(await gradients("Clip", [row(-1, 0, 1e-30, 3, 6, 7), fixed(scalar(0)), fixed(scalar(6))])).toEqual([[0, 0, 1, 1, 0, 0]]);
  });

  test("any other Clip passes at its bounds, as clamp", async () => {
    expect(await gradients("Clip", [row(-2, -1, 0, 1, 2), fixed(scalar(-1)), fixed(scalar(1))])).toEqual([[0, 1, 1, 1, 0]]);
    expect(await gradients("Clip", [row(-1, 0, 6, 7), fixed(scalar(0))])).toEqual([[0, 1, 1, 1]]);
    expect(await gradients("Clip", [row(0, 6, 7), undefined, fixed(scalar(6))])).toEqual([[1, 1, 0]]);
    expect(await gradients("Clip", [row(0, 7)])).toEqual([[1, 1]]);
  });

  test("bounds that are computed get what they held back", async () => {
    expect(await gradients("Clip", [row(-2, 0, 5), scalar(-1), scalar(1)])).toEqual([[0, 1, 0], [1], [1]]);
  });

  test("HardSigmoid and HardSwish", async () => {
    expect(await gradients("HardSigmoid", [row(-3, 0, 3)], { alpha: attr.float(0.25), beta: attr.float(0.75) })).toEqual([[0, 0.25, 0]]);
    const [slopes] = await gradients("HardSwish", [row(-4, 0, 4)]);
    expect(slopes).toEqual([0, 0.5, 1]);
  });

  test("Abs, L1 and L2 give 0 at 0", async () => {
    expect(await gradients("Abs", [row(-2, 0, 3)])).toEqual([[-1, 0, 1]]);
    expect(await gradients("ReduceL1", [row(-2, 0, 3)])).toEqual([[-1, 0, 1]]);
    expect(await gradients("ReduceL2", [float32([2, 2], [0, 0, 3, 4]), fixed(int64([1]))])).toEqual([[0, 0, Math.fround(0.6), Math.fround(0.8)].map((v) => expect.closeTo(v, 6) as number)]);
    expect(await gradients("LpPool", [float32([1, 1, 4], [0, 0, 3, 4])], { kernel_shape: attr.ints([2]), strides: attr.ints([2]) })).toEqual([[0, 0, expect.closeTo(0.6, 9), expect.closeTo(0.8, 9)]]);
  });

  test("Max and Min split ties evenly", async () => {
    expect(await gradients("Max", [row(1, 2, 3), row(1, 3, 2)])).toEqual([[0.5, 0, 1], [0.5, 1, 0]]);
    expect(await gradients("Min", [row(1, 2, 3), row(1, 3, 2)])).toEqual([[0.5, 1, 0], [0.5, 0, 1]]);
    expect(await gradients("Max", [row(1, 5), row(1, 5), row(1, 0)])).toEqual([[1 / 3, 0.5], [1 / 3, 0.5], [1 / 3, 0]].map((part) => part.map((v) => expect.closeTo(v, 9) as number)));
  });

  test("ReduceMax and ReduceMin split ties evenly", async () => {
    expect(await gradients("ReduceMax", [row(2, 1, 2, 2, 0)])).toEqual([[1 / 3, 0, 1 / 3, 1 / 3, 0].map((v) => expect.closeTo(v, 9) as number)]);
    expect(await gradients("ReduceMin", [row(0, 1, 0)])).toEqual([[0.5, 0, 0.5]]);
  });

  test("ReduceProd is exact with one zero and with two", async () => {
    expect(await gradients("ReduceProd", [row(2, 0, 3)])).toEqual([[0, 6, 0]]);
    expect(await gradients("ReduceProd", [row(0, 0, 3)])).toEqual([[0, 0, 0]]);
  });

  test("MaxPool takes the first maximum, also of an all-zero window, and overlapping windows add", async () => {
    const window = { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]) };
    expect(await gradients("MaxPool", [float32([1, 1, 2, 4], [0, 0, 1, 5, 0, 0, 5, 5])], window)).toEqual([[1, 0, 0, 1, 0, 0, 0, 0]]);
    expect(await gradients("MaxPool", [float32([1, 1, 5], [1, 2, 2, 2, 0])], { kernel_shape: attr.ints([3]) }, [1, 10, 100])).toEqual([[0, 11, 100, 0, 0]]);
    expect(await gradients("MaxPool", [float32([1, 1, 2], [-1, -1])], { kernel_shape: attr.ints([3]), pads: attr.ints([1, 1]) })).toEqual([[2, 0]]);
  });

  test.each([[2, 2], [3, 2], [3, 3], [5, 2], [4, 3]])("MaxPool of a block of channels, %i wide, %i apart, as of each channel, full of ties", async (kernel, stride) => {
    const window = { kernel_shape: attr.ints([kernel, kernel]), strides: attr.ints([stride, stride]) };
    const [rows, columns] = [9, 11];
    const random = seededRandom(7);
    const channels = Array.from({ length: 8 }, () => Array.from({ length: rows * columns }, () => random.below(3) - 1));
    const [whole] = await gradients("MaxPool", [float32([1, 8, rows, columns], channels.flat())], window);
    const apart = await Promise.all(channels.map(async (values) => (await gradients("MaxPool", [float32([1, 1, rows, columns], values)], window))[0]!));
    expect(whole).toEqual(apart.flat());
  });

  test("GlobalMaxPool and TopK take the first", async () => {
    expect(await gradients("GlobalMaxPool", [float32([1, 1, 2, 2], [3, 1, 3, 3])])).toEqual([[1, 0, 0, 0]]);
    expect(await gradients("TopK", [row(1, 4, 4, 4), fixed(int64([2]))])).toEqual([[0, 1, 1, 0]]);
  });

  test("what ReLU holds back stays held back behind a pooling of zeros", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [1, 1, 4]);
    const pooled = b.op("MaxPool", [b.relu(x)], { kernel_shape: attr.ints([2]), strides: attr.ints([2]) });
    const feeds = { x: float32([1, 1, 4], [-1, -2, -3, 4]) };
    const derived = await gradientGraph(b.build({ outputs: [pooled] }), feeds, { wrt: [x] });
    const results = await evaluate(derived.graph, { ...feeds, seed: float32([1, 1, 2], [1, 1]) });
    expect(toNumbers(results[derived.names.get(x)!]!)).toEqual([0, 0, 0, 1]);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attr, float32, GraphBuilder, int64, seededRandom, sizeOf, toNumbers, type Graph, type Runtime, type Tensor } from "@vitrine/core";
import { referenceRuntime, relativeL2 } from "@vitrine/testing";
import { cpuForms } from "./cpu-forms.js";
import { onnxNode } from "./index.js";

// What is said in other operators, on onnxruntime, against the operators as they were, on the reference runtime.

let fast: Runtime;
let slow: Runtime;
beforeAll(async () => {
  [fast, slow] = [await onnxNode().create(), await referenceRuntime.create()];
});
afterAll(() => Promise.all([fast.dispose(), slow.dispose()]));

const random = seededRandom(20261124);
const upTo = (most: number): number => random.below(most + 1);
const normals = (shape: readonly number[]): Tensor => float32(shape, Float32Array.from({ length: sizeOf(shape) }, () => random.normal()));
const ops = ({ nodes }: Graph): string[] => nodes.map(({ op }) => op);

async function results(graph: Graph, feeds: Record<string, Tensor>): Promise<{ actual: Tensor[]; expected: Tensor[] }> {
  const [one, two] = [await fast.compile(cpuForms(graph)), await slow.compile(graph)];
  const [actual, expected] = [await one.run(feeds), await two.run(feeds)];
  await Promise.all([one.dispose(), two.dispose()]);
  return { actual: graph.outputs.map(({ name }) => actual[name] as Tensor), expected: graph.outputs.map(({ name }) => expected[name] as Tensor) };
}

describe("a comparison as a number", () => {
  const mask = (make: (b: GraphBuilder, x: string) => string): Graph => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [null]);
    return b.build({ outputs: [b.op("Cast", [make(b, x)], { to: attr.int(1) }, "mask")] });
  };
  const neighbours = (bound: number): number[] => {
    const one = Float32Array.of(bound);
    const bits = new Int32Array(one.buffer);
    const at = bits[0]!;
    return [at - 1, at + 1].map((each) => ((bits[0] = each), one[0]!));
  };
  const values = [0, -0, 1, -1, 6, 7, 2 ** -126, -(2 ** -126), 3.4e38, -3.4e38, Infinity, -Infinity, ...neighbours(6), ...neighbours(0.1), ...neighbours(-2.5), Math.fround(0.1), -2.5];

  test.each([
    ["x > 0", (b: GraphBuilder, x: string) => b.greater(x, b.scalar(0))],
    ["x < 6", (b: GraphBuilder, x: string) => b.less(x, b.scalar(6))],
    ["x > 0.1", (b: GraphBuilder, x: string) => b.greater(x, b.scalar(0.1))],
    ["x > -2.5", (b: GraphBuilder, x: string) => b.greater(x, b.scalar(-2.5))],
    ["0 < x < 6", (b: GraphBuilder, x: string) => b.and(b.greater(x, b.scalar(0)), b.less(x, b.scalar(6)))],
  ])("%s", async (_, make) => {
    const graph = mask(make);
    expect(ops(cpuForms(graph))).not.toContain("Cast");
    const { actual, expected } = await results(graph, { x: float32([values.length], values) });
    // A zero may have a sign.
    expect(toNumbers(actual[0]!).map((value) => value + 0)).toEqual(toNumbers(expected[0]!));
  });

  test("others are left as they are", () => {
    for (const make of [
      (b: GraphBuilder, x: string) => b.equal(x, b.scalar(0)),
      (b: GraphBuilder, x: string) => b.greater(x, x),
      (b: GraphBuilder, x: string) => b.greater(x, b.constant(float32([2], [0, 1]))),
      (b: GraphBuilder, x: string) => b.greater(x, b.scalar(1e-30)),
      // The result has the two axes of the threshold.
      (b: GraphBuilder, x: string) => b.greater(x, b.constant(float32([1, 1], [0]))),
      (b: GraphBuilder, x: string) => b.and(b.greater(x, b.scalar(0)), b.equal(x, b.scalar(1))),
    ]) {
      const graph = mask(make);
      expect(cpuForms(graph)).toBe(graph);
    }
  });

  test("an input that only the comparison needed, and one that nothing needs, stay inputs; outputs keep their names", () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [2]);
    b.input("unused", "float32", [1]);
    const test = b.greater(x, b.scalar(0));
    const graph = b.build({ outputs: [b.op("Cast", [test], { to: attr.int(1) }, "mask"), test], prune: false });
    const after = cpuForms(graph);
    expect([after.inputs, after.outputs]).toEqual([graph.inputs, graph.outputs]);
    expect(ops(after).sort()).toEqual(["Greater", "HardSigmoid"]);
  });
});

test("what goes to the first maximum, and what is left", async () => {
  const b = new GraphBuilder();
  const [x, top, left] = ["x", "top", "left"].map((name) => b.input(name, "float32", [6]));
  const taken = b.where(b.equal(x!, top!), left!, b.scalar(0));
  const graph = b.build({ outputs: [taken, b.sub(left!, taken)] });
  expect(ops(cpuForms(graph))).not.toContain("Where");
  const { actual, expected } = await results(graph, { x: float32([6], [0, 1, 2, -1, 2, 0]), top: float32([6], [0, 2, 2, 0, 2, -0]), left: float32([6], [1, 2, 3, -4, -5, 6]) });
  expect(actual.map((each) => toNumbers(each).map((value) => value + 0))).toEqual(expected.map(toNumbers));
  // A choice that guards against what is infinite stays one.
  const guard = new GraphBuilder();
  const y = guard.input("y", "float32", [1]);
  const guarded = guard.build({ outputs: [guard.where(guard.equal(y, y), y, guard.scalar(0))] });
  expect(cpuForms(guarded)).toBe(guarded);
});

test("30 random transposed convolutions, channel by channel", async () => {
  for (let i = 0; i < 30; i++) {
    const channels = 8 * (1 + upTo(1));
    const kernel = [1 + upTo(3), 1 + upTo(3)];
    const strides = [2 + upTo(1), 1 + upTo(2)];
    const dilations = kernel.map(() => 1 + upTo(1));
    const pads = [...kernel, ...kernel].map((size, side) => upTo((size - 1) * dilations[side % 2]!));
    const more = strides.map((stride) => upTo(stride - 1));
    const shape = [1 + upTo(2), channels, 5 + upTo(4), 5 + upTo(4)];
    const b = new GraphBuilder();
    const x = b.input("x", "float32", ["N", channels, null, null]);
    const bias = upTo(1) === 1 ? [b.constant(normals([channels]), "bias")] : [];
    const y = b.op("ConvTranspose", [x, b.constant(normals([channels, 1, ...kernel]), "weights"), ...bias], {
      group: attr.int(channels), kernel_shape: attr.ints(kernel), strides: attr.ints(strides), dilations: attr.ints(dilations), pads: attr.ints(pads), output_padding: attr.ints(more),
    }, "y");
    const graph = b.build({ outputs: [y] });
    const what = JSON.stringify({ shape, kernel, strides, dilations, pads, more });
    expect(ops(cpuForms(graph)), what).toContain("Conv");
    const { actual, expected } = await results(graph, { x: normals(shape) });
    expect(actual[0]!.shape, what).toEqual(expected[0]!.shape);
    expect(relativeL2(toNumbers(actual[0]!), toNumbers(expected[0]!)), what).toBeLessThan(1e-6);
  }
});

describe("a convolution whose channels are split", () => {
  const split = (b: GraphBuilder, x: string, sizes: readonly number[]): string[] => b.node("Split", [x, b.constant(int64(sizes))], { axis: attr.int(1) }, { outputs: sizes.map((_, i) => `part${i}`) });
  const conv = (b: GraphBuilder): string => b.op("Conv", [b.input("x", "float32", ["N", 3, 6, 6]), b.constant(normals([24, 3, 3, 3])), b.constant(normals([24]))], { pads: attr.ints([1, 1, 1, 1]) }, "conv");

  test("is one for each part", async () => {
    const b = new GraphBuilder();
    const graph = b.build({ outputs: split(b, conv(b), [8, 16]) });
    expect(ops(cpuForms(graph))).not.toContain("Split");
    const { actual, expected } = await results(graph, { x: normals([2, 3, 6, 6]) });
    actual.forEach((each, i) => {
      expect(each.shape).toEqual(expected[i]!.shape);
      expect(relativeL2(toNumbers(each), toNumbers(expected[i]!))).toBeLessThan(1e-6);
    });
  });

  test("stays whole where the whole is asked for, and where a part fills no block", () => {
    const b = new GraphBuilder();
    const whole = conv(b);
    const asked = b.build({ outputs: [...split(b, whole, [8, 16]), whole] });
    expect(cpuForms(asked)).toBe(asked);
    const other = new GraphBuilder();
    const odd = other.build({ outputs: split(other, conv(other), [4, 20]) });
    expect(cpuForms(odd)).toBe(odd);
    const last = new GraphBuilder();
    const empty = last.build({ outputs: split(last, conv(last), [24, 0]) });
    expect(cpuForms(empty)).toBe(empty);
  });
});

import "@tensorflow/tfjs-backend-wasm";
import fc from "fast-check";
import { attr, float32, GraphBuilder, read, type Graph, type Runtime, type Tensor } from "@vitrine/core";
import { expectClose, referenceRuntime } from "@vitrine/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tfjs } from "./index.js";
import { weave } from "../test/weave.js";
import { planOf } from "./plan.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await tfjs({ backend: "wasm" }).create();
});
afterAll(() => runtime.dispose());

const values = (shape: readonly number[], seed = 1): Tensor<"float32"> =>
  float32(shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(seed + 1.7 * i) + 0.3));

const steps = (graph: Graph): string[] => planOf(graph, graph.outputs.map(({ name }) => name)).steps.map(({ node, fused }) => (fused ? `${node.op}+${fused}` : node.op));

/** The outputs of a graph as the reference computes them. */
async function agrees(graph: Graph, feeds: Readonly<Record<string, Tensor>>, tolerance = 2e-6): Promise<void> {
  const expected = await (await (await referenceRuntime.create()).compile(graph)).run(feeds);
  const program = await runtime.compile(graph);
  try {
    // Twice: weights are repacked in the first run.
    for (let i = 0; i < 2; i++) {
      const ours = await program.run(feeds);
      for (const [name, value] of Object.entries(expected)) expectClose(await read(ours[name]!), await read(value), tolerance, name);
    }
  } finally {
    await program.dispose();
  }
}

interface Case {
  readonly transposed: boolean;
  readonly groups: number;
  readonly inside: number;
  readonly outside: number;
  readonly stride: number;
  readonly bias: boolean;
  readonly before: number;
  readonly after: readonly ("Mul" | "Add" | "Sub" | "BatchNormalization" | "one")[];
  readonly activation: "Relu" | "Clip" | undefined;
  readonly tapped: number | undefined;
  readonly seed: number;
}

/** Factors, a convolution, what scales and shifts it, and an activation; `tapped` is a value in between that is an output too. */
function chain(c: Case): { graph: Graph; feeds: Record<string, Tensor> } {
  const b = new GraphBuilder();
  const [channels, maps] = [c.groups * c.inside, c.groups * c.outside];
  let seed = c.seed;
  const constant = (shape: readonly number[]): string => b.constant(values(shape, seed++), "c");
  const input = b.input("x", "float32", ["N", channels, 6, 5]);
  const taps: string[] = [];
  let x = input;
  for (let i = 0; i < c.before; i++) taps.push((x = i === 0 ? b.mul(x, constant([1, channels, 1, 1])) : b.mul(constant([channels, 1, 1]), x)));
  const weights = constant(c.transposed ? [channels, c.outside, 3, 2] : [maps, c.inside, 3, 2]);
  taps.push((x = b.op(c.transposed ? "ConvTranspose" : "Conv", [x, weights, ...(c.bias ? [constant([maps])] : [])], { strides: attr.ints([c.stride, c.stride]), pads: attr.ints([1, 0, 0, 1]), group: attr.int(c.groups) })));
  for (const op of c.after) {
    if (op === "BatchNormalization") x = b.op(op, [x, constant([maps]), constant([maps]), constant([maps]), b.constant(float32([maps], Array.from({ length: maps }, (_, i) => 0.5 + i)))]);
    else if (op === "one") x = b.mul(x, b.scalar(0.7));
    else x = b.op(op, [x, constant(op === "Add" ? [maps, 1, 1] : [1, maps, 1, 1])]);
    taps.push(x);
  }
  if (c.activation) taps.push((x = c.activation === "Relu" ? b.relu(x) : b.op("Clip", [x, b.scalar(0), b.scalar(6)])));
  const tap = c.tapped === undefined ? undefined : taps[c.tapped % taps.length];
  return { graph: b.build({ outputs: tap === undefined || tap === x ? [x] : [x, tap] }), feeds: { x: values([2, channels, 6, 5], c.seed + 0.5) } };
}

const cases: fc.Arbitrary<Case> = fc.record({
  transposed: fc.boolean(), groups: fc.integer({ min: 1, max: 3 }), inside: fc.integer({ min: 1, max: 2 }), outside: fc.integer({ min: 1, max: 3 }), stride: fc.integer({ min: 1, max: 3 }),
  bias: fc.boolean(), before: fc.integer({ min: 0, max: 2 }), after: fc.array(fc.constantFrom("Mul", "Add", "Sub", "BatchNormalization", "one"), { maxLength: 4 }),
  activation: fc.constantFrom("Relu", "Clip", undefined), tapped: fc.option(fc.nat(8), { nil: undefined }), seed: fc.integer({ min: 1, max: 1000 }),
});

describe("what a convolution takes over", () => {
  test("gives what the nodes give one by one, whatever is asked for in between", async () => {
    await fc.assert(fc.asyncProperty(cases, async (c) => {
      const { graph, feeds } = chain(c);
      await agrees(graph, feeds, 1e-5);
    }), { numRuns: 120, seed: 20240611 });
  }, 60_000);

  test("and so does a transposed one of four channels and more that keep to themselves", async () => {
    await fc.assert(fc.asyncProperty(cases, fc.constantFrom(4, 8), async (c, groups) => {
      const { graph, feeds } = chain({ ...c, groups, transposed: true, inside: 1, outside: 1 });
      await agrees(graph, feeds, 1e-5);
    }), { numRuns: 60, seed: 20250303 });
  }, 60_000);

  test("is one step, unless somebody asks for a value in between", () => {
    const whole: Case = { transposed: false, groups: 1, inside: 2, outside: 3, stride: 1, bias: true, before: 1, after: ["BatchNormalization", "Mul", "Add"], activation: "Clip", tapped: undefined, seed: 1 };
    expect(steps(chain(whole).graph)).toEqual(["Conv+relu6"]);
    // The result of the batch normalisation.
    expect(steps(chain({ ...whole, tapped: 2 }).graph)).toEqual(["Conv", "Mul", "Add", "Clip"]);
  });

  test("leaves alone what is not by channel, not constant, or used twice", () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [1, 2, 5, 5]);
    const conv = (value: string): string => b.op("Conv", [value, b.constant(values([2, 2, 1, 1]))]);
    const row = b.mul(conv(x), b.constant(values([1, 1, 1, 5])));
    const gate = b.mul(conv(row), b.input("gate", "float32", [1, 2, 1, 1]));
    const twice = conv(gate);
    expect(steps(b.build({ outputs: [b.add(b.relu(twice), twice)] }))).toEqual(["Conv", "Mul", "Conv", "Mul", "Conv", "Relu", "Add"]);
  });
});

const special = [NaN, Infinity, -Infinity, 0, -0, 2 ** -149, -(2 ** -149), 3, 6, 6.0000005, 5.9999995, -1, -3.4028234663852886e38, 3.4028234663852886e38, 1e-20];

describe("masks", () => {
  const compare = ["Greater", "GreaterOrEqual", "Less", "LessOrEqual"] as const;
  /** g · Cast(y ? a and y ? b), and without the Cast. */
  const masked = (terms: readonly (readonly [(typeof compare)[number], number])[]): Graph => {
    const b = new GraphBuilder();
    const [g, y] = [b.input("g", "float32", ["N"]), b.input("y", "float32", ["N"])];
    const made = terms.map(([op, bound]) => b.op(op, [y, b.scalar(bound)]));
    const both = made.length === 2 ? b.and(made[0]!, made[1]!) : made[0]!;
    return b.build({ outputs: [b.mul(g, b.cast(both, "float32"))] });
  };

  const bounds: readonly (readonly (readonly [(typeof compare)[number], number])[])[] = [
    ...compare.flatMap((op) => [0, 6, -1, 3.4028234663852886e38].map((bound) => [[op, bound] as const])),
    [["Greater", 0], ["Less", 6]], [["Less", 6], ["Greater", 0]], [["GreaterOrEqual", -1], ["LessOrEqual", 0]], [["Greater", 6], ["Less", 6.0000005]], [["GreaterOrEqual", 0], ["Less", 2 ** -149]],
  ];
  test.each(bounds.map((terms) => [terms.map((term) => term.join(" ")).join(" and "), terms] as const))("y %s, to the last bit, with what is no number", async (_, terms) => {
    const graph = masked(terms);
    expect(steps(graph)).toEqual(["Mul"]);
    const feeds = { g: float32([special.length], special.map(() => 2)), y: float32([special.length], special) };
    const [expected, ours] = await Promise.all([referenceRuntime.create(), runtime].map(async (each) => Object.values(await (await (await each).compile(graph)).run(feeds))[0]!));
    expect(Array.from((await read(ours!)).data as Float32Array)).toEqual(Array.from((await read(expected!)).data as Float32Array));
  });

  test("of any length, of every g, and of a y that is repeated", async () => {
    const b = new GraphBuilder();
    const [g, y] = [b.input("g", "float32", ["M", "N"]), b.input("y", "float32", ["L", "N"])];
    const inside = b.and(b.greater(y, b.scalar(0)), b.less(y, b.scalar(6)));
    const graph = b.build({ outputs: [b.mul(b.cast(inside, "float32"), g)] });
    const of = (rows: number, length: number, start: number): Tensor => float32([rows, length], Array.from({ length: rows * length }, (_, i) => special[(start + i) % special.length]!));
    for (const [rows, repeated] of [[1, 1], [2, 2], [2, 1]] as const) {
      for (let length = 1; length < 12; length++) await agrees(graph, { g: of(rows, length, 3 * length), y: of(repeated, length, length) }, 0);
    }
  });

  test("truth values of two tensors, and what logic makes of them", async () => {
    const b = new GraphBuilder();
    const [a, c] = [b.input("a", "float32", ["N", 1]), b.input("c", "float32", ["N"])];
    const [more, less] = [b.greater(a, c), b.less(a, c)];
    const either = b.op("Or", [more, less]);
    const graph = b.build({ outputs: [more, less, either, b.op("Xor", [either, less]), b.not(either), b.where(either, a, c), b.cast(more, "int64"), b.concat([more, b.equal(a, c)], 0)] });
    await agrees(graph, { a: float32([special.length, 1], special), c: float32([special.length], special) }, 0);
  });

  test("a maximum's share goes to the first of equals, infinities and edges among them", async () => {
    const b = new GraphBuilder();
    const [x, y, g] = [b.input("x", "float32", ["N"]), b.input("y", "float32", ["N"]), b.input("g", "float32", ["N"])];
    const taken = b.where(b.equal(x, y), g, b.scalar(0));
    const graph = b.build({ outputs: [taken, b.sub(g, taken)] });
    expect(steps(graph)).toEqual(["Where"]);
    const numbers = special.filter((value) => !Number.isNaN(value));
    const pairs = numbers.flatMap((p) => numbers.map((q) => [p, q] as const));
    await agrees(graph, { x: float32([pairs.length], pairs.map(([p]) => p)), y: float32([pairs.length], pairs.map(([, q]) => q)), g: values([pairs.length]) }, 0);
  });

  test("both shares are woven in one step, along any axis, whatever is asked for in between", async () => {
    const any = fc.record({
      axis: fc.integer({ min: 0, max: 3 }), sliced: fc.boolean(), more: fc.integer({ min: 0, max: 2 }), flat: fc.boolean(), tapped: fc.option(fc.nat(5), { nil: undefined }),
      convolved: fc.boolean(), seed: fc.integer({ min: 1, max: 1000 }),
    });
    await fc.assert(fc.asyncProperty(any, async (c) => {
      const { graph, feeds, kernels } = weave(c);
      // A convolution has channels; an input that is asked for is no step between.
      fc.pre((!c.convolved || c.axis !== 1) && (c.tapped !== 2 || (c.sliced && !c.flat)));
      if (c.tapped === undefined || c.tapped === 2) expect(steps(graph)).toEqual(kernels);
      await agrees(graph, feeds, 0);
    }), { numRuns: 200, seed: 20241124 });
  }, 60_000);

  test("a value that is compared with itself keeps its own Where: it asks for NaN", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", ["N"]);
    const clean = b.where(b.equal(x, x), x, b.scalar(0));
    const graph = b.build({ outputs: [clean, b.sub(x, clean)] });
    expect(steps(graph)).toEqual(["Equal", "Where", "Sub"]);
  });
});

import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { attr, float32, GraphBuilder, read, seededRandom, tensor, zeros, type Attributes, type Graph, type Runtime, type Tensor } from "@vitrine/core";
import { expectClose, operatorCase, referenceRuntime, type OperatorCase } from "@vitrine/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tfjs } from "../index.js";
import { Held } from "../value.js";
import { curveNames } from "./curves.js";
import { byKernels } from "./recurrent-kernels.js";
import { layerOf, type RecurrentName, type Results } from "./recurrent-layer.js";
import { byLoop } from "./recurrent-loop.js";

const gatesOf = { LSTM: 4, GRU: 3, RNN: 1 } as const;
const curvesIn = { LSTM: 3, GRU: 2, RNN: 1 } as const;

const dim = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
/** Every attribute and every optional input there is. */
const layers = fc.record({
  op: fc.constantFrom<RecurrentName>("LSTM", "GRU", "RNN"), steps: dim(5), batch: dim(3), features: dim(4), hidden: dim(6), direction: fc.constantFrom("forward", "reverse", "bidirectional"),
  bias: fc.boolean(), lengths: fc.option(fc.array(fc.nat(), { minLength: 3, maxLength: 3 })), h0: fc.boolean(), c0: fc.boolean(), peepholes: fc.boolean(),
  activations: fc.option(fc.array(fc.constantFrom(...curveNames), { minLength: 6, maxLength: 6 })), alphas: fc.array(fc.constantFrom(0.3, 0.5, 1.25), { maxLength: 3 }), betas: fc.array(fc.constantFrom(0.25, 0.5), { maxLength: 3 }),
  clip: fc.option(fc.constantFrom(0.3, 1)), coupled: fc.boolean(), linearBefore: fc.boolean(), batchFirst: fc.boolean(), fixed: fc.boolean(), seed: fc.integer({ min: 1, max: 1e6 }),
});
type Layer = typeof layers extends fc.Arbitrary<infer T> ? T : never;

function caseOf(l: Layer): OperatorCase {
  const random = seededRandom(l.seed);
  const uniform = (shape: readonly number[], bound: number): Tensor => float32(shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (random.uniform() * 2 - 1) * bound));
  const count = l.direction === "bidirectional" ? 2 : 1;
  const gates = gatesOf[l.op] * l.hidden;
  const weights = (shape: readonly number[]): Tensor | { readonly fixed: Tensor } => (l.fixed ? { fixed: uniform(shape, 0.8) } : uniform(shape, 0.8));
  const state = l.batchFirst ? [l.batch, count, l.hidden] : [count, l.batch, l.hidden];
  return operatorCase(l.op, "random", [
    uniform(l.batchFirst ? [l.batch, l.steps, l.features] : [l.steps, l.batch, l.features], 2), weights([count, gates, l.features]), weights([count, gates, l.hidden]), l.bias ? weights([count, 2 * gates]) : undefined,
    l.lengths ? tensor("int32", [l.batch], Int32Array.from(l.lengths.slice(0, l.batch), (length) => length % (l.steps + 1))) : undefined,
    l.h0 ? uniform(state, 1) : undefined,
    ...(l.op === "LSTM" ? [l.c0 ? uniform(state, 1) : undefined, l.peepholes ? weights([count, 3 * l.hidden]) : undefined] : []),
  ], {
    hidden_size: attr.int(l.hidden), direction: attr.string(l.direction), layout: attr.int(l.batchFirst ? 1 : 0),
    ...(l.activations && { activations: attr.strings(l.activations.slice(0, count * curvesIn[l.op])), activation_alpha: attr.floats(l.alphas), activation_beta: attr.floats(l.betas) }),
    ...(l.clip !== null && { clip: attr.float(l.clip) }),
    ...(l.op === "LSTM" && { input_forget: attr.int(l.coupled ? 1 : 0) }),
    ...(l.op === "GRU" && { linear_before_reset: attr.int(l.linearBefore ? 1 : 0) }),
  }, { outputs: l.op === "LSTM" ? 3 : 2 });
}

const described = ({ graph }: OperatorCase, output: string): string => `${output} of ${graph.nodes[0]!.op} ${JSON.stringify(graph.nodes[0]!.attributes)}`;
const held = (): readonly number[] => [tf.engine().state.numTensors, tf.engine().state.numDataBuffers];

describe.each(["wasm", "cpu"])("on %s", (backend) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await tfjs({ backend }).create();
  });
  afterAll(() => runtime.dispose());

  test("layers of every kind are as the reference has them, and leave nothing behind", async () => {
    const reference = await referenceRuntime.create();
    const before = held();
    await fc.assert(fc.asyncProperty(layers.map(caseOf), async (each) => {
      const expected = await (await reference.compile(each.graph)).run(each.feeds);
      const program = await runtime.compile(each.graph);
      const found = await program.run(each.feeds);
      await program.dispose();
      for (const [output, value] of Object.entries(expected)) expectClose(await read(found[output]!), await read(value), 1e-6, described(each, output));
      expect(held()).toEqual(before);
    }), { numRuns: 300, seed: 20240611 });
  });

  test("the kernels that GPUs take compute the same", async () => {
    await tf.setBackend(backend);
    const before = held();
    fc.assert(fc.property(layers.map(caseOf), (each) => {
      tf.tidy(() => {
        const node = each.graph.nodes[0]!;
        const constant = (name: string): Tensor => each.feeds[name] ?? each.graph.constants.get(name)!.read();
        const call = { node, inputs: node.inputs.map((name) => (name === "" ? undefined : Held.host(constant(name)))), fused: undefined, folded: undefined, backend };
        const [kernels, loop] = [byKernels, byLoop].map((run) => run(layerOf(node.op as RecurrentName, call))) as [Results, Results];
        for (const key of ["y", "h", "c"] as const) {
          if (kernels[key] || loop[key]) expectClose(hostOf(loop[key]!), hostOf(kernels[key]!), 1e-6, described(each, key));
        }
      });
      expect(held()).toEqual(before);
    }), { numRuns: 150, seed: 20240612 });
  });

  test("no steps leave the state as it was given", async () => {
    const program = await runtime.compile(plain(zeros("float32", [1, 2, 3])));
    const h0 = float32([1, 2, 3], [1, 2, 3, 4, 5, 6]);
    const { y, h } = await program.run({ x: zeros("float32", [0, 2, 4]), h0 });
    await program.dispose();
    expect([(await read(y!)).shape, await read(h!)]).toEqual([[0, 1, 2, 3], h0]);
  });

  test("a sample that is longer than its batch is refused by name", async () => {
    const program = await runtime.compile(plain(zeros("float32", [1, 1, 3]), [6]));
    await expect(program.run({ x: zeros("float32", [5, 1, 4]), h0: zeros("float32", [1, 1, 3]) })).rejects.toMatchObject({ code: "node-failed", message: expect.stringContaining("6 steps") as string });
    await program.dispose();
  });

  test("a long text goes on from where its first half ended", async () => {
    const program = await runtime.compile(plain(zeros("float32", [1, 1, 3])));
    const random = seededRandom(2);
    const x = Float32Array.from({ length: 2_000 * 4 }, () => random.normal());
    const run = async (from: number, to: number, h0: Tensor): Promise<Tensor> => read((await program.run({ x: float32([to - from, 1, 4], x.slice(4 * from, 4 * to)), h0 }))["h"]!);
    const start = zeros("float32", [1, 1, 3]);
    expect(await run(900, 2_000, await run(0, 900, start))).toEqual(await run(0, 2_000, start));
    await program.dispose();
  });
});

const hostOf = (x: tf.Tensor): Tensor => float32(x.shape, Float32Array.from(x.dataSync()));

/** An RNN of three units over four features. */
function plain(h0: Tensor, lengths?: readonly number[]): Graph {
  const b = new GraphBuilder();
  const weights = (shape: readonly number[]): string => b.constant(float32(shape, Array.from({ length: shape.reduce((p, q) => p * q, 1) }, (_, i) => Math.sin(i))));
  const attributes: Attributes = { hidden_size: attr.int(3) };
  const given = [b.input("x", "float32", ["T", "N", 4]), weights([1, 3, 4]), weights([1, 3, 3]), "", lengths ? b.constant(tensor("int32", [lengths.length], Int32Array.from(lengths))) : "", b.input("h0", "float32", h0.shape)];
  return b.build({ outputs: b.node("RNN", given, attributes, { outputs: ["y", "h"] }) });
}

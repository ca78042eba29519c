import { explainedValues, float32, gradientGraph, GraphBuilder, toNumbers, type Graph, type Tensor } from "@vitrine/core";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { quantized, relativeL2, type QuantizedForm } from "@vitrine/testing";
import { describe, expect, test } from "vitest";
import { asMethod } from "../../test/job.js";
import { differentiateGraph } from "../index.js";

const samples = 4;
const target = { kind: "class", index: 1 } as const;

interface Explained {
  readonly gradient: number[];
  readonly score: number[];
  readonly notices: string[];
}

async function explain(graph: Graph, feeds: Record<string, Tensor>, wrt?: string): Promise<Explained> {
  return asMethod(graph, feeds, { target, runtime: onnxNode() }, async (job) => {
    const notices: string[] = [];
    const derived = await gradientGraph({ ...bound(job), notice: (text) => notices.push(text) }, { wrt: await explainedValues(job, wrt) });
    const { gradients, scores } = await derived.all();
    return { gradient: toNumbers([...gradients.values()][0]!), score: [...scores], notices };
  });
}

/** The job with its methods bound, so that a test may listen in. */
function bound(job: Parameters<typeof gradientGraph>[0]): Parameters<typeof gradientGraph>[0] {
  const { model, feeds, samples: count, batch, signal, targets } = job;
  return { model, feeds, samples: count, batch, signal, targets, run: job.run.bind(job), shapes: job.shapes.bind(job), target: job.target.bind(job), require: job.require.bind(job), notice: job.notice.bind(job) };
}

const feeds = quantized("float").feeds(samples);

describe("quantised networks, held against the one of their dequantised values", () => {
  test.each<QuantizedForm>(["qdq", "operators", "dynamic"])("%s", async (form) => {
    const [exact, found] = [await explain(quantized("float").graph, feeds), await explain(quantized(form).graph, feeds)];
    // Eight bits: scores agree to a step or two; where rounding moves nothing over a kink, gradients are the same.
    expect(relativeL2(found.score, exact.score)).toBeLessThan(0.05);
    expect(exact.gradient.some((value) => value !== 0)).toBe(true);
    expect(relativeL2(found.gradient, exact.gradient)).toBeLessThan(1e-5);
    expect(exact.notices).toEqual([]);
    expect(found.notices).toEqual([expect.stringContaining("The model is quantised: what is explained is the network of its dequantised values.")]);
  });

  test("what is clipped passes nothing: at the input, and inside", async () => {
    const far = { x: float32([1, 2, 6, 6], Float32Array.from({ length: 72 }, (_, i) => (i % 3 === 0 ? 1.5 : 0.3))) };
    const [exact, found] = [await explain(quantized("float").graph, far), await explain(quantized("qdq").graph, far)];
    expect(relativeL2(found.gradient, exact.gradient)).toBeLessThan(1e-5);
    found.gradient.forEach((value, i) => i % 3 === 0 && expect(value).toBe(0));
  });

  test("factors of a product that are both computed", async () => {
    const b = new GraphBuilder();
    const [a, d] = [b.input("a", "float32", [2, 3]), b.input("d", "float32", [3, 2])];
    const scale = b.scalar(0.01);
    const zero = b.constant({ dtype: "int8", shape: [], data: Int8Array.of(3) });
    const q = (v: string): string => b.op("QuantizeLinear", [v, scale, zero]);
    const product = b.op("QLinearMatMul", [q(a), scale, zero, q(d), scale, zero, b.scalar(0.05), zero]);
    const y = b.op("DequantizeLinear", [product, b.scalar(0.05), zero]);
    const spec = { inputs: { a: { kind: "tensor", layout: "TC" }, d: { kind: "tensor", layout: "TC" } }, outputs: [] };
    const graph = b.build({ outputs: [b.node("Identity", [y], {}, { name: "y", outputs: ["y:0"] })[0]!] });
    const input = { a: float32([2, 3], [0.5, -0.2, 0.1, 1, 0.3, -0.4]), d: float32([3, 2], [0.2, 0.4, -0.6, 0.8, 1, -1]) };
    // Σ y: the derivative by a is the row sums of d, that by d the column sums of a; nothing is clipped here.
    const found = await asMethod(graph, input, { target: { kind: "function", title: "Σ y", build: (builder) => builder.reduceSum("y:0", [0, 1], true) }, spec, runtime: onnxNode() }, async (job) =>
      (await (await gradientGraph(job, { wrt: await explainedValues(job, "d") })).all()).gradients.get("d")!);
    const sums = [1.5, 0.1, -0.3];
    toNumbers(found).forEach((value, i) => expect(value).toBeCloseTo(sums[Math.floor(i / 2)]!, 5));
  });
});

describe("what has none", () => {
  test("quantised numbers themselves are refused as what to look at, with the reason", async () => {
    await expect(explain(quantized("operators").graph, feeds, "conv")).rejects.toMatchObject({ code: "value-not-float", message: expect.stringContaining("it is quantised: QLinearConv makes whole numbers") as unknown });
  });

  test("scales for every block, weights that are computed, unknown ranges", async () => {
    const refused = async (make: (b: GraphBuilder, x: string) => string): Promise<unknown> => {
      const b = new GraphBuilder();
      const y = make(b, b.input("x", "float32", ["N", 4]));
      return explain(b.build({ outputs: [b.node("Identity", [y], {}, { name: "y", outputs: ["y:0"] })[0]!] }), { x: float32([1, 4], [0.1, 0.2, 0.3, 0.4]) }).catch((error: unknown) => error);
    };
    const zero = (b: GraphBuilder): string => b.constant({ dtype: "uint8", shape: [], data: Uint8Array.of(0) });
    expect(await refused((b, x) => {
      const moving = b.cast(b.mul(b.reduceMax(x, [0, 1], false), b.scalar(0)), "uint8");
      return b.op("DequantizeLinear", [b.op("QuantizeLinear", [x, b.scalar(0.1), moving]), b.scalar(0.1), moving]);
    })).toMatchObject({ code: "operator-without-rule", fields: { why: "the range that it quantises to is not known" } });
    expect(await refused((b, x) => {
      const weights = b.op("QuantizeLinear", [b.reshape(x, [1, 1, 2, 2]), b.scalar(0.1), zero(b)]);
      const q = b.op("QuantizeLinear", [b.reshape(x, [1, 1, 2, 2]), b.scalar(0.1), zero(b)]);
      const product = b.op("QLinearConv", [q, b.scalar(0.1), zero(b), weights, b.scalar(0.1), zero(b), b.scalar(0.1), zero(b)]);
      return b.expand(b.reshape(b.op("DequantizeLinear", [product, b.scalar(0.1), zero(b)]), [1, 1]), [1, 3]);
    })).toMatchObject({ code: "operator-without-rule", fields: { why: "its weights are computed" } });
  });

  test("the model tells before anything runs that nothing blocks", () => {
    for (const form of ["qdq", "operators", "dynamic"] as const) expect(differentiateGraph.undifferentiable(quantized(form).graph)).toEqual([]);
  });
});

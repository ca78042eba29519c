import { attr, float32, GraphBuilder, seededRandom, sizeOf, toNumbers, type BackwardRule, type Graph, type Tensor } from "@vitrine/core";
import { describe, expect, test } from "vitest";
import { evaluate, gradientGraph } from "../test/gradients.js";

const deconvnet: BackwardRule = { id: "deconvnet", title: "DeconvNet", rectifier: ({ builder, gradient }) => builder.relu(gradient) };
const guided: BackwardRule = { id: "guided", title: "Guided backpropagation", rectifier: ({ builder, gradient, derivative }) => derivative(builder.relu(gradient)) };

/** LRP-ε (Bach et al. 2015): relevance is shared out in proportion to what each input contributed. */
const lrp: BackwardRule = {
  id: "lrp-epsilon",
  title: "LRP-ε",
  rectifier: ({ gradient }) => gradient,
  operator: ({ builder: b, node, gradients: [relevance], derivative }) => {
    if (!["Conv", "Gemm"].includes(node.op) || relevance === undefined) return undefined;
    const z = node.outputs[0]!;
    const stabilised = b.add(z, b.mul(b.scalar(1e-9), b.sub(b.mul(b.scalar(2), b.cast(b.greaterOrEqual(z, b.scalar(0)), "float32")), b.scalar(1))));
    const [share] = derivative([b.div(relevance, stabilised)]);
    return node.inputs.map((x, i) => (i === 0 ? b.mul(x, share!) : undefined));
  },
};

const random = (shape: readonly number[], seed: number): Tensor<"float32"> => {
  const source = seededRandom(seed);
  return float32(shape, Float32Array.from({ length: sizeOf(shape) }, () => source.normal()));
};

async function explained(graph: Graph, feeds: Readonly<Record<string, Tensor>>, wrt: string, seed: Tensor, rule?: BackwardRule): Promise<number[]> {
  const derived = await gradientGraph(graph, feeds, rule ? { wrt: [wrt], rule } : { wrt: [wrt] });
  return toNumbers((await evaluate(derived.graph, { ...feeds, seed }))[derived.names.get(wrt)!]!);
}

describe("backward rules", () => {
  const chain = (activation: (b: GraphBuilder, x: string) => string): Graph => {
    const b = new GraphBuilder();
    return b.build({ outputs: [activation(b, b.input("x", "float32", [6]))] });
  };
  const x = float32([6], [-2, -1, 0.5, 2, 5, 8]);
  const seed = float32([6], [1, -1, 1, -1, 1, -1]);
  const relu6 = (b: GraphBuilder, v: string): string => b.op("Clip", [v, b.scalar(0), b.scalar(6)]);

  test.each([
    ["ReLU, plain", (b: GraphBuilder, v: string) => b.relu(v), undefined, [0, 0, 1, -1, 1, -1]],
    ["ReLU, DeconvNet", (b: GraphBuilder, v: string) => b.relu(v), deconvnet, [1, 0, 1, 0, 1, 0]],
    ["ReLU, guided", (b: GraphBuilder, v: string) => b.relu(v), guided, [0, 0, 1, 0, 1, 0]],
    ["ReLU6, plain", relu6, undefined, [0, 0, 1, -1, 1, 0]],
    ["ReLU6, DeconvNet", relu6, deconvnet, [1, 0, 1, 0, 1, 0]],
    ["ReLU6, guided", relu6, guided, [0, 0, 1, 0, 1, 0]],
    ["ReLU written as a maximum, guided", (b: GraphBuilder, v: string) => b.max(v, b.scalar(0)), guided, [0, 0, 1, 0, 1, 0]],
  ] as const)("%s", async (_, activation, rule, expected) => {
    expect((await explained(chain(activation), { x }, "x", seed, rule)).map((v) => v + 0)).toEqual(expected);
  });

  test("a written-out SiLU takes the rule as one: its inner product does not see it", async () => {
    const graph = chain((b, v) => b.mul(v, b.sigmoid(v)));
    const slope = (v: number): number => 1 / (1 + Math.exp(-v)) + (v * Math.exp(-v)) / (1 + Math.exp(-v)) ** 2;
    expect((await explained(graph, { x }, "x", seed, deconvnet)).map((v) => v + 0)).toEqual([1, 0, 1, 0, 1, 0]);
    const ours = await explained(graph, { x }, "x", seed, guided);
    toNumbers(x).forEach((v, i) => expect(ours[i]).toBeCloseTo(i % 2 === 0 ? slope(v) : 0, 6));
  });

  test("a rule may look at constants and shapes, and leave nodes alone", async () => {
    const seen: unknown[] = [];
    const curious: BackwardRule = {
      id: "curious", title: "Curious",
      operator: ({ node, shape, constant, needs }) => {
        seen.push([node.op, shape(node.outputs[0]!), constant(node.inputs[1] ?? "")?.shape, needs(0), needs(1)]);
        return undefined;
      },
    };
    const b = new GraphBuilder();
    const input = b.input("x", "float32", [2, 3]);
    const y = b.op("Gemm", [input, b.constant(random([3, 4], 1))]);
    const graph = b.build({ outputs: [y] });
    const feeds = { x: random([2, 3], 2) };
    const plain = await explained(graph, feeds, "x", random([2, 4], 3));
    expect(await explained(graph, feeds, "x", random([2, 4], 3), curious)).toEqual(plain);
    expect(seen).toEqual([["Gemm", [2, 4], [3, 4], true, false]]);
  });

  test("a rule that returns too few cotangents is told", async () => {
    const short: BackwardRule = { id: "short", title: "Short", operator: () => [] };
    await expect(explained(chain((b, v) => b.exp(v)), { x }, "x", seed, short)).rejects.toMatchObject({ code: "rule-shape" });
  });

  test("LRP-ε conserves relevance on a network without biases", async () => {
    const b = new GraphBuilder();
    const input = b.input("x", "float32", [2, 3, 9, 9]);
    const conv = (v: string, to: number, from: number, stride: number): string =>
      b.relu(b.op("Conv", [v, b.constant(random([to, from, 3, 3], to))], { kernel_shape: attr.ints([3, 3]), pads: attr.ints([1, 1, 1, 1]), strides: attr.ints([stride, stride]) }));
    const pooled = b.op("MaxPool", [conv(conv(input, 6, 3, 1), 8, 6, 2)], { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]) });
    const logits = b.op("Gemm", [b.reshape(pooled, [2, 32]), b.constant(random([32, 5], 9))]);
    const graph = b.build({ outputs: [logits] });
    const feeds = { x: random([2, 3, 9, 9], 4) };
    const scores = toNumbers((await evaluate(graph, feeds))[logits]!);
    // What is shared out is the score itself: the relevance of class 2 in both samples.
    const relevance = float32([2, 5], scores.map((score, i) => (i % 5 === 2 ? score : 0)));
    const shares = await explained(graph, feeds, "x", relevance, lrp);
    for (const sample of [0, 1]) {
      const total = shares.slice(sample * 243, (sample + 1) * 243).reduce((a, v) => a + v, 0);
      expect(Math.abs(total - scores[sample * 5 + 2]!)).toBeLessThan(1e-3 * Math.abs(scores[sample * 5 + 2]!));
    }
  });
});

import { float32, GraphBuilder, isFloat, readShapes, seededRandom, shapeGraph, sizeOf, tensor, type BackwardRule, type Graph, type Tensor } from "@vitrine/core";
import { createReferenceRuntime, type OperatorCase } from "@vitrine/testing";
import { differentiate, valuesBetween } from "../src/index.js";

export type Feeds = Readonly<Record<string, Tensor>>;

const exact = createReferenceRuntime({ results: "float64" }).create();

/** The outputs as the reference runtime computes them in float64. */
export async function evaluate(graph: Graph, feeds: Feeds): Promise<Record<string, Tensor>> {
  const program = await (await exact).compile(graph);
  const wanted = new Set(graph.inputs.map(({ name }) => name));
  const results = await program.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => wanted.has(name))));
  await program.dispose();
  return results as Record<string, Tensor>;
}

export async function observed(graph: Graph, values: readonly string[], feeds: Feeds): Promise<ReadonlyMap<string, readonly number[]>> {
  const { graph: shapes, outputs } = shapeGraph(graph, values);
  return readShapes(outputs, await evaluate(shapes, feeds));
}

/** The derived graph of a graph's output: its outputs are the gradients, in the order of `wrt`; the seed is the input `seed`. */
export async function gradientGraph(graph: Graph, feeds: Feeds, { wrt, of = graph.outputs[0]!.name, rule }: { wrt: readonly string[]; of?: string; rule?: BackwardRule }): Promise<{ graph: Graph; names: ReadonlyMap<string, string>; seed: string; shape: readonly number[] }> {
  const shapes = new Map(await observed(graph, valuesBetween(graph, of, wrt), feeds));
  const builder = new GraphBuilder(graph);
  const shape = shapes.get(of)!;
  const seed = builder.input("seed", "float32", shape);
  const names = differentiate(builder, { of, seed, wrt, rule, shapes });
  return { graph: builder.build({ outputs: wrt.map((name) => names.get(name)!) }), names, seed, shape };
}

const random = (shape: readonly number[], seed: number): Tensor<"float32"> => {
  const source = seededRandom(seed);
  return float32(shape, Float32Array.from({ length: sizeOf(shape) }, () => 2 * source.uniform() - 1));
};

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/**
 * How far the gradient is from the differences of fourth order along random directions, over the length of the gradient
 * in any of them. The step is small, so that kinks are seldom met, and float64 carries it. Every floating-point input is looked at.
 */
export async function gradientError({ graph, feeds }: Pick<OperatorCase, "graph" | "feeds">, { wrt = Object.keys(feeds).filter((name) => isFloat(feeds[name]!.dtype)), of = graph.outputs[0]!.name, step = 2e-5 } = {}): Promise<number> {
  const derived = await gradientGraph(graph, feeds, { wrt, of });
  const seed = random(derived.shape, 99);
  const results = await evaluate(derived.graph, { ...feeds, [derived.seed]: seed });
  const forward = new GraphBuilder(graph).build({ outputs: [of] });
  const output = forward.outputs[0]!.name;
  let worst = 0;
  for (const [n, name] of wrt.entries()) {
    const gradient = results[derived.names.get(name)!]!;
    const at = feeds[name]!;
    if (gradient.shape.join() !== at.shape.join()) throw new Error(`the gradient of ${name} has the shape [${gradient.shape.join()}], not [${at.shape.join()}]`);
    for (let round = 0; round < 2; round++) {
      const direction = random(at.shape, 7 + 13 * n + round).data;
      const along = async (h: number): Promise<number> => {
        const moved = tensor("float64", at.shape, Float64Array.from(at.data as Float32Array, (v, i) => v + h * direction[i]!));
        return dot((await evaluate(forward, { ...feeds, [name]: moved }))[output]!.data as Float64Array, seed.data);
      };
      const measured = (8 * ((await along(step)) - (await along(-step))) - ((await along(2 * step)) - (await along(-2 * step)))) / (12 * step);
      const ours = dot(gradient.data as Float64Array, direction);
      const length = Math.sqrt(dot(gradient.data as Float64Array, gradient.data as Float64Array) * dot(direction, direction));
      worst = Math.max(worst, Math.abs(measured - ours) / Math.max(length, Math.abs(measured), 1e-12));
    }
  }
  return worst;
}

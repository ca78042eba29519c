import { differentiate, valuesBetween } from "@vitrine/autodiff";
import { finalSoftmax, float32, GraphBuilder, withInputShapes, type Graph, type Model, type Tensor } from "@vitrine/core";
import { kernelTimes } from "./kernels.js";
import { paired, table } from "./measure.js";
import { mobileNetV2, resNet18, squeezeNet } from "./networks.js";
import { peakMegabytes } from "./peak.js";
import { benchEngine, loadGraph, randomImages, threads } from "./setup.js";

const rounds = 15;
/** A session's threads go on looking for work for a while: of single runs in turn, each would pay for the other's. */
const runs = 8;
const inARow = (run: () => Promise<unknown>) => async (): Promise<void> => {
  for (let i = 0; i < runs; i++) await run();
};

/** What the gradient of a logit costs, forward pass included, over that forward pass. A backward pass has about as many multiplications as the forward one. */
export async function gradient(): Promise<string> {
  const times: (string | number)[][] = [["", "gradient ms", "forward ms", "ratio", "min", "max", "goal"]];
  const kernels: (string | number)[][] = [["", "gradient ms", "forward ms", "ratio", "floor", "most of it"]];
  const memory: (string | number)[][] = [["", "gradient MB", "all activations MB", "ratio", "goal"]];
  const engine = benchEngine();
  try {
    for (const [name, graph, goal] of [["SqueezeNet 1.1", squeezeNet(), 2.5], ["ResNet-18", resNet18(), 2.1], ["MobileNetV2", mobileNetV2(), 3]] as const) {
      const model = await loadGraph(engine, graph);
      const { derived, forward, feeds } = await programs(model);
      const measured = await paired(inARow(() => model.run(derived, feeds)), inARow(() => model.run(forward, feeds)), rounds);
      times.push([name, measured.a / runs, measured.b / runs, measured.ratio, ...measured.spread, `≤ ${goal}`]);
      const [backwards, forwards] = [await kernelTimes(derived, feeds), await kernelTimes(forward, { x: feeds["x"]! })];
      const most = backwards.operators.slice(0, 5).map(([op, time]) => `${op} ${time.toFixed(1)}`).join(", ");
      kernels.push([name, backwards.all, forwards.all, backwards.all / forwards.all, backwards.products / forwards.all, most]);
      const activations = allActivations(model);
      const [ours, theirs] = [await peakMegabytes(derived, feeds), await peakMegabytes(activations, { x: feeds["x"]! })];
      memory.push([name, ours, theirs, ours / theirs, "≤ 3"]);
      await model.dispose();
    }
  } finally {
    await engine.dispose();
  }
  return [
    `Gradient of a logit by the picture, forward included, over forward only (cpu, ${threads} threads, 224 × 224)\n${table(times)}`,
    `The same as the shortest time of every node on one thread; the floor is convolutions and products alone\n${table(kernels)}`,
    `Resident memory that a process of its own reaches above what it had before it compiled and ran the program\n${table(memory)}`,
  ].join("\n\n");
}

interface Programs {
  readonly derived: Graph;
  readonly forward: Graph;
  readonly feeds: Readonly<Record<string, Tensor<"float32">>>;
}

async function programs(model: Model): Promise<Programs> {
  const x = randomImages(1);
  const logits = finalSoftmax(model.graph, model.output.name)?.logits ?? model.output.name;
  const shapes = await model.shapes(valuesBetween(model.graph, logits, ["x"]), { x });
  const shape = shapes.get(logits)!;
  const builder = new GraphBuilder(model.graph);
  const seed = builder.input("seed", "float32", shape);
  const derived = builder.build({ outputs: [differentiate(builder, { of: logits, seed, wrt: ["x"], shapes }).get("x")!] });
  const one = float32(shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i === 207 ? 1 : 0)));
  const feeds = { x, [seed]: one };
  const forward = new GraphBuilder(model.graph).build({ outputs: [logits] });
  return { derived: withInputShapes(derived, feeds), forward: withInputShapes(forward, feeds), feeds };
}

function allActivations({ graph }: Model): Graph {
  return new GraphBuilder(graph).build({ outputs: graph.nodes.map(({ outputs }) => outputs[0]!) });
}

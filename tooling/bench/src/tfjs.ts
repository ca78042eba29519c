import { getThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import { getBackend, setBackend, tensor as tensorOf } from "@tensorflow/tfjs-core";
import * as web from "onnxruntime-web";
import { differentiate, valuesBetween } from "@vitrine/autodiff";
import { createEngine, finalSoftmax, float32, GraphBuilder, seededRandom, toFloat32, type Engine, type Feeds, type Graph, type Model, type RuntimeFactory, type Tensor } from "@vitrine/core";
import { writeOnnx } from "@vitrine/format-onnx";
import { tfjsPlugin } from "@vitrine/format-tfjs";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { tfjs as tfjsRuntime } from "@vitrine/runtime-tfjs";
import { inTurn, median, table, type Turns } from "./measure.js";
import { threads } from "./setup.js";
import { mobileNet, networkOf, smallVgg, type TfjsNetwork } from "./tfjs-networks.js";

const rounds = 15;

/**
 * The tfjs runtime against tfjs's own `predict` on the same backend, from numbers in host memory to numbers in host memory, and
 * all runtimes side by side.
 * @param files paths of `model.json`; by default networks that are built here
 */
export async function tfjs(files: readonly string[] = []): Promise<string> {
  await setBackend("wasm");
  const networks = files.length > 0 ? files.map((file) => () => networkOf(file)) : [smallVgg, mobileNet];
  const against: (string | number)[][] = [["", "ours ms", "predict ms", "ratio", "min", "max", "fastest", "goal", "differ by"]];
  const gradients: (string | number)[][] = [["", "gradient ms", "forward ms", "ratio", "min", "max", "fastest", "goal", "peak MB", "of forward"]];
  const side: (string | number)[][] = [["", "runtime", "ms", "min", "max", "of tfjs wasm", "fastest"]];
  for (const load of networks) {
    const network = await load();
    const { onTfjs, onAll, difference, peaks } = await measure(network);
    against.push([network.name, ...medians(onTfjs, "ours", "predict"), ...onTfjs.ratio("ours", "predict"), "≤ 1.15", difference.toExponential(1)]);
    gradients.push([network.name, ...medians(onTfjs, "gradient", "forward"), ...onTfjs.ratio("gradient", "forward"), "≤ 3", peaks.gradient / 1e6, peaks.forward / 1e6]);
    for (const [name, title] of Object.entries(titles)) {
      const times = onAll.times.get(name)!;
      side.push([network.name, title, median(times), Math.min(...times), Math.max(...times), onAll.ratio(name, "ours")[0], onAll.ratio(name, "ours")[3]]);
    }
    network.dispose();
  }
  return [
    `Forward on tfjs ${getBackend()} (${threadsOf(getThreadsCount())}): the tfjs runtime over tfjs's own predict, transposes, upload and reading back included; milliseconds by the clock, ${rounds} rounds, median and spread of their ratios, and the ratio of the fastest of each\n${table(against)}`,
    `Gradient of a logit by the input, forward included, over forward only, on the same; and the most that the values of a run take at once\n${table(gradients)}`,
    `The same networks on every runtime by the clock; what a user can choose from\n${table(side)}`,
  ].join("\n\n");
}

const threadsOf = (count: number): string => (count === 1 ? "one thread" : `${count} threads`);

const titles: Readonly<Record<string, string>> = {
  ours: "tfjs wasm, one thread in Node", node1: "onnxruntime-node, 1 thread", node: `onnxruntime-node, ${threads} threads`, web: `onnxruntime-web wasm, ${threads} threads`,
};

interface Measured {
  readonly onTfjs: Turns;
  readonly onAll: Turns;
  /** ‖ours − predict's‖₂ / ‖predict's‖₂. */
  readonly difference: number;
  /** The most bytes of values that a run held at once. */
  readonly peaks: { readonly gradient: number; readonly forward: number };
}

async function measure(network: TfjsNetwork): Promise<Measured> {
  const random = seededRandom(7);
  const shape = [1, ...network.shape];
  const x = float32(shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform() * 2 - 1));
  const engines: Engine[] = [];
  const on = async (runtime: RuntimeFactory): Promise<{ readonly model: Model; readonly feeds: Feeds; readonly forward: Graph }> => {
    const engine = createEngine({ runtime, plugins: [tfjsPlugin] });
    engines.push(engine);
    const model = await engine.load(network.source);
    return { model, feeds: { [model.inputs[0]!.name]: x }, forward: new GraphBuilder(model.graph).build({ outputs: [model.output.name] }) };
  };
  const predict = async (): Promise<Float32Array> => {
    const input = tensorOf(x.data, shape, "float32");
    const output = network.predict(input);
    const data = await output.data();
    input.dispose();
    output.dispose();
    return data as Float32Array;
  };
  const sessions: Awaited<ReturnType<typeof webSession>>[] = [];
  try {
    const ours = await on(tfjsRuntime({ backend: "wasm" }));
    const [one, several] = [await on(onnxNode({ providers: ["cpu"], threads: 1 })), await on(onnxNode({ providers: ["cpu"], threads }))];
    const gradient = await gradientOf(ours.model, ours.feeds);
    const run = ({ model, forward, feeds }: typeof ours) => model.run(forward, feeds);
    const reference = await predict();
    const result = toFloat32((await run(ours))[ours.model.output.name] as Tensor);
    const onTfjs = await inTurn({ ours: () => run(ours), predict, forward: () => ours.model.run(gradient.forward, ours.feeds), gradient: () => ours.model.run(gradient.graph, gradient.feeds) }, rounds);
    const session = await webSession(several.model, x);
    sessions.push(session);
    const onAll = await inTurn({ ours: () => run(ours), node1: () => run(one), node: () => run(several), web: session.run }, rounds);
    return {
      onTfjs, onAll, peaks: { gradient: await peakOf(gradient.graph, gradient.feeds), forward: await peakOf(gradient.forward, ours.feeds) },
      difference: Math.sqrt(reference.reduce((sum, value, i) => sum + (value - result[i]!) ** 2, 0) / reference.reduce((sum, value) => sum + value ** 2, 0)),
    };
  } finally {
    for (const session of sessions) await session.release();
    for (const engine of engines) await engine.dispose();
  }
}

async function peakOf(graph: Graph, feeds: Feeds): Promise<number> {
  const runtime = await tfjsRuntime({ backend: "wasm" }).create();
  const program = await runtime.compile(graph);
  await program.run(feeds);
  await runtime.dispose();
  return program.peakBytes ?? NaN;
}

async function webSession({ graph, output }: Model, x: Tensor<"float32">): Promise<{ readonly run: () => Promise<unknown>; readonly release: () => Promise<void> }> {
  // Read once, by the first session of a process.
  web.env.wasm.numThreads = threads;
  const session = await web.InferenceSession.create(writeOnnx(graph).bytes, { executionProviders: ["wasm"], graphOptimizationLevel: "all" });
  const feeds = { [session.inputNames[0]!]: new web.Tensor("float32", x.data, [...x.shape]) };
  return { run: () => session.run(feeds, [output.name]), release: () => session.release() };
}

async function gradientOf(model: Model, feeds: Feeds): Promise<{ readonly graph: Graph; readonly forward: Graph; readonly feeds: Feeds }> {
  const logits = finalSoftmax(model.graph, model.output.name)?.logits ?? model.output.name;
  const [input] = model.inputs;
  const shapes = await model.shapes(valuesBetween(model.graph, logits, [input!.name]), feeds);
  const shape = shapes.get(logits)!;
  const builder = new GraphBuilder(model.graph);
  const seed = builder.input("seed", "float32", shape);
  const graph = builder.build({ outputs: [differentiate(builder, { of: logits, seed, wrt: [input!.name], shapes }).get(input!.name)!] });
  const one = float32(shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i === 3 ? 1 : 0)));
  return { graph, forward: new GraphBuilder(model.graph).build({ outputs: [logits] }), feeds: { ...feeds, [seed]: one } };
}

function medians({ times }: Turns, a: string, b: string): [number, number] {
  return [median(times.get(a)!), median(times.get(b)!)];
}

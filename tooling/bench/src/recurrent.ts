import "@tensorflow/tfjs-backend-cpu";
import { getThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { attr, createEngine, float32, GraphBuilder, seededRandom, sizeOf, tensor, type Engine, type Feeds, type Model, type RuntimeFactory, type Tensor, type ValueInfo } from "@vitrine/core";
import { onnxPlugin, writeOnnx } from "@vitrine/format-onnx";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { tfjs } from "@vitrine/runtime-tfjs";
import { inTurn, median, table } from "./measure.js";

const rounds = 9;
const steps = 500;
const [features, hidden] = [64, 128];
const batches = [1, 16];

const runtimes: Readonly<Record<string, RuntimeFactory>> = {
  "tfjs wasm": tfjs({ backend: "wasm" }),
  "tfjs cpu": tfjs({ backend: "cpu" }),
  "onnxruntime-node": onnxNode({ providers: ["cpu"], threads: 1 }),
};
const floor = "onnxruntime-node";

interface Network {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Recurrent layers on each runtime, from numbers in host memory to numbers in host memory.
 * @param files paths of `.onnx`, in which every axis that has no fixed length and is not the batch is time; by default one layer of each kind
 */
export async function recurrent(files: readonly string[] = []): Promise<string> {
  const networks = files.length > 0 ? await Promise.all(files.map(async (file) => ({ name: path.basename(file), bytes: new Uint8Array(await readFile(file)) }))) : (["LSTM", "GRU", "RNN"] as const).map(layer);
  const rows: (string | number)[][] = [["", "batch", "runtime", "ms", "min", "max", `of ${floor}`, "min", "max", "fastest"]];
  for (const network of networks) for (const batch of batches) rows.push(...(await measure(network, batch)));
  return `Recurrent networks over ${steps} steps: milliseconds by the clock for 100 steps of the batch, ${rounds} rounds, median and spread; the ratios round by round, and of the fastest of each. Native threads: ${getThreadsCount()} of tfjs wasm, 1 of onnxruntime-node\n${table(rows)}`;
}

const gatesOf = { LSTM: 4, GRU: 3, RNN: 1 } as const;

/** Speed does not depend on what was learned. */
function layer(op: keyof typeof gatesOf): Network {
  const random = seededRandom(3);
  const b = new GraphBuilder();
  const weights = (shape: readonly number[]): string => b.constant(float32(shape, Array.from({ length: sizeOf(shape) }, () => random.normal() / Math.sqrt(hidden))), "w");
  const gates = gatesOf[op] * hidden;
  const x = b.input("x", "float32", ["T", "N", features]);
  const outputs = b.node(op, [x, weights([1, gates, features]), weights([1, gates, hidden]), weights([1, 2 * gates])], { hidden_size: attr.int(hidden) }, { outputs: ["y"] });
  return { name: `${op}, ${hidden} units, ${features} features`, bytes: writeOnnx(b.build({ outputs })).bytes };
}

async function measure({ name, bytes }: Network, batch: number): Promise<(string | number)[][]> {
  const engines: Engine[] = [];
  try {
    const works: Record<string, () => Promise<unknown>> = {};
    for (const [title, runtime] of Object.entries(runtimes)) {
      const engine = createEngine({ runtime, plugins: [onnxPlugin] });
      engines.push(engine);
      const model = await engine.load({ name: "network.onnx", bytes });
      const feeds = feedsOf(model, batch);
      works[title] = () => model.run(model.graph, feeds);
    }
    const turns = await inTurn(works, rounds);
    return Object.keys(runtimes).map((title) => {
      const times = turns.times.get(title)!.map((time) => (time * 100) / steps);
      return [name, String(batch), title, median(times), Math.min(...times), Math.max(...times), ...(title === floor ? [] : turns.ratio(title, floor))];
    });
  } finally {
    for (const engine of engines) await engine.dispose();
  }
}

function feedsOf(model: Model, batch: number): Feeds {
  const random = seededRandom(5);
  const feed = ({ name, dtype, shape }: ValueInfo): Tensor => {
    const dims = (shape ?? []).map((dim, axis) => (typeof dim === "number" ? dim : axis === model.batch.axes?.[name] ? batch : steps));
    // Indices of any vocabulary.
    if (dtype === "int64") return tensor("int64", dims, new BigInt64Array(sizeOf(dims)).fill(1n));
    return float32(dims, Array.from({ length: sizeOf(dims) }, () => random.normal()));
  };
  return Object.fromEntries(model.inputs.map((input) => [input.name, feed(input)]));
}

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import ort from "onnxruntime-node";
import type { Graph, Tensor } from "@vitrine/core";
import { writeOnnx } from "@vitrine/format-onnx";
import { cpuForms } from "@vitrine/runtime-onnx-node";

/** What multiplies and adds: the work that no way of writing a network down saves. */
const products = new Set(["Conv", "ConvTranspose", "FusedConv", "Gemm", "FusedGemm", "MatMul", "FusedMatMul"]);

export interface KernelTimes {
  /** Milliseconds of all nodes. */
  readonly all: number;
  /** Of convolutions and matrix products alone. */
  readonly products: number;
  /** By operator, the slowest first. */
  readonly operators: readonly (readonly [op: string, milliseconds: number])[];
}

/** The shortest time of every node over some runs on one thread, summed: it holds on a machine that does other things besides. */
export async function kernelTimes(graph: Graph, feeds: Readonly<Record<string, Tensor<"float32">>>, runs = 12): Promise<KernelTimes> {
  const folder = await mkdtemp(path.join(tmpdir(), "vitrine-bench-"));
  try {
    const session = await ort.InferenceSession.create(writeOnnx(cpuForms(graph)).bytes, {
      executionProviders: ["cpu"], intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: "all", enableProfiling: true, profileFilePrefix: path.join(folder, "profile"),
    });
    const fed = Object.fromEntries(Object.entries(feeds).map(([name, { data, shape }]) => [name, new ort.Tensor("float32", data, [...shape])]));
    for (let i = 0; i < runs; i++) await session.run(fed);
    session.endProfiling();
    await session.release();
    const [file = ""] = await readdir(folder);
    return summed(JSON.parse(await readFile(path.join(folder, file), "utf8")) as readonly Event[]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Event {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly dur: number;
  readonly args: { readonly op_name?: string };
}

function summed(events: readonly Event[]): KernelTimes {
  const shortest = new Map<string, { op: string; time: number }>();
  for (const { cat, name, dur, args } of events) {
    if (cat !== "Node" || !name.endsWith("_kernel_time")) continue;
    const known = shortest.get(name);
    shortest.set(name, { op: args.op_name ?? "", time: Math.min(dur / 1000, known?.time ?? Infinity) });
  }
  const operators = new Map<string, number>();
  for (const { op, time } of shortest.values()) operators.set(op, (operators.get(op) ?? 0) + time);
  const sum = (of: (op: string) => boolean): number => [...operators].reduce((total, [op, time]) => total + (of(op) ? time : 0), 0);
  return { all: sum(() => true), products: sum((op) => products.has(op)), operators: [...operators].sort((a, b) => b[1] - a[1]) };
}

import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { tensor, type DType, type Graph, type Tensor } from "@vitrine/core";
import { writeOnnx } from "@vitrine/format-onnx";
import { referenceRuntime } from "../src/reference/runtime.js";

type Feeds = Readonly<Record<string, Tensor>>;
type Results = Readonly<Record<string, Tensor>>;

/** The graph as onnxruntime computes it on the processor, with nothing optimised. */
export async function byOnnxruntime(graph: Graph, feeds: Feeds): Promise<Results> {
  const { bytes } = writeOnnx(graph);
  const session = await InferenceSession.create(bytes, { graphOptimizationLevel: "disabled", intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 });
  try {
    const given = Object.fromEntries(Object.entries(feeds).map(([name, { dtype, shape, data }]) => [name, new OrtTensor(dtype as "float32", data as Float32Array, shape)]));
    const results = await session.run(given);
    return Object.fromEntries(Object.entries(results).map(([name, { type, dims, data }]) => [name, tensor(type as DType, dims, data as never)]));
  } finally {
    await session.release();
  }
}

/** The graph as the reference runtime computes it. */
export async function byReference(graph: Graph, feeds: Feeds): Promise<Results> {
  const runtime = await referenceRuntime.create();
  const program = await runtime.compile(graph);
  return (await program.run(feeds)) as Results;
}

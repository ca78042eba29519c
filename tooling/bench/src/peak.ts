import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Graph, Tensor } from "@vitrine/core";
import { writeOnnx } from "@vitrine/format-onnx";
import { cpuForms } from "@vitrine/runtime-onnx-node";
import { threads } from "./setup.js";

/** Runs one program three times in a process of its own. Its high-water mark is the process's, so that nothing else may have been in it. */
const script = `
const [, runtime, folder, names, threads] = process.argv;
const { default: ort } = await import(runtime);
const { readFileSync } = await import("node:fs");
const feeds = Object.fromEntries(JSON.parse(names).map(({ name, file, shape }) => {
  const bytes = readFileSync(folder + "/" + file);
  return [name, new ort.Tensor("float32", new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)), shape)];
}));
const options = { executionProviders: ["cpu"], intraOpNumThreads: Number(threads), graphOptimizationLevel: "all" };
const most = () => Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync("/proc/self/status", "latin1"))[1]);
const before = most();
const session = await ort.InferenceSession.create(folder + "/model.onnx", options);
for (let i = 0; i < 3; i++) await session.run(feeds);
console.log((most() - before) / 1000);
`;

/** MB that compiling and running a graph adds to the most that a process had resident; NaN where the system does not tell (Linux does). */
export async function peakMegabytes(graph: Graph, feeds: Readonly<Record<string, Tensor<"float32">>>): Promise<number> {
  if (process.platform !== "linux") return NaN;
  const folder = await mkdtemp(path.join(tmpdir(), "vitrine-peak-"));
  try {
    await writeFile(path.join(folder, "model.onnx"), writeOnnx(cpuForms(graph)).bytes);
    const names = await Promise.all(Object.entries(feeds).map(async ([name, { data, shape }], i) => {
      await writeFile(path.join(folder, `${i}.bin`), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      return { name, file: `${i}.bin`, shape };
    }));
    const runtime = pathToFileURL(createRequire(import.meta.url).resolve("onnxruntime-node")).href;
    const ran = spawnSync(process.execPath, ["--input-type=module", "--eval", script, runtime, folder, JSON.stringify(names), String(threads)], { encoding: "utf8" });
    if (ran.status !== 0) throw new Error(ran.stderr);
    return Number(ran.stdout);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

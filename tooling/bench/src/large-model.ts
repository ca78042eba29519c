import { GraphBuilder, memorySource } from "@vitrine/core";
import { readOnnx, writeOnnx } from "@vitrine/format-onnx";
import { median, milliseconds, residentMegabytes, table } from "./measure.js";
import { largeNetwork } from "./networks.js";
import { benchEngine, randomImages, threads } from "./setup.js";

/** Reading a model of over 100 MB, deriving graphs from it, and what that holds in memory. Goals: under a second, under 1.5 × the file. */
export async function largeModel(): Promise<string> {
  const { bytes } = writeOnnx(largeNetwork());
  const megabytes = bytes.length / 1e6;
  const before = residentMegabytes();
  const reads: number[] = [];
  for (let i = 0; i < 5; i++) reads.push(await milliseconds(() => readOnnx(memorySource("large.onnx", bytes))));
  const afterRead = residentMegabytes();
  const file = await readOnnx(memorySource("large.onnx", bytes));
  const tap: number[] = [];
  const write: number[] = [];
  let derivedBytes = 0;
  for (let i = 0; i < 5; i++) {
    let derived = file.graph;
    tap.push(await milliseconds(async () => {
      derived = new GraphBuilder(file.graph).build({ outputs: file.graph.nodes.map((node) => node.outputs[0]!) });
    }));
    write.push(await milliseconds(async () => {
      derivedBytes = writeOnnx(derived, { externalData: true }).bytes.length;
    }));
  }
  const engine = benchEngine();
  try {
    let first = 0;
    const load = await milliseconds(async () => {
      const model = await engine.load({ name: "large.onnx", bytes });
      const x = randomImages(1, 32);
      first = await milliseconds(() => model.run(model.graph, { x }));
    });
    const loaded = residentMegabytes();
    return [
      `A model of ${megabytes.toFixed(0)} MB (raw float32; ${threads} threads)`,
      table([
        ["read, ms", median(reads)],
        ["held by reading, MB beyond the file", afterRead - before],
        ["tap every layer, ms", median(tap)],
        ["write the derived graph without its weights, ms", median(write)],
        ["the derived graph, KB", derivedBytes / 1e3],
        ["load, compile and run once, ms", load],
        ["of which compile and first run, ms", first],
        ["resident after that, MB beyond before reading", loaded - before],
      ]),
    ].join("\n");
  } finally {
    await engine.dispose();
  }
}

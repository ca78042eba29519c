import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { memorySource } from "@vitrine/core";
import { expect, it } from "vitest";
import { readOnnx, writeOnnx } from "../index.js";
import { ModelProtoSchema, TensorProto_DataType, type ModelProto } from "../proto/onnx_pb.js";
import { oldBytes } from "../../test/ort.js";
import { randn } from "../../test/random.js";
import { tensorProto, typed } from "../../test/typed-data.js";

// A model of 120 MB in memory: how long reading and writing take, and how much memory. Reported, with generous bounds.

const layers = 12;
const width = 1600;

function large(weights: (message: ModelProto, layer: number) => void): Uint8Array {
  const names = Array.from({ length: layers }, (_, i) => `h${i}`);
  const message = fromBinary(ModelProtoSchema, oldBytes({ opset: 13, inputs: { x: randn([1, width]) }, nodes: names.map((name, i) => ["MatMul", [i === 0 ? "x" : `h${i - 1}`, `w${i}`], [name]]), outputs: [`h${layers - 1}`] }));
  for (let i = 0; i < layers; i++) weights(message, i);
  return toBinary(ModelProtoSchema, message);
}

const head = (i: number) => ({ name: `w${i}`, dims: [BigInt(width), BigInt(width)], dataType: TensorProto_DataType.FLOAT });
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
const memory = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

it.each<[string, (message: ModelProto, layer: number) => void]>([
  ["raw float32", (message, i) => message.graph!.initializer.push(tensorProto({ ...head(i), rawData: new Uint8Array(new Float32Array(width * width).fill(i).buffer) }))],
  ["typed float32", (message, i) => message.graph!.initializer.push(tensorProto({ ...head(i), ...typed({ floatData: new Array<number>(width * width).fill(i) }) }))],
])("a large model of %s", async (kind, weights) => {
  const bytes = large(weights);
  (globalThis as { gc?: () => void }).gc?.();
  const before = memory();
  const start = performance.now();
  const { graph } = await readOnnx(memorySource("large.onnx", bytes));
  const read = performance.now() - start;
  const after = memory();
  const written = performance.now();
  const { bytes: small } = writeOnnx(graph, { externalData: true });
  const apart = performance.now() - written;
  expect([...graph.constants.values()].map((constant) => constant.read().data[5])).toEqual(Array.from({ length: layers }, (_, i) => i));
  console.log(`${kind}: ${megabytes(bytes.length)} read in ${read.toFixed(0)} ms with ${megabytes(after - before)} more; written with its weights outside in ${apart.toFixed(1)} ms, ${small.length} bytes`);
  // Both are views of the file.
  expect(after - before).toBeLessThan(bytes.length * 0.1);
  expect(read).toBeLessThan(10_000);
});

it("2 GiB and more is refused by its size", async () => {
  // Zeros that are never touched take no memory.
  await expect(readOnnx(memorySource("huge.onnx", new Uint8Array(2 ** 31)))).rejects.toMatchObject({ code: "onnx-file-large" });
});

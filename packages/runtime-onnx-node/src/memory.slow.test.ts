import process from "node:process";
import { expect, test } from "vitest";
import { attr, float32, GraphBuilder, type Graph } from "@vitrine/core";
import { onnxNode } from "./index.js";

/** 16 MB of weights. */
function heavy(): Graph {
  const b = new GraphBuilder();
  const weights = float32([1024, 1024, 2, 2], Float32Array.from({ length: 4 * 1024 * 1024 }, (_, i) => Math.sin(i)));
  return b.build({ outputs: [b.op("Conv", [b.input("x", "float32", ["N", 1024, 4, 4]), b.constant(weights, "weights")], { kernel_shape: attr.ints([2, 2]) }, "y")] });
}

const x = float32([1, 1024, 4, 4], new Float32Array(16 * 1024));
const megabytes = (): number => process.memoryUsage().rss / 2 ** 20;

// A session that stayed would cost 16 to 34 MB a cycle: 90 of them over a gigabyte.
const allowed = 200;

test("100 programs compiled, run and disposed leave nothing behind", async () => {
  const runtime = await onnxNode().create();
  const graph = heavy();
  const cycle = async (): Promise<void> => {
    const program = await runtime.compile(graph);
    await program.run({ x });
    await program.dispose();
  };
  for (let i = 0; i < 10; i++) await cycle();
  const before = megabytes();
  for (let i = 0; i < 90; i++) await cycle();
  const grown = megabytes() - before;
  console.log(`Memory after 90 more cycles of 16 MB: ${grown.toFixed(0)} MB more`);
  expect(grown).toBeLessThan(allowed);
  await runtime.dispose();
});

test("100 runtimes created and disposed with a program still open leave nothing behind", async () => {
  const graph = heavy();
  const cycle = async (): Promise<void> => {
    const runtime = await onnxNode().create();
    const program = await runtime.compile(graph);
    await program.run({ x });
    await runtime.dispose();
  };
  for (let i = 0; i < 10; i++) await cycle();
  const before = megabytes();
  for (let i = 0; i < 90; i++) await cycle();
  expect(megabytes() - before).toBeLessThan(allowed);
});

test("10,000 runs of one program leave nothing behind", async () => {
  const runtime = await onnxNode().create();
  const b = new GraphBuilder();
  const program = await runtime.compile(b.build({ outputs: [b.relu(b.input("x", "float32", [64, 1024]), "y")] }));
  const feed = { x: float32([64, 1024], new Float32Array(64 * 1024)) };
  for (let i = 0; i < 2000; i++) await program.run(feed);
  const before = megabytes();
  for (let i = 0; i < 8000; i++) await program.run(feed);
  const grown = megabytes() - before;
  console.log(`Memory after 8,000 more runs of a quarter megabyte: ${grown.toFixed(0)} MB more`);
  expect(grown).toBeLessThan(allowed);
  await runtime.dispose();
});

import { createEngine, float32, GraphBuilder } from "@vitrine/core";
import { onnxPlugin, writeOnnx } from "@vitrine/format-onnx";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { expect, it } from "vitest";

it("loading and disposing models over and over leaves nothing behind", async () => {
  // 8 MB of weights: whoever kept one model of each cycle would hold 320 MB more after forty.
  const b = new GraphBuilder();
  const x = b.input("x", "float32", ["N", 1024]);
  const { bytes } = writeOnnx(b.build({ outputs: [b.matMul(x, b.constant(float32([1024, 2048], new Float32Array(1024 * 2048).fill(0.001)), "w"), "y")] }));
  const engine = createEngine({ runtime: onnxNode(), plugins: [onnxPlugin] });
  const cycle = async (): Promise<void> => {
    const model = await engine.load({ name: "net.onnx", bytes: bytes.slice() });
    await model.run(model.graph, { x: float32([1, 1024], new Float32Array(1024)) });
    await model.dispose();
  };
  for (let i = 0; i < 20; i++) await cycle();
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 40; i++) await cycle();
  expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  await engine.dispose();
});

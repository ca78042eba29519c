import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cli } from "../test/run-cli.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "vitrine-webgpu-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("TensorFlow.js on WebGPU in Node says what onnxruntime says, layer by layer", async () => {
  const { code, out } = await cli(["diff", "zoo:scenes", "--runtime", "onnx-node:cpu", "--runtime", "tfjs:webgpu", "--input", "zoo:dog-grass"]);
  expect(code, out).toBe(0);
  expect(out).toMatch(/onnx-node:cpu and tfjs:webgpu\s+agree\s+on\s+all\s+\d+\s+layers/);
});

it("and projects a class back to pixels", async () => {
  const { code, out } = await cli(["run", "deconv", "zoo:scenes", "--input", "zoo:dog-grass", "--rule", "guided", "--runtime", "tfjs:webgpu", "--out", path.join(folder, "out")]);
  expect(code, out).toBe(0);
  expect(JSON.parse(await readFile(path.join(folder, "out", "findings.json"), "utf8"))).toMatchObject({ method: "deconv", runtime: "tfjs:webgpu" });
});

it("is listed as ready where its packages are", async () => {
  const { out } = await cli(["runtimes", "--json"]);
  const tfjs = (JSON.parse(out) as { id: string; providers: { provider: string; available: boolean }[] }[]).find(({ id }) => id === "tfjs");
  expect(tfjs?.providers.find(({ provider }) => provider === "webgpu")).toMatchObject({ available: true });
});

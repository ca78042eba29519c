import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createEngine, float32, GraphBuilder, type Graph } from "@vitrine/core";
import { writeOnnx } from "@vitrine/format-onnx";
import { graphPlugin, graphSource, referenceRuntime, tinyConvNet, tokens } from "@vitrine/testing";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { runCli } from "./cli.js";
import { describeGradients, gradientText } from "./commands/inspect-gradients.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "vitrine-inspect-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Found {
  readonly gradients: { readonly blocks: { op: string; node: string; why: string; layers: string[] }[] | null; readonly hint?: string; readonly inputs: { input: string; why: string | null }[] };
  readonly runtimes: { readonly runtime: string; readonly available: boolean; readonly unsupported: { node: string; op: string; why: string }[] }[];
  readonly layers?: readonly { readonly name: string }[];
}

async function inspect(graph: Graph, ...flags: string[]): Promise<{ code: number; out: string; err: string }> {
  const file = path.join(folder, "model.onnx");
  await writeFile(file, writeOnnx(graph).bytes);
  let [out, err] = ["", ""];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true));
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation((text) => ((err += String(text)), true));
  try {
    return { code: await runCli(["inspect", file, ...flags], new AbortController().signal), out, err };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

/** x → dense → relu → `middle` → dense → y */
function between(middle: (b: GraphBuilder, v: string) => string): Graph {
  const b = new GraphBuilder();
  const weights = b.constant(float32([4, 4], Float32Array.from({ length: 16 }, (_, i) => Math.sin(i))), "weights");
  const dense = b.node("MatMul", [b.input("x", "float32", ["N", 4]), weights], {}, { name: "/first/MatMul", outputs: ["first"] })[0]!;
  const relu = b.node("Relu", [dense], {}, { name: "/act/Relu", outputs: ["act"] })[0]!;
  return b.build({ outputs: [b.node("MatMul", [middle(b, relu), weights], {}, { name: "/last/MatMul", outputs: ["y"] })[0]!] });
}

it("says that all of a network can be differentiated", async () => {
  const { code, out } = await inspect(tinyConvNet().graph);
  expect(code).toBe(0);
  expect(out).toContain("Gradients\n  Every operator that data passes lets them through.\n");
  const found = JSON.parse((await inspect(tinyConvNet().graph, "--json")).out) as Found;
  expect(found.gradients).toEqual({ blocks: [], inputs: [{ input: "x", why: null }] });
});

it("names an operator that nobody knows, and the layers before it, though no runtime can run it", async () => {
  const graph = between((b, v) => b.node("Gate", [v], {}, { name: "/gate/Gate", outputs: ["gated"], domain: "com.example" })[0]!);
  const { code, out } = await inspect(graph);
  expect(code).toBe(0);
  expect(out).toContain("com.example.Gate (/gate/Gate) lets none through: there is no rule for the operator com.example.Gate. Behind it nothing can be differentiated by act, first, x.");
  const found = JSON.parse((await inspect(graph, "--json")).out) as Found;
  expect(found.gradients.blocks).toEqual([{ op: "com.example.Gate", node: "/gate/Gate", why: "there is no rule for the operator com.example.Gate", layers: ["x", "first", "act"] }]);
  expect(found.runtimes.find(({ runtime }) => runtime === "onnx-node:cpu")!.unsupported).toEqual([expect.objectContaining({ node: "/gate/Gate", op: "com.example.Gate" })]);
});

it("names a known operator in a form without a gradient", async () => {
  const found = JSON.parse((await inspect(between((b, v) => b.op("Mod", [v, b.scalar(2)], {}, "modulo")), "--json")).out) as Found;
  expect(found.gradients.blocks).toEqual([expect.objectContaining({ op: "Mod", layers: ["x", "first", "act"] })]);
});

it("says where the answer has no gradient by an input: all ways are flat, or it holds whole numbers", async () => {
  const { out } = await inspect(between((b, v) => b.node("Round", [v], {}, { name: "/round/Round", outputs: ["rounded"] })[0]!));
  expect(out).toMatch(/By x: none\. The derivative of `y` by `x` is zero everywhere: every way between them ends at Round \(`\/round\/Round`\), which is flat\./);
  const found = JSON.parse((await inspect(tokens().graph, "--json")).out) as Found;
  expect(found.gradients).toEqual({ blocks: [], inputs: [{ input: "ids", why: expect.stringContaining("int64") as string }] });
});

it("where no plugin offers gradients, says how to get them", async () => {
  const engine = createEngine({ runtime: referenceRuntime, plugins: [graphPlugin] });
  const found = describeGradients(engine, await engine.load(graphSource(tinyConvNet().graph)), undefined);
  expect(found).toEqual({ blocks: null, inputs: [], hint: expect.stringContaining("autodiffPlugin") as string });
  expect(gradientText(found)).toMatch(/No installed plugin offers them\. Install the autodiff package/);
  await engine.dispose();
});

import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { constantOf, encodeNpy, float32, seededRandom, type Graph } from "@vitrine/core";
import { writeOnnx } from "@vitrine/format-onnx";
import { tinyConvNet } from "@vitrine/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli } from "../test/run-cli.js";

let folder: string;
const at = (name: string): string => path.join(folder, name);

/** The second convolution's weights doubled: everything before it stays as it is. */
function doubled(graph: Graph): Graph {
  const weight = graph.nodes.filter(({ op }) => op === "Conv")[1]!.inputs[1]!;
  const source = graph.constants.get(weight)!;
  const tensor = float32(source.shape, (source.read().data as Float32Array).map((value) => 2 * value));
  return { ...graph, constants: new Map(graph.constants).set(weight, constantOf(tensor)) };
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "vitrine-diff-"));
  const random = seededRandom(1);
  const { graph } = tinyConvNet();
  await writeFile(at("tiny.onnx"), writeOnnx(graph).bytes);
  await writeFile(at("other.onnx"), writeOnnx(doubled(graph)).bytes);
  await writeFile(at("x.npy"), encodeNpy(float32([1, 3, 16, 16], Array.from({ length: 768 }, () => random.normal()))));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("vitrine diff", () => {
  it("two models: the first layer that differs, with its maps on disk", async () => {
    const { code, out } = await cli(["diff", at("tiny.onnx"), at("other.onnx"), "--input", at("x.npy"), "--out", at("out"), "--json"]);
    expect(code, out).toBe(0);
    const told = JSON.parse(out) as { method: string; facts: { firstAboveTolerance: string; shown: string } };
    expect(told).toMatchObject({ method: "diff", facts: { firstAboveTolerance: "features.conv2", shown: "features.conv2" } });
    expect(JSON.parse(await readFile(at("out/findings.json"), "utf8"))).toEqual(told);
    expect((await readdir(at("out"))).filter((name) => name.endsWith(".png")).length).toBeGreaterThan(2);
  });

  it("two runtimes: they agree, and without --out nothing is written", async () => {
    const { code, out } = await cli(["diff", at("tiny.onnx"), "--runtime", "onnx-node:cpu", "--runtime", "tfjs:wasm", "--input", at("x.npy")]);
    expect(code, out).toBe(0);
    expect(out).toMatch(/onnx-node:cpu and tfjs:wasm agree on all \d+ layers/);
  });

  it.each<[string, () => string[], RegExp]>([
    ["one model and one runtime", () => [at("tiny.onnx"), "--input", at("x.npy")], /nothing to compare.*--runtime twice/s],
    ["three runtimes", () => [at("tiny.onnx"), "--runtime", "onnx-node", "--runtime", "onnx-node", "--runtime", "tfjs:wasm", "--input", at("x.npy")], /3 runtimes/],
    ["an unknown layer", () => [at("tiny.onnx"), at("other.onnx"), "--input", at("x.npy"), "--layers", "conv9"], /no layer or value `conv9`/],
    ["a tolerance that is none", () => [at("tiny.onnx"), at("other.onnx"), "--input", at("x.npy"), "--tolerance", "few"], /tolerance.*few/s],
    ["no input", () => [at("tiny.onnx"), at("other.onnx")], /--input/],
  ])("%s: exit 2, and nothing written", async (_, args, message) => {
    const { code, err } = await cli(["diff", ...args(), "--out", at("bad")]);
    expect(err).toMatch(message);
    expect(code).toBe(2);
    expect(await readdir(at("bad")).catch(() => [])).toEqual([]);
  });
});

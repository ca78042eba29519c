import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { decodeNpy, encodeNpy, float32, int64, seededRandom } from "@vitrine/core";
import { writeOnnx } from "@vitrine/format-onnx";
import { sharpCodec } from "@vitrine/image-node";
import { tinyConvNet, twoInputs } from "@vitrine/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { runCli } from "./cli.js";

const net16 = tinyConvNet();
const two = twoInputs();
let folder: string;
const at = (name: string): string => path.join(folder, name);
const side = 16;

/** Runs a command line and keeps what it prints. */
async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true));
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation((text) => ((err += String(text)), true));
  try {
    return { code: await runCli(args, new AbortController().signal), out, err };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "vitrine-cli-"));
  const random = seededRandom(1);
  const picture = { width: 40, height: 30, data: Uint8Array.from({ length: 4800 }, (_, i) => (i % 4 === 3 ? 255 : random.below(256))) };
  const net = writeOnnx(net16.graph).bytes;
  await Promise.all([
    writeFile(at("tiny.onnx"), net),
    writeFile(at("bare.onnx"), net),
    writeFile(at("two.onnx"), writeOnnx(two.graph).bytes),
    writeFile(at("photo.png"), await sharpCodec.encode(picture, "image/png")),
    writeFile(at("x.npy"), encodeNpy(float32([2, 3, side, side], Array.from({ length: 2 * 3 * side * side }, () => random.normal())))),
    writeFile(at("wrong-shape.npy"), encodeNpy(float32([1, 3, side], new Float32Array(3 * side)))),
    writeFile(at("wrong-type.npy"), encodeNpy(int64(new Array<number>(3 * side * side).fill(1), [1, 3, side, side]))),
    writeFile(at("nan.npy"), encodeNpy(float32([1, 3, side, side], new Float32Array(3 * side * side).fill(NaN)))),
    writeFile(at("cut.npy"), encodeNpy(float32([1, 3, side, side], new Float32Array(3 * side * side))).subarray(0, 400)),
    writeFile(at("empty.onnx"), ""),
    writeFile(at("text.onnx"), "this is no model at all, only a sentence\n"),
    writeFile(at("cut.onnx"), net.subarray(0, net.length - 100)),
    writeFile(at("no-opset.onnx"), withoutOpset(net)),
    writeFile(at("outside.onnx"), weightsOutside()),
    writeFile(at("text.png"), "no picture"),
    writeFile(at("bytes.bin"), Uint8Array.of(0, 1, 2, 255, 254)),
    writeFile(at("huge.png"), pngHeader(100_000, 100_000)),
    writeFile(at("none.png"), pngHeader(0, 0)),
    writeFile(at("broken.json"), "{"),
  ]);
  const input = net16.graph.inputs[0]!.name;
  await writeFile(at("tiny.vitrine.json"), JSON.stringify({
    inputs: { [input]: { kind: "image", size: [side, side], resize: "stretch", channels: "RGB", layout: "NCHW", range: 1, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } },
  }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function pngHeader(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(45);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  bytes.set([8, 2, 0, 0, 0], 24);
  return bytes;
}

/** The model's `opset_import`, a field of number 8, under a number that means nothing. */
function withoutOpset(model: Uint8Array): Uint8Array {
  const at = [[0x42, 4, 0x0a, 0, 0x10, 21], [0x42, 2, 0x10, 21]].map((field) => Buffer.from(model).indexOf(Buffer.from(field))).find((index) => index >= 0);
  expect(at).toBeDefined();
  return Uint8Array.from(model, (byte, i) => (i === at ? 15 * 8 + 2 : byte));
}

/** A model whose weights are said to lie above its own folder. */
function weightsOutside(): Uint8Array {
  const { bytes, external } = writeOnnx(net16.graph, { externalData: 0 });
  let text = Buffer.from(bytes).toString("latin1");
  for (const { path: inside } of external) text = text.replaceAll(inside, `../${"x".repeat(inside.length - 3)}`);
  return Buffer.from(text, "latin1");
}

describe("the command line", () => {
  it("explains itself", async () => {
    expect(await cli("--help")).toMatchObject({ code: 0, out: expect.stringContaining("inspect") as string });
    const help = await cli("run", "occlusion", "--help");
    expect(help.code).toBe(0);
    for (const flag of ["--window", "--stride", "--baseline", "--preset", "--mask", "--target", "--out"]) expect(help.out).toContain(flag);
    expect(help.out).toContain("Examples:");
    expect((await cli()).code).toBe(2);
  });

  it.each(["methods", "runtimes", "formats"])("lists %s, for people and as one JSON document", async (what) => {
    expect((await cli(what)).out.length).toBeGreaterThan(20);
    const { code, out } = await cli(what, "--json");
    expect(code).toBe(0);
    expect(Array.isArray(JSON.parse(out))).toBe(true);
  });

  it("inspects", async () => {
    const { code, out } = await cli("inspect", at("tiny.onnx"), "--json");
    expect(code).toBe(0);
    const found = JSON.parse(out) as { layers: { name: string; shape: number[] }[]; inputs: unknown[]; operators: unknown[]; runtimes: { runtime: string; available: boolean }[] };
    expect(found.layers.length).toBeGreaterThan(4);
    expect(found.runtimes.find(({ runtime }) => runtime === "onnx-node:cpu")?.available).toBe(true);
    expect((await cli("inspect", at("tiny.onnx"))).out).toContain(found.layers[0]!.name);
  });

  it.each([["photo.png", "activation"], ["photo.png", "occlusion"], ["x.npy", "activation"], ["x.npy", "occlusion"]])("runs on %s by %s and writes what it says", async (input, method) => {
    const out = at(`out-${method}-${input}`);
    const run = await cli("run", method, at("tiny.onnx"), "--input", at(input), "--out", out, "--json", ...(method === "occlusion" ? ["--window", "3,5,5", "--stride", "3,4,4", "--baseline", "0"] : []));
    expect(run.err).toBe("");
    expect(run.code).toBe(0);
    const document = JSON.parse(run.out) as { tensors: Record<string, { file: string; shape: number[] }>; views: { file?: string }[]; method: string; model: { sha256: string } };
    expect(JSON.parse(await readFile(path.join(out, "findings.json"), "utf8"))).toEqual(document);
    expect(document.model.sha256).toMatch(/^[0-9a-f]{64}$/);
    const files = await readdir(out);
    for (const { file, shape } of Object.values(document.tensors)) expect(decodeNpy(new Uint8Array(await readFile(path.join(out, file)))).shape).toEqual(shape);
    for (const { file } of document.views) if (file !== undefined) expect(files).toContain(file);
    expect(files.every((file) => /\.(npy|png|json)$/.test(file))).toBe(true);
  });

  it("asks for no input where a method looks at the weights alone", async () => {
    const whole = JSON.parse((await cli("run", "weights", at("tiny.onnx"), "--out", at("out-weights"), "--json")).out) as { facts: { parameters: { layer: string; name: string; value: string }[] } };
    const { layer, name, value } = whole.facts.parameters[0]!;
    const { code, err, out } = await cli("run", "weights", at("tiny.onnx"), "--layers", layer, "--fold-batch-norm", "--out", at("out-weights"), "--json");
    expect([code, err]).toEqual([0, ""]);
    const document = JSON.parse(out) as { params: unknown; tensors: Record<string, { value?: string }>; target?: unknown };
    expect(document.params).toMatchObject({ layers: [layer], foldBatchNorm: true });
    expect(document.tensors[`weights/${name}`]?.value).toBe(value);
    expect(document.target).toBeUndefined();
    // An input that is given to all methods alike does no harm, and is not even read.
    expect((await cli("run", "weights", at("tiny.onnx"), "-i", at("missing.png"), "-o", at("out-weights-2"), "--layers", layer, "--json")).code).toBe(0);
    expect((await cli("run", "weights", "--help")).out).not.toContain("--input");
  });

  it("takes parameters from a file, flags going first", async () => {
    await writeFile(at("params.json"), JSON.stringify({ window: [3, 8, 8], stride: [3, 8, 8], baseline: "mean" }));
    const { out, code } = await cli("run", "occlusion", at("tiny.onnx"), "-i", at("x.npy"), "-o", at("out-params"), "--params", at("params.json"), "--window", "3,4,4", "--stride", "3,4,4", "--target", "class:1", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ target: "class:1", params: { window: [3, 4, 4], stride: [3, 4, 4] } });
  });

  it("adds a method from a single file, and takes a configuration", async () => {
    await writeFile(at("mine.mjs"), `export default { id: "mine", title: "Mine", summary: "Counts layers.", citations: [], params: {}, targeted: false,
      async *run(job) { return { tensors: {}, facts: { layers: (await job.model.layers(job.feeds)).length }, views: [{ kind: "text", title: "Layers", text: "counted" }] }; } };`);
    expect((await cli("methods", "--plugin", at("mine.mjs"))).out).toContain("mine");
    const { code, out } = await cli("run", "mine", at("tiny.onnx"), "-i", at("x.npy"), "-o", at("out-mine"), "--plugin", at("mine.mjs"), "--json");
    expect(code).toBe(0);
    expect((JSON.parse(out) as { facts: { layers: number } }).facts.layers).toBeGreaterThan(4);
    await writeFile(at("vitrine.config.mjs"), "export default { plugins: [] };");
    expect(JSON.parse((await cli("methods", "--config", at("vitrine.config.mjs"), "--json")).out)).toEqual([]);
    await writeFile(at("more.config.mjs"), 'import mine from "./mine.mjs"; export default { plugins: ["standard", { name: "mine", register: (registry) => registry.method(mine) }] };');
    const both = JSON.parse((await cli("methods", "--config", at("more.config.mjs"), "--json")).out) as { id: string }[];
    expect(both.map(({ id }) => id)).toEqual(expect.arrayContaining(["occlusion", "mine"]));
    await writeFile(at("stray.config.mjs"), 'export default { plugins: ["standart"] };');
    expect(await cli("methods", "--config", at("stray.config.mjs"))).toMatchObject({ code: 2, err: expect.stringContaining("entry 0 of its `plugins` is neither a plugin nor the word `standard`") as string });
  });

  it("finds the preprocessing by asking, and writes it once", async () => {
    const refused = await cli("init", at("bare.onnx"), "--input", at("photo.png"));
    expect(refused.code).toBe(2);
    expect(refused.out).toContain("imagenet");
    expect(refused.err).toContain("--use imagenet");
    const written = await cli("init", at("bare.onnx"), "--input", at("photo.png"), "--use", "unit", "--out", at("out-init"));
    expect(written.code).toBe(0);
    expect(JSON.parse(await readFile(at("bare.vitrine.json"), "utf8"))).toMatchObject({ inputs: { [net16.graph.inputs[0]!.name]: { kind: "image", size: [side, side], range: 1 } } });
    expect((await cli("run", "activation", at("bare.onnx"), "-i", at("photo.png"), "-o", at("out-bare"))).code).toBe(0);
    expect(await cli("init", at("bare.onnx"), "--input", at("photo.png"), "--use", "tf")).toMatchObject({ code: 2, err: expect.stringContaining("already there") as string });
    await rm(at("bare.vitrine.json"));
  });
});

describe("bad input", () => {
  let out: string;
  beforeEach(async () => {
    out = at("bad");
    await rm(out, { recursive: true, force: true });
  });
  const run = (...args: string[]) => cli("run", "occlusion", ...args, "--out", out);

  it.each<[string, () => string[], RegExp]>([
    ["a model that is empty", () => [at("empty.onnx"), "-i", at("x.npy")], /empty\.onnx/],
    ["a model that is text", () => [at("text.onnx"), "-i", at("x.npy")], /text\.onnx/],
    ["a model that is cut", () => [at("cut.onnx"), "-i", at("x.npy")], /cut\.onnx/],
    ["a model that is not there", () => [at("tny.onnx"), "-i", at("x.npy")], /tny\.onnx/],
    ["a model without an opset", () => [at("no-opset.onnx"), "-i", at("x.npy")], /no-opset\.onnx.*opset/s],
    ["weights outside the model's folder", () => [at("outside.onnx"), "-i", at("x.npy")], /\.\.\/x+.*folder/s],
    ["a folder as model", () => [folder, "-i", at("x.npy")], /folder/],
    ["a picture that is none", () => [at("tiny.onnx"), "-i", at("text.png")], /text\.png/],
    ["a picture of 0 × 0", () => [at("tiny.onnx"), "-i", at("none.png")], /none\.png/],
    ["a picture of 100,000 × 100,000 by its header", () => [at("tiny.onnx"), "-i", at("huge.png")], /huge\.png/],
    ["bytes that are nothing", () => [at("tiny.onnx"), "-i", at("bytes.bin")], /bytes\.bin/],
    ["a tensor that is cut", () => [at("tiny.onnx"), "-i", at("cut.npy")], /cut\.npy.*cut off/s],
    ["a tensor of a wrong shape", () => [at("tiny.onnx"), "-i", at("wrong-shape.npy")], /\[1, 3, 16\]/],
    ["a tensor of a wrong type", () => [at("tiny.onnx"), "-i", at("wrong-type.npy")], /int64.*float32/s],
    ["a tensor of NaN", () => [at("tiny.onnx"), "-i", at("nan.npy")], /NaN/],
    ["no input", () => [at("tiny.onnx")], /--input/],
    ["an input that is not there", () => [at("tiny.onnx"), "-i", at("nothing.png")], /nothing\.png/],
    ["an unknown input", () => [at("tiny.onnx"), "-i", `y=${at("x.npy")}`], /no input `y`/],
    ["one of two inputs", () => [at("two.onnx"), "-i", at("x.npy")], /2 inputs/],
    ["a picture without preprocessing", () => [at("bare.onnx"), "-i", at("photo.png")], /vitrine init \S*bare\.onnx --input \S*photo\.png/],
    ["an unknown layer", () => [at("tiny.onnx"), "-i", at("x.npy"), "--target", "unit:conv9[1]"], /no layer or value `conv9`/],
    ["a layer to follow that is not there", () => [at("tiny.onnx"), "-i", at("x.npy"), "--layer", "conv9"], /no layer or value `conv9`/],
    ["a unit above the layer's", () => [at("tiny.onnx"), "-i", at("x.npy"), "--target", "unit:features.conv1[1000]"], /1000/],
    ["an unknown class", () => [at("tiny.onnx"), "-i", at("x.npy"), "--target", "class:1000"], /no class 1000/],
    ["an unreadable target", () => [at("tiny.onnx"), "-i", at("x.npy"), "--target", "klass"], /`klass`/],
    ["a zero window", () => [at("tiny.onnx"), "-i", at("x.npy"), "--window", "0"], /window/],
    ["a stride above the window", () => [at("tiny.onnx"), "-i", at("x.npy"), "--window", "3,4,4", "--stride", "3,5,5"], /stride/],
    ["an unknown flag", () => [at("tiny.onnx"), "-i", at("x.npy"), "--windw", "3"], /--windw.*--window/s],
    ["a value that is no number", () => [at("tiny.onnx"), "-i", at("x.npy"), "--seed", "many"], /--seed.*many/s],
    ["an unknown choice", () => [at("tiny.onnx"), "-i", at("x.npy"), "--preset", "captun"], /captun/],
    ["an unknown fill", () => [at("tiny.onnx"), "-i", at("x.npy"), "--baseline", "gray"], /gray/],
    ["broken JSON", () => [at("tiny.onnx"), "-i", at("x.npy"), "--params", at("broken.json")], /broken\.json/],
    ["an unknown runtime", () => [at("tiny.onnx"), "-i", at("x.npy"), "--runtime", "onx-node"], /onnx-node/],
    ["an unknown provider", () => [at("tiny.onnx"), "-i", at("x.npy"), "--runtime", "onnx-node:cpuu"], /cpuu/],
    ["a number of threads that is none", () => [at("tiny.onnx"), "-i", at("x.npy"), "--threads", "zero"], /threads/],
    ["an unknown preprocessing", () => [at("tiny.onnx"), "-i", at("photo.png"), "--preprocess", "imgenet"], /imagenet/],
    ["a plugin that is none", () => [at("tiny.onnx"), "-i", at("x.npy"), "--plugin", at("x.npy")], /x\.npy/],
  ])("%s: exit 2, the value named, no stack trace, nothing written", async (_, args, message) => {
    const result = await run(...args());
    expect(result.err).toMatch(message);
    expect(result.code).toBe(2);
    expect(result.err).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(await readdir(out).catch(() => [])).toEqual([]);
  });

  it("an output folder that cannot be written is refused before anything is run", async () => {
    await mkdir(at("file-in-the-way"), { recursive: true }).then(() => rm(at("file-in-the-way"), { recursive: true }));
    await writeFile(at("file-in-the-way"), "");
    const { code, err } = await cli("run", "occlusion", at("nothing.onnx"), "--out", path.join(at("file-in-the-way"), "below"));
    expect(code).toBe(2);
    expect(err).toContain("file-in-the-way");
  });

  it("an unknown method or command is met with what is near", async () => {
    expect(await cli("run", "oclusion", at("tiny.onnx"))).toMatchObject({ code: 2, err: expect.stringContaining("`occlusion`") as string });
    expect(await cli("inspct", at("tiny.onnx"))).toMatchObject({ code: 2, err: expect.stringContaining("`inspect`") as string });
    expect((await cli("run")).code).toBe(2);
  });

  it("an error is one JSON document where that was asked for", async () => {
    const { code, out: text } = await cli("inspect", at("empty.onnx"), "--json");
    expect(code).toBe(2);
    expect(JSON.parse(text)).toMatchObject({ error: { code: expect.any(String) as string, message: expect.any(String) as string } });
  });
});

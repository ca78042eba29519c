import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { defineMethod, definePlugin, seededRandom, type Plugin } from "@vitrine/core";
import { writeOnnx } from "@vitrine/format-onnx";
import { sharpCodec } from "@vitrine/image-node";
import { tinyConvNet } from "@vitrine/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli, configFile } from "../test/run-cli.js";

interface Findings {
  readonly target?: string | readonly string[];
  readonly origin?: { readonly inputSha256: string };
  readonly tensors: Readonly<Record<string, { readonly file: string; readonly shape: readonly number[] }>>;
  readonly views: readonly { readonly kind: string; readonly title: string; readonly file?: string; readonly items?: readonly { readonly label: string }[] }[];
  readonly facts: {
    readonly inputs: number;
    readonly finished: number;
    readonly takenFromBefore: number;
    readonly failed: readonly { readonly file: string; readonly code: string }[];
    readonly statistics: Readonly<Record<string, { readonly count: number; readonly mean: number; readonly least: number; readonly most: number }>>;
    readonly perInput: readonly { readonly input: string; readonly folder: string; readonly target: readonly string[] | null; readonly facts: Readonly<Record<string, unknown>> }[];
  };
}

const net = tinyConvNet();
const side = 16;
let folder: string;
const at = (name: string): string => path.join(folder, name);
const quick = ["--window", "3,8,8", "--stride", "3,8,8", "--baseline", "0"];

async function picture(seed: number): Promise<Uint8Array> {
  const random = seededRandom(seed);
  return sharpCodec.encode({ width: 20, height: 20, data: Uint8Array.from({ length: 1600 }, (_, i) => (i % 4 === 3 ? 255 : random.below(256))) }, "image/png");
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "vitrine-set-"));
  await writeFile(at("tiny.onnx"), writeOnnx(net.graph).bytes);
  await writeFile(at("tiny.vitrine.json"), JSON.stringify({
    inputs: { [net.graph.inputs[0]!.name]: { kind: "image", size: [side, side], resize: "stretch", channels: "RGB", layout: "NCHW", range: 1, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } },
  }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A folder of pictures `2.png`, `10.png`, … and one file that is none. */
async function photos(name: string, seeds: readonly number[], bad = true): Promise<string> {
  await mkdir(at(name), { recursive: true });
  for (const seed of seeds) await writeFile(at(`${name}/${seed}.png`), await picture(seed));
  if (bad) await writeFile(at(`${name}/bad.png`), "no picture");
  return at(name);
}

async function run(input: string, out: string, ...more: readonly string[]): Promise<Findings> {
  const { code, out: text, err } = await cli(["run", "occlusion", at("tiny.onnx"), "--input", input, "--out", at(out), ...quick, "--json", ...more]);
  expect(err).toBe("");
  expect(code, text).toBe(0);
  return JSON.parse(text) as Findings;
}

describe("a set of inputs", { timeout: 120_000 }, () => {
  it("gives findings of each, a gallery and statistics; a bad file does not stop the rest", async () => {
    const { facts, views, tensors } = await run(await photos("some", [2, 10, 3]), "some-out");
    expect(facts).toMatchObject({ inputs: 4, finished: 3, takenFromBefore: 0 });
    expect(facts.failed.map(({ file }) => path.basename(file))).toEqual(["bad.png"]);
    expect(facts.perInput.map(({ input, folder: own }) => [path.basename(input), own])).toEqual([["2.png", "inputs/2.png"], ["3.png", "inputs/3.png"], ["10.png", "inputs/10.png"]]);
    const scores: number[] = [];
    for (const { folder: own } of facts.perInput) {
      const findings = JSON.parse(await readFile(at(`some-out/${own}/findings.json`), "utf8")) as { facts: { baselineScore: number }; views: { file?: string }[] };
      expect(findings.views.every(({ file }) => file !== undefined)).toBe(true);
      scores.push(findings.facts.baselineScore);
    }
    const { baselineScore } = facts.statistics;
    expect(baselineScore).toMatchObject({ count: 3, least: Math.min(...scores), most: Math.max(...scores) });
    expect(baselineScore!.mean).toBeCloseTo((scores[0]! + scores[1]! + scores[2]!) / 3, 9);
    const [gallery] = views;
    expect(gallery).toMatchObject({ kind: "image-grid" });
    expect(gallery!.items!.map(({ label }) => label.split(":")[0])).toEqual(["2.png", "3.png", "10.png"]);
    expect((await stat(at(`some-out/${gallery!.file!}`))).size).toBeGreaterThan(1000);
    expect(Object.values(tensors).every(({ shape }) => shape[2] === 3)).toBe(true);
    const people = await cli(["run", "occlusion", at("tiny.onnx"), "--input", at("some"), "--out", at("some-out"), ...quick]);
    expect(people.out).toContain("4 inputs: 0 run, 3 taken from before, 1 failed");
    expect(people.err).toContain("bad.png");
  });

  it("runs again only what has changed", async () => {
    const set = await photos("again", [1, 2, 3], false);
    const taken = async (...more: readonly string[]): Promise<number> => (await run(set, "again-out", ...more)).facts.takenFromBefore;
    expect(await taken()).toBe(0);
    expect(await taken()).toBe(3);
    // By a glob of the same files too.
    expect((await run(at("again/*.png"), "again-out")).facts.takenFromBefore).toBe(3);
    await writeFile(at("again/2.png"), await picture(77));
    expect(await taken()).toBe(2);
    await writeFile(at("again/4.png"), await picture(4));
    expect(await taken()).toBe(3);
    expect(await taken("--target", "class:1")).toBe(0);
    expect(await taken("--target", "class:1", "--seed", "4")).toBe(0);
    expect(await taken("--target", "class:1", "--seed", "4")).toBe(4);
    await rm(at("again-out/inputs/3.png/findings.json"));
    expect(await taken("--target", "class:1", "--seed", "4")).toBe(3);
  });

  it("goes on from where it was stopped", async () => {
    const set = await photos("stopped", [1, 2, 3], false);
    const abort = new AbortController();
    let runs = 0;
    const plugin: Plugin = definePlugin({
      name: "counts",
      register: (registry) => registry.method(defineMethod({
        id: "counts", title: "Counts", summary: "Counts its runs.", citations: [], params: {}, targeted: false,
        async *run(job) {
          runs++;
          if (runs === 2) abort.abort();
          yield await Promise.resolve({ kind: "progress" as const, done: 0, total: 1, what: "runs" });
          job.signal.throwIfAborted();
          return { tensors: {}, facts: { runs }, views: [] };
        },
      })),
    });
    const config = await configFile(folder, (name) => /onnx|image/.test(name), [plugin]);
    const args = ["run", "counts", at("tiny.onnx"), "--input", set, "--out", at("stopped-out"), "--config", config];
    const stopped = await cli(args, abort.signal);
    expect(stopped.code).toBe(130);
    expect(stopped.err).toContain("1 of 3 inputs are finished");
    expect(await readdir(at("stopped-out"))).toEqual(["inputs"]);
    expect(await readdir(at("stopped-out/inputs"))).toEqual(["1.png"]);
    const { code, out } = await cli([...args, "--json"]);
    expect(code).toBe(0);
    expect((JSON.parse(out) as Findings).facts).toMatchObject({ finished: 3, takenFromBefore: 1 });
    expect(runs).toBe(4);
  });

  it("keeps named files one batch, with a target for each", async () => {
    await photos("batch", [1, 2], false);
    const { code, out } = await cli(["run", "occlusion", at("tiny.onnx"), "--input", at("batch/1.png"), "--input", at("batch/2.png"), "--target", "class:1", "--target", "class:0", "--out", at("batch-out"), ...quick, "--json"]);
    expect(code, out).toBe(0);
    const found = JSON.parse(out) as Findings;
    expect(found.target).toEqual(["class:1", "class:0"]);
    expect(found.tensors["attribution"]!.shape).toEqual([2, 3, side, side]);
    const set = await run(at("batch"), "batch-set", "--target", "class:1", "--target", "class:0");
    expect(set.facts.perInput.map(({ target }) => target)).toEqual([["class:1"], ["class:0"]]);
    const wrong = await cli(["run", "occlusion", at("tiny.onnx"), "--input", at("batch"), "--target", "class:1", "--target", "class:0", "--target", "class:0", "--out", at("batch-set"), ...quick]);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("3 targets were given for a set of 2 inputs") as string]);
  });

  it("is one run for a method that compares", async () => {
    const set = await photos("faces", [1, 2, 3], false);
    const boxes = [0, 0, 4, 4];
    const { code, out } = await cli(["run", "correspondence", at("tiny.onnx"), "--input", set, "--boxes", [...boxes, ...boxes, ...boxes].join(","), "--draws", "2", "--out", at("faces-out"), "--json"]);
    expect(code, out).toBe(0);
    expect((JSON.parse(out) as { facts: Record<string, unknown> }).facts).not.toHaveProperty("takenFromBefore");
    expect(await readdir(at("faces-out"))).not.toContain("inputs");
  });

  it("tells files apart that would share a folder, and fails where all do", async () => {
    await photos("deep/a", [1], false);
    await photos("deep/b", [1], false);
    const both = await run(at("deep/*/1.png"), "deep-out");
    expect(both.facts.perInput.map(({ folder: own }) => own)).toEqual(["inputs/a.1.png", "inputs/b.1.png"]);
    const { code, out } = await cli(["run", "occlusion", at("tiny.onnx"), "--input", at("deep/a"), "--input", at("deep/b"), "--out", at("deep-out2"), ...quick, "--json"]);
    expect(code, out).toBe(0);
    const names = (JSON.parse(out) as Findings).facts.perInput.map(({ folder: own }) => own);
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^inputs\/1\.png-[0-9a-f]{8}$/);
    await mkdir(at("bad"), { recursive: true });
    for (const name of ["a.png", "b.png"]) await writeFile(at(`bad/${name}`), "none");
    const bad = await cli(["run", "occlusion", at("tiny.onnx"), "--input", at("bad"), "--out", at("bad-out"), ...quick]);
    expect([bad.code, bad.err]).toEqual([2, expect.stringContaining("None of the 2 inputs could be run") as string]);
    const none = await cli(["run", "occlusion", at("tiny.onnx"), "--input", at("nothing/*.png"), "--out", at("bad-out"), ...quick]);
    expect([none.code, none.err]).toEqual([2, expect.stringContaining("nothing matches") as string]);
  });
});

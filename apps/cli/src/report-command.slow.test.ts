import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { defineMethod, definePlugin, encodeNpy, float32, GraphBuilder, seededRandom, type Plugin } from "@vitrine/core";
import { writeOnnx } from "@vitrine/format-onnx";
import { tinyConvNet } from "@vitrine/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli, configFile } from "../test/run-cli.js";

interface Told {
  readonly answer: { readonly kind: string; readonly top: readonly { readonly label: string; readonly score: number }[] } | null;
  readonly budget: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly plan: { readonly secondsPerPass: number; readonly parts: readonly { readonly method: string; readonly estimate: number | null; readonly passes: number | null; readonly less: string | null }[] };
  readonly sections: readonly {
    readonly id: string;
    readonly entries: readonly { readonly method: string; readonly folder: string; readonly command: string; readonly open: boolean; readonly facts: Readonly<Record<string, unknown>>; readonly notices: readonly string[] }[];
    readonly leftOut: readonly { readonly title: string; readonly why: string; readonly command: string }[];
  }[];
}

const net = tinyConvNet();
let folder: string;
const at = (name: string): string => path.join(folder, name);
const few = (name: string): boolean => !/deconv|attribution|autodiff/.test(name);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "vitrine-report-"));
  const random = seededRandom(1);
  await writeFile(at("tiny.onnx"), writeOnnx(net.graph).bytes);
  await writeFile(at("x.npy"), encodeNpy(float32([1, 3, 16, 16], Array.from({ length: 768 }, () => random.normal()))));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A report of the tiny network: what it told as JSON, and its page. */
async function report(out: string, ...args: readonly string[]): Promise<{ told: Told; page: string }> {
  const { code, out: text, err } = await cli(["report", at("tiny.onnx"), "--input", at("x.npy"), "--out", at(out), "--json", ...args]);
  expect(err).toBe("");
  expect(code, text).toBe(0);
  return { told: JSON.parse(text) as Told, page: await readFile(at(`${out}/report.html`), "utf8") };
}

const entriesOf = (told: Told) => told.sections.flatMap(({ id, entries }) => entries.map((entry) => ({ section: id, ...entry })));
const leftOf = (told: Told) => told.sections.flatMap(({ id, leftOut }) => leftOut.map((left) => ({ section: id, ...left })));

describe("vitrine report", { timeout: 120_000 }, () => {
  it("answers each question on one page, with a folder of data for each method", async () => {
    const { told, page } = await report("all", "--config", await configFile(folder, few));
    expect(entriesOf(told).map(({ section, method }) => `${section} ${method}`)).toEqual(["saw activation", "decided occlusion", "learned weights"]);
    expect(leftOf(told)).toEqual([]);
    expect(entriesOf(told).every(({ open }) => open)).toBe(true);
    for (const { folder: own, method } of entriesOf(told)) {
      const findings = JSON.parse(await readFile(at(`all/${own}/findings.json`), "utf8")) as { method: string; tensors: Record<string, { file: string }>; views: { file?: string }[] };
      expect(findings.method).toBe(method);
      for (const { file } of Object.values(findings.tensors)) expect((await stat(at(`all/${own}/${file}`))).size).toBeGreaterThan(0);
      // The page has all pictures; the folder that of the first finding.
      expect(findings.views.filter(({ file }) => file !== undefined)).toHaveLength(1);
    }
    expect(told.answer?.top).toHaveLength(net.graph.outputs.length === 0 ? 0 : Math.min(5, told.answer!.top.length));
    expect(told.answer!.top.reduce((sum, { score }) => sum + score, 0)).toBeLessThanOrEqual(1.001);
    expect(told.plan.secondsPerPass).toBeGreaterThan(0);
    expect(Buffer.byteLength(page)).toBe(told.bytes);
    expect(page).toContain("What decided?");
    expect(JSON.parse(await readFile(at("all/report.json"), "utf8"))).toEqual(told);
    expect((await readdir(at("all"))).sort()).toEqual(["activation", "occlusion", "report.html", "report.json", "weights"]);
  });

  it("gives commands that do the same", async () => {
    const config = await configFile(folder, few);
    const { told } = await report("commands", "--config", config);
    const { command } = entriesOf(told).find(({ method }) => method === "occlusion")!;
    expect(command).toMatch(/^vitrine run occlusion .*--score logit .*--out \S+occlusion$/);
    const again = await cli([...command.split(" ").slice(1, -1), at("again"), "--json"]);
    expect(again.code, again.out).toBe(0);
    const { facts } = JSON.parse(again.out) as { facts: Record<string, unknown> };
    const before = entriesOf(told).find(({ method }) => method === "occlusion")!.facts;
    expect({ ...facts, seconds: 0, runtimeSeconds: 0 }).toEqual({ ...before, seconds: 0, runtimeSeconds: 0 });
  });

  it("leaves out what has no time, and says how to make it", async () => {
    const { told, page } = await report("none", "--budget", "0s", "--config", await configFile(folder, few));
    expect(entriesOf(told)).toEqual([]);
    expect(leftOf(told).map(({ section }) => section).sort()).toEqual(["decided", "learned", "saw"]);
    for (const { why, command } of leftOf(told)) {
      expect(why).toMatch(/^It takes about .* of the budget/);
      expect(command).toMatch(/^vitrine run \S+ \S+tiny\.onnx .*--out /);
    }
    expect(told.answer).not.toBeNull();
    expect(page).toContain("vitrine run occlusion");
    const people = await cli(["report", at("tiny.onnx"), "-i", at("x.npy"), "-o", at("none2"), "--budget", "0", "--config", await configFile(folder, few)]);
    expect(people.code).toBe(0);
    expect(people.err).toMatch(/^Plan for 0 s/);
    expect(people.out).toContain("vitrine run weights");
  });

  it("has no word of a method that the configuration leaves out", async () => {
    const config = await configFile(folder, (name) => few(name) && !name.includes("occlusion"));
    const { told, page } = await report("without", "--config", config);
    expect(entriesOf(told).map(({ method }) => method)).toEqual(["activation", "weights"]);
    expect(page.toLowerCase()).not.toContain("occlusion");
    expect(page).not.toContain("What decided?");
    const { code, out } = await cli(["run", "occlusion", at("tiny.onnx"), "-i", at("x.npy"), "-o", at("never"), "--config", config, "--json"]);
    expect([code, (JSON.parse(out) as { error: { code: string } }).error.code]).toEqual([2, "method-unknown"]);
    expect((await cli(["run", "--help", "--config", config])).out).not.toContain("occlusion");
  });

  it("takes methods of strangers in, fails with none of them and waits for none", async () => {
    const base = { citations: [], params: {} } as const;
    const text = (words: string) => ({ tensors: {}, facts: {}, views: [{ kind: "text", title: words, text: words } as const] });
    const strangers: Plugin = definePlugin({
      name: "strangers",
      register(registry) {
        // eslint-disable-next-line require-yield
        registry.method(defineMethod({ ...base, id: "quiet", title: "Quiet", summary: "Says nothing of reports.", async *run() { return await Promise.resolve(text("from a stranger")); } }));
        // eslint-disable-next-line require-yield
        registry.method(defineMethod({ ...base, id: "weighs", title: "Weighs", summary: "Looks at the model alone.", needsInput: false, targeted: false, async *run() { return await Promise.resolve(text("weighed")); } }));
        // eslint-disable-next-line require-yield
        registry.method(defineMethod({ ...base, id: "breaks", title: "Breaks", summary: "Always fails.", async *run(): AsyncGenerator<never, never> { await Promise.resolve(); throw new Error("it broke"); } }));
        registry.method(defineMethod({
          ...base, id: "forever", title: "Forever", summary: "Never ends by itself.",
          async *run(job) {
            for (let i = 0; ; i++) {
              await new Promise((resolve) => setTimeout(resolve, 20));
              job.signal.throwIfAborted();
              yield { kind: "progress", done: i, total: i + 1, what: "turns" };
            }
          },
        }));
        registry.method(defineMethod({ ...base, id: "judges", title: "Judges", summary: "Knows where it belongs.", report: [{ section: "trust", ways: () => [{ passes: 1 }] }], async *run() { yield await Promise.resolve({ kind: "progress" as const, done: 0, total: 1, what: "" }); return text("judged"); } }));
        registry.method(defineMethod({ ...base, id: "declines", title: "Declines", summary: "Cannot plan.", report: [{ ways: () => { throw new Error("not this network"); } }], async *run() { yield await Promise.resolve({ kind: "progress" as const, done: 0, total: 1, what: "" }); return text("no"); } }));
        registry.method(defineMethod({ ...base, id: "hides", title: "Hides", summary: "Has no place in a report.", report: [], async *run() { yield await Promise.resolve({ kind: "progress" as const, done: 0, total: 1, what: "" }); return text("no"); } }));
      },
    });
    const { told, page } = await report("strangers", "--budget", "5s", "--config", await configFile(folder, (name) => /onnx|weights/.test(name), [strangers]));
    expect(entriesOf(told).map(({ section, method }) => `${section} ${method}`).sort()).toEqual(["decided quiet", "learned weighs", "learned weights", "trust judges"]);
    const left = Object.fromEntries(leftOf(told).map(({ title, why }) => [title, why]));
    expect(left["Breaks"]).toContain("it broke");
    expect(left["Declines"]).toContain("not this network");
    expect(left["Forever"]).toMatch(/^It was stopped after .*, its share of the budget\.$/);
    expect(Object.keys(left)).toHaveLength(3);
    expect(told.seconds).toBeLessThan(10);
    expect(page).toContain("from a stranger");
  });

  it("is about the model alone where no input is given", async () => {
    const { code, out } = await cli(["report", at("tiny.onnx"), "--out", at("alone"), "--json", "--config", await configFile(folder, few)]);
    expect(code).toBe(0);
    const told = JSON.parse(out) as Told;
    expect(entriesOf(told).map(({ method }) => method)).toEqual(["weights"]);
    expect(leftOf(told).map(({ why }) => why)).toEqual(["It needs an input, and none was given.", "It needs an input, and none was given."]);
    expect(told.answer).toBeNull();
  });

  it("shows the training where checkpoints are given", async () => {
    for (const epoch of [1, 2]) await writeFile(at(`tiny-epoch-${epoch}.onnx`), writeOnnx(net.graph).bytes);
    const { told, page } = await report("training", "--checkpoints", at("tiny-epoch-*.onnx"), "--config", await configFile(folder, few));
    const training = entriesOf(told).filter(({ section }) => section === "training");
    expect(training.map(({ method, folder: own }) => [method, own])).toEqual([["activation", "activation-training"], ["weights", "weights-training"]]);
    for (const { command } of training) expect(command).toContain(`--checkpoints ${shellQuoted(at("tiny-epoch-*.onnx"))}`);
    const { views } = JSON.parse(await readFile(at("training/activation-training/findings.json"), "utf8")) as { views: { group: string }[] };
    expect(new Set(views.map(({ group }) => group))).toEqual(new Set(["Over training"]));
    expect(page).toContain("How did it get there?");
  });

  it("shows hostile names as text", async () => {
    const script = "</script><script>window.owned = 1</script>";
    const names = [script, "<img src=x onerror=alert(1)>", "\"'`${0}", "x".repeat(10_000), "\u202Eevil\u202C\u0007\n\r\t\0nul"];
    const b = new GraphBuilder();
    const random = seededRandom(3);
    const weights = (shape: readonly number[]): string => b.constant(float32(shape, Array.from({ length: shape.reduce((a, c) => a * c, 1) }, () => random.normal())), names[1]);
    let x = b.input(names[0]!, "float32", ["N", 3, 8, 8]);
    for (const name of names) x = b.op("Relu", [b.op("Conv", [x, weights([3, 3, 1, 1])], {}, name)], {}, name);
    const flat = b.op("Flatten", [b.op("GlobalAveragePool", [x], {}, names[4])], {}, names[2]);
    const graph = b.build({ outputs: [b.softmax(flat, 1, names[3])] });
    await writeFile(at("hostile.onnx"), writeOnnx(graph).bytes);
    await writeFile(at("hostile.json"), JSON.stringify({ inputs: {}, output: { name: graph.outputs[0]!.name, kind: "class-probabilities", labels: [script, `${names[4]!}\u0000`, names[3]] } }));
    await writeFile(at("h.npy"), encodeNpy(float32([1, 3, 8, 8], Array.from({ length: 192 }, () => random.normal()))));
    const { code, out, err } = await cli(["report", at("hostile.onnx"), "-i", at("h.npy"), "--spec", at("hostile.json"), "--out", at("hostile"), "--json", "--config", await configFile(folder, few)]);
    expect(err).toBe("");
    expect(code, out).toBe(0);
    const told = JSON.parse(out) as Told;
    expect(leftOf(told)).toEqual([]);
    expect(entriesOf(told).map(({ method }) => method)).toEqual(["activation", "occlusion", "weights"]);
    const page = await readFile(at("hostile/report.html"), "utf8");
    expect(page).not.toContain("<script>window.owned");
    expect(page).not.toContain("<img src=x");
    expect(page.match(/<script/g)!.length).toBe((await readFile(at("all/report.html"), "utf8")).match(/<script/g)!.length);
    for (const name of await readdir(at("hostile"), { recursive: true })) expect(name).toMatch(/^[\w./\\-]+$/);
  });

  it("stops when it is asked to, with nothing half-written", async () => {
    const abort = new AbortController();
    const slow: Plugin = definePlugin({
      name: "slow",
      register: (registry) => registry.method(defineMethod({
        id: "slow", title: "Slow", summary: "Aborts everything.", citations: [], params: {},
        async *run(job) {
          setTimeout(() => abort.abort(), 50);
          for (;;) {
            yield { kind: "progress", done: 0, total: 1, what: "waiting" };
            await new Promise((resolve) => setTimeout(resolve, 10));
            job.signal.throwIfAborted();
          }
        },
      })),
    });
    const { code, err } = await cli(["report", at("tiny.onnx"), "-i", at("x.npy"), "-o", at("stopped"), "--config", await configFile(folder, (name) => /onnx|weights/.test(name), [slow])], abort.signal);
    expect(code).toBe(130);
    expect(err).toContain("Cancelled");
    // What was finished is whole; there is no page.
    expect(await readdir(at("stopped"))).toEqual(["weights"]);
    expect(await readdir(at("stopped/weights"))).toContain("findings.json");
  });

  it.each([
    ["a budget that is none", ["--budget", "soon"], /--budget takes a time, and got `soon`/],
    ["a folder", ["--input", "."], /A report is about one input/],
    ["no folder to write to", ["--out", ""], /was not said/],
    ["checkpoints that are not there", ["--checkpoints", "nowhere/*.onnx"], /nothing matches/],
    ["a class that is not there", ["--target", "unit:"], /a unit is written/],
  ])("refuses %s", async (_, args, message) => {
    const { code, err } = await cli(["report", at("tiny.onnx"), "-i", at("x.npy"), "-o", at("refused"), ...args]);
    expect(err).toMatch(message);
    expect(code).toBe(2);
    expect(err).not.toMatch(/^\s+at /m);
  });
});

const shellQuoted = (text: string): string => `'${text}'`;

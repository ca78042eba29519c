import { graphsFormat, referenceRuntime } from "@vitrine/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createEngine, defineMethod, definePlugin, float32, isVitrineError, p, type Engine, type Method, type Plugin, type Update } from "../index.js";
import { noise, smallConvNet } from "../test-support/networks.js";

const counting = defineMethod({
  id: "counting",
  title: "Counting",
  summary: "Counts to a number.",
  citations: [],
  params: { to: p.integer({ min: 1, max: 100, default: 3, description: "Where to stop." }), word: p.choice(["one", "two"], { default: "one", description: "A word." }) },
  async *run(job) {
    for (let i = 0; i < job.params.to; i++) {
      await job.run(job.model.graph);
      yield { kind: "progress", done: i + 1, total: job.params.to, what: "counting" };
    }
    return { tensors: {}, facts: { to: job.params.to }, views: [{ kind: "text", title: "Counted", text: job.params.word }] };
  },
});

const engines: Engine[] = [];
function engineWith(...methods: readonly Method[]): Engine {
  const plugin: Plugin = definePlugin({
    name: "test",
    register: (registry) => {
      registry.format(graphsFormat({ net: smallConvNet(), single: smallConvNet(1) }));
      methods.forEach((method) => registry.method(method));
    },
  });
  const engine = createEngine({ runtime: referenceRuntime, plugins: [plugin] });
  engines.push(engine);
  return engine;
}
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.dispose())));

const source = { name: "net", bytes: new Uint8Array() };
const x = noise([2, 3, 8, 8], 9);

describe("engine", () => {
  it("runs a method by itself and by its id, with the same report", async () => {
    const engine = engineWith(counting as unknown as Method);
    const model = await engine.load(source);
    const direct = await engine.run(counting, { model, input: x, params: { to: 2 } });
    const byId = await engine.run("counting", { model, input: x, params: { to: 2 } });
    expect(direct).toEqual(byId);
    expect(direct).toMatchObject({ method: "counting", runtime: "reference:cpu", target: "top", facts: { to: 2 }, params: { to: 2, word: "one" } });
    expect(direct.views[0]!.source).toBe("net · Counting · top · to 2 · reference:cpu");
    expect(structuredClone(direct)).toEqual(direct);
  });

  it("tells progress to whoever iterates, and the failure too", async () => {
    const engine = engineWith();
    const model = await engine.load(source);
    const seen: Update[] = [];
    const run = engine.run(counting, { model, input: x });
    for await (const update of run) seen.push(update);
    expect(seen.map((update) => update.kind === "progress" && update.done)).toEqual([1, 2, 3]);
    expect((await run).facts).toEqual({ to: 3 });
    const failing = engine.run(counting, { model, input: float32([1], [0]) });
    await expect((async () => { for await (const _ of failing); })()).rejects.toThrow(/takes \[N, 3, 8, 8\]/);
    await expect(failing).rejects.toThrow(/\[1\]/);
  });

  it("stops within one runtime call when it is cancelled", async () => {
    const engine = engineWith();
    const model = await engine.load(source);
    const abort = new AbortController();
    let calls = 0;
    const run = engine.run(counting, { model, input: x, params: { to: 100 }, signal: abort.signal });
    await expect((async () => { for await (const _ of run) if (++calls === 2) abort.abort(); })()).rejects.toMatchObject({ code: "cancelled", kind: "cancelled" });
    expect(calls).toBeLessThanOrEqual(4);
  });

  it("asks for no input where a method looks at the model alone", async () => {
    const constants = defineMethod({
      id: "constants", title: "Constants", summary: "Counts constants.", citations: [], params: {}, targeted: false, needsInput: false,
      async *run(job) {
        yield { kind: "progress", done: 0, total: 1, what: "counting" };
        const needing = await job.call("counting", { params: { to: 1 } }).catch((error: unknown) => (isVitrineError(error) ? error.code : "other"));
        const fed = await job.call("counting", { params: { to: 1 }, input: x });
        return { tensors: {}, facts: { constants: job.model.graph.constants.size, inputs: Object.keys(job.inputs), samples: job.samples, needing: needing as string, fed: fed!.facts["to"]! }, views: [] };
      },
    });
    const engine = engineWith(constants as unknown as Method, counting as unknown as Method);
    const model = await engine.load(source);
    const expected = { constants: model.graph.constants.size, inputs: [], samples: 1, needing: "input-missing", fed: 1 };
    expect((await engine.run(constants, { model })).facts).toEqual(expected);
    // What is given is not looked at: a report runs all methods on one input.
    expect((await engine.run(constants, { model, input: float32([1], [0]) })).facts).toEqual(expected);
    expect((await engine.run(counting, { model, input: x, params: { to: 1 } })).facts).toEqual({ to: 1 });
  });

  it("names what is wrong with parameters", async () => {
    const engine = engineWith();
    const model = await engine.load(source);
    const run = (params: Record<string, unknown>) => engine.run(counting as unknown as Method, { model, input: x, params });
    await expect(run({ to: 0 })).rejects.toThrow("`--to` of counting was given as `0`; it takes a whole number from 1 to 100.");
    await expect(run({ to: 1.5 })).rejects.toThrow(/whole number/);
    await expect(run({ word: "three" })).rejects.toThrow(/one of `one`, `two`/);
    await expect(run({ too: 1 })).rejects.toMatchObject({ code: "parameter-unknown", hint: expect.stringContaining("`to`") as string });
  });

  it("wraps what a method throws and keeps its cause", async () => {
    const broken = defineMethod({ id: "broken", title: "Broken", summary: "Throws.", citations: [], params: {}, async *run(job) { yield { kind: "progress", done: 0, total: job.samples, what: "nothing" }; throw new TypeError("inner"); } });
    const engine = engineWith();
    const model = await engine.load(source);
    const error = await engine.run(broken, { model, input: x }).then(() => undefined, (reason: unknown) => reason);
    expect(isVitrineError(error, "method-failed") && error.cause).toBeInstanceOf(TypeError);
  });

  it("refuses doubles, unknown methods, unknown files, and work after its end", async () => {
    expect(() => engineWith(counting as unknown as Method, counting as unknown as Method)).toThrow(/registered twice/);
    const engine = engineWith(counting as unknown as Method);
    expect(() => engine.method("countin")).toThrow(/no method `countin`/);
    await expect(engine.load({ name: "other.bin", bytes: new Uint8Array(3) })).rejects.toMatchObject({ code: "format-unknown" });
    const model = await engine.load(source);
    await engine.dispose();
    await engine.dispose();
    await expect(engine.run(counting, { model, input: x })).rejects.toMatchObject({ code: "disposed" });
    expect(() => createEngine().method("x")).toThrow(expect.objectContaining({ hint: "Installed: none." }) as Error);
    await expect(createEngine().runtime()).rejects.toMatchObject({ code: "runtime-missing" });
  });

  it("shares nothing between engines", () => {
    expect(engineWith(counting as unknown as Method).methods.map((method) => method.id)).toEqual(["counting"]);
    expect(engineWith().methods).toEqual([]);
  });

  it("closes the door once it is made", () => {
    let late: (() => void) | undefined;
    createEngine({ plugins: [{ name: "late", register: (registry) => (late = () => registry.method(counting)) }] });
    expect(late).toThrow(/too late/);
  });
});

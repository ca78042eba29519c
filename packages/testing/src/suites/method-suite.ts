import {
  createEngine, isVitrineError, toNumbers,
  type Engine, type Method, type Model, type ParameterInput, type ParameterShape, type Plugin, type Report, type RunRequest, type RuntimeFactory, type Targets, type Tensor, type Update,
} from "@vitrine/core";
import { relativeL2 } from "../assert.js";
import { graphPlugin, graphSource } from "../models/graph-format.js";
import { tinyModels } from "../models/index.js";
import type { TinyModel } from "../models/model.js";
import { referenceRuntime } from "../reference/runtime.js";
import { checkFindings } from "./check-findings.js";
import { methodMetadata } from "./method-metadata.js";
import { expectError, hold, messageOf, runSuite, violated, type Skipped, type Suite, type SuiteCase, type SuiteReport } from "./suite.js";
import { trackedRuntime, type Tracker } from "./tracked-runtime.js";

export interface MethodSuiteOptions<P extends ParameterShape = ParameterShape> {
  /** Default: the reference runtime. */
  readonly runtime?: RuntimeFactory;
  /** What the method needs or calls: capabilities, other methods. */
  readonly plugins?: readonly Plugin[];
  /** Default: all tiny models. */
  readonly models?: readonly TinyModel[];
  /** Parameters for a model; by default none are given. Small ones keep the suite fast. */
  params?(model: TinyModel): ParameterInput<P>;
  /** What is explained in a model; by default each sample's top class. */
  target?(model: TinyModel): Targets;
}

/**
 * What every method holds: complete metadata, well-formed findings on every tiny model that it can explain and a reason where it
 * cannot, the same findings twice (but for facts called `seconds`, `…Seconds` or `…PerSecond`), cancellation within one runtime call, inputs left alone, and nothing left on the device.
 */
export function methodSuite<P extends ParameterShape>(method: Method<P>, options: MethodSuiteOptions<P> = {}): Suite {
  const models = options.models ?? tinyModels();
  const open: Opened[] = [];
  // One engine per case: what a case leaves open is its own.
  const withEngine = async <T>(tiny: TinyModel, samples: number, work: (opened: Opened) => Promise<T>): Promise<T> => {
    const opened = await openOn(method as unknown as Method, tiny, samples, options as MethodSuiteOptions);
    open.push(opened);
    try {
      return await work(opened);
    } finally {
      await opened.engine.dispose();
    }
  };
  const explained = new Set<string>();
  const on = (tiny: TinyModel, name: string, samples: number, work: (run: Explained) => Promise<void>): SuiteCase => ({
    name: `${tiny.name} › ${name}`,
    run: () => withEngine(tiny, samples, async (opened): Promise<Skipped | void> => {
      const run = await explain(opened);
      if ("skipped" in run) return run;
      explained.add(tiny.name);
      await work(run);
    }),
  });

  const cases: SuiteCase[] = [
    ...methodMetadata(method as unknown as Method),
    ...models.flatMap((tiny) => [
      on(tiny, "finds what is well-formed", 1, async ({ report, updates }) => {
        const partial = updates.flatMap((update) => (update.kind === "partial" ? [update.findings] : []));
        const problems = [...partial, report].flatMap(checkFindings);
        hold(problems.length === 0, "findings are well-formed", () => problems.slice(0, 5).join("; "));
        checkProgress(updates);
      }),
      on(tiny, "finds the same twice", 1, async ({ engine, method: tested, request, report }) => {
        const again = await engine.run(tested, request);
        const difference = firstDifference(report, again);
        hold(difference === undefined, "two runs find the same", () => `they differ at ${difference ?? ""}`);
      }),
      on(tiny, "finds the same in smaller batches, for several samples", isFixed(tiny) ? 1 : 3, async ({ engine, method: tested, request, report }) => {
        const again = await engine.run(tested, { ...request, batch: 1 });
        for (const [key, { tensor }] of Object.entries(report.tensors)) {
          const other = again.tensors[key]?.tensor;
          const error = other ? relativeL2(numbersOf(tensor), numbersOf(other)) : Infinity;
          hold(error < 1e-4, "the batch size changes nothing", () => `\`${key}\` differs by ${error.toExponential(1)} between batches of 8 and of 1`);
        }
      }),
      on(tiny, "leaves inputs alone and nothing open", 1, async ({ engine, model, tracker, feeds, copies }) => {
        const changed = Object.keys(feeds).find((name) => String(feeds[name]!.data) !== String(copies[name]!.data));
        hold(changed === undefined, "inputs are not written to", () => `\`${changed ?? ""}\` has changed`);
        hold(tracker.tensors === 0, "every result left on the device is disposed", () => `${tracker.tensors} are not`);
        await model.dispose();
        await engine.dispose();
        hold(tracker.programs === 0, "no program outlives its model", () => `${tracker.programs} do`);
      }),
      on(tiny, "stops within one runtime call when it is cancelled", 1, async ({ engine, method: tested, request, tracker }) => {
        const before = tracker.runs;
        await engine.run(tested, request);
        const runs = tracker.runs - before;
        for (const at of new Set([1, Math.ceil(runs / 2), runs].filter((run) => run > 0 && run <= runs))) {
          const abort = new AbortController();
          const start = tracker.runs;
          tracker.onRun = (run) => {
            if (run === start + at) abort.abort();
          };
          await expectError(`it stops when it is cancelled in runtime call ${at} of ${runs}`, () => Promise.resolve(engine.run(tested, { ...request, signal: abort.signal })), { code: "cancelled" });
          hold(tracker.runs <= start + at + 1, "it stops within one runtime call", () => `it made ${tracker.runs - start - at} more`);
        }
        tracker.onRun = undefined;
        const start = tracker.runs;
        await expectError("it does not start when it is cancelled already", () => Promise.resolve(engine.run(tested, { ...request, signal: AbortSignal.abort() })), { code: "cancelled" });
        hold(tracker.runs === start, "it does not start when it is cancelled already", () => `it made ${tracker.runs - start} runtime calls`);
        hold(tracker.tensors === 0, "cancellation leaves nothing on the device", () => `${tracker.tensors} results are left`);
      }),
    ]),
    {
      name: "it explains at least one model",
      run: async () => hold(explained.size > 0, "it explains at least one model", () => `it refused all of ${models.map(({ name }) => name).join(", ")}`),
    },
  ];
  return { title: `method ${method.id}`, cases, dispose: async () => { await Promise.all(open.map(({ engine }) => engine.dispose())); } };
}

/** Runs the suite and reports, for authors of methods. */
export function testMethod<P extends ParameterShape>(method: Method<P>, options?: MethodSuiteOptions<P>): Promise<SuiteReport> {
  return runSuite(methodSuite(method, options));
}

interface Opened {
  readonly engine: Engine;
  readonly method: Method;
  readonly model: Model;
  readonly tracker: Tracker;
  readonly request: RunRequest;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly copies: Readonly<Record<string, Tensor>>;
}

/** A first run: its report, and what it told meanwhile. */
interface Explained extends Opened {
  readonly report: Report;
  readonly updates: readonly Update[];
}

async function openOn(method: Method, tiny: TinyModel, samples: number, options: MethodSuiteOptions): Promise<Opened> {
  const { factory, tracker } = trackedRuntime(options.runtime ?? referenceRuntime);
  const engine = createEngine({ runtime: factory, plugins: [graphPlugin, ...(options.plugins ?? [])] });
  const model = await engine.load(graphSource(tiny.graph), tiny.spec && { spec: tiny.spec });
  const feeds = tiny.feeds(samples);
  const copies = structuredClone(feeds);
  const target = options.target?.(tiny);
  const request: RunRequest = { model, input: feeds, label: tiny.name, batch: 8, params: options.params?.(tiny) ?? {}, ...(target && { target }) };
  return { engine, method, model, tracker, request, feeds, copies };
}

/**
 * Runs the method once. A model that it cannot explain is refused beforehand with a reason that people can act on;
 * that is a skip. Any other failure is a fault.
 */
async function explain(opened: Opened): Promise<Explained | Skipped> {
  const updates: Update[] = [];
  try {
    const run = opened.engine.run(opened.method, opened.request);
    for await (const update of run) updates.push(update);
    return { ...opened, updates, report: await run };
  } catch (error) {
    if (isVitrineError(error) && (error.kind === "unsupported" || error.kind === "input")) return { skipped: `refused: ${error.message}` };
    throw violated("it explains the model or says why it cannot", messageOf(error));
  }
}

function checkProgress(updates: readonly Update[]): void {
  for (const update of updates) {
    if (update.kind !== "progress") continue;
    hold(update.what.trim() !== "", "progress says what is being done", () => "it says nothing");
    hold(update.done >= 0 && update.done <= update.total, "progress stays within its total", () => `${update.done} of ${update.total}`);
  }
}

const isFixed = ({ graph }: TinyModel): boolean => graph.inputs.every(({ shape }) => shape?.every((dim) => typeof dim === "number"));

const numbersOf = (source: Tensor): number[] => (source.dtype === "string" ? source.data.map((_, i) => i) : toNumbers(source));

/** Facts that tell how long something took: `seconds`, `runtimeSeconds`. */
const measuresTime = (key: string): boolean => /seconds$/i.test(key);

/** Where two plain values differ, as a path; undefined where they are equal. NaN equals itself, and no time is the same twice. */
function firstDifference(a: unknown, b: unknown, path = "findings"): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return `${path}: ${String(a)} and ${String(b)}`;
  const [keysA, keysB] = [Object.keys(a), Object.keys(b)];
  if (keysA.length !== keysB.length) return `${path}: ${keysA.length} and ${keysB.length} entries`;
  for (const key of keysA) {
    if (measuresTime(key)) continue;
    const difference = firstDifference((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

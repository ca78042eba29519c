import { coreError } from "../errors/catalogue.js";
import { isVitrineError } from "../errors/vitrine-error.js";
import type { Format, ModelFile, ModelSource } from "../format/format.js";
import { memorySource } from "../format/format.js";
import { showFill, type Fill } from "../input/fill.js";
import type { ImageCodec, InputReader, ModelSpec } from "../input/spec.js";
import type { Findings, Report, Update } from "../method/findings.js";
import type { Capability, Run } from "../method/job.js";
import type { Method } from "../method/method.js";
import { flagOf, resolveParameters, type ParameterInput, type ParameterShape } from "../method/parameters.js";
import type { View } from "../method/view.js";
import type { Input, Model } from "../model/model.js";
import { ProgramCache } from "../runtime/program-cache.js";
import type { Runtime, RuntimeFactory } from "../runtime/runtime.js";
import { showTarget } from "../target/parse.js";
import type { Target, Targets } from "../target/spec.js";
import { EngineRegistry } from "./container.js";
import { drive, MethodJob } from "./job.js";
import { loadModel } from "./load.js";
import type { Logger, Plugin } from "./plugin.js";
import { startRun } from "./run.js";

export interface EngineOptions {
  /** What models run on; by default the first that a plugin registers. */
  readonly runtime?: RuntimeFactory;
  readonly plugins?: readonly Plugin[];
  /** Bound on the estimated bytes of compiled programs that are kept, over all models (default 1 GiB). */
  readonly programBytes?: number;
  /** How many samples methods run at once (default 8). */
  readonly batch?: number;
}

export interface LoadOptions {
  /** How inputs are prepared and what outputs mean. */
  readonly spec?: ModelSpec;
}

export interface RunRequest<P extends ParameterShape = ParameterShape> {
  readonly model: Model;
  /** A tensor, a picture, a text, or an object with one per input name. Not looked at where the method needs none. */
  readonly input?: Input;
  /** What the input is called in captions. */
  readonly label?: string;
  /** Default: each sample's own top class. */
  readonly target?: Targets;
  readonly params?: ParameterInput<P>;
  readonly signal?: AbortSignal;
  readonly batch?: number;
}

/** What composes plugins and a runtime. Two engines share no state. */
export interface Engine {
  readonly methods: readonly Method[];
  readonly runtimes: readonly RuntimeFactory[];
  readonly formats: readonly Format[];
  readonly inputReaders: readonly InputReader[];
  readonly imageCodecs: readonly ImageCodec[];
  readonly loggers: readonly Logger[];
  /** An installed method by its id. @throws `method-unknown` */
  method(id: string): Method;
  /** What a plugin offers, as methods get it by `job.find`: `engine.find(differentiation)`. */
  find<T>(capability: Capability<T>): T | undefined;
  /** The runtime, created at the first call. @throws `runtime-missing`, `provider-unavailable` */
  runtime(): Promise<Runtime>;
  /** Reads a model and makes it ready. Bytes need a name, from which the format is recognised. */
  load(source: ModelSource | { readonly name: string; readonly bytes: Uint8Array }, options?: LoadOptions): Promise<Model>;
  /** Runs a method: await the report, or iterate over what it tells meanwhile. */
  run<P extends ParameterShape>(method: Method<P>, request: RunRequest<P>): Run;
  run(method: string, request: RunRequest): Run;
  /** Frees every model, program and the runtime. Idempotent. */
  dispose(): Promise<void>;
}

/**
 * @example
 * const engine = createEngine({ runtime: onnxNode(), plugins: [onnxPlugin, imagePlugin, occlusionPlugin] });
 * const model = await engine.load(fileSource("model.onnx"), { spec });
 * const report = await engine.run(occlusion, { model, input: picture, params: { preset: "captum" } });
 */
export function createEngine(options: EngineOptions = {}): Engine {
  const registry = new EngineRegistry(options.plugins ?? []);
  const programs = new ProgramCache(options.programBytes ?? 2 ** 30);
  const models = new Set<Model>();
  let opened: Promise<Runtime> | undefined;
  let disposed = false;

  const alive = (): void => {
    if (disposed) throw coreError("disposed", { what: "engine" });
  };
  const runtime = (): Promise<Runtime> => {
    alive();
    const factory = options.runtime ?? registry.runtimes[0];
    if (!factory) return Promise.reject(coreError("runtime-missing", {}));
    opened ??= factory.create().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const find = (id: string): Method | undefined => registry.methods.find((method) => method.id === id);
  const method = (id: string): Method => {
    const found = find(id);
    if (!found) throw coreError("method-unknown", { method: id, known: registry.methods.map((known) => known.id) });
    return found;
  };
  const host = { method: find, capability: registry.capability.bind(registry) };

  const execute = async (wanted: Method, request: RunRequest, tell: (update: Update) => void): Promise<Report> => {
    alive();
    for (const need of wanted.needs ?? []) {
      if (host.capability(need) === undefined) throw coreError("capability-missing", { method: wanted.id, capability: need.title, hint: need.hint });
    }
    const params = resolveParameters(wanted.id, wanted.params, request.params ?? {});
    const { model } = request;
    const job = new MethodJob({
      host, method: wanted, model, params,
      inputs: wanted.needsInput === false ? {} : model.prepare(request.input, request.label),
      targets: request.target ?? { kind: "top" },
      signal: request.signal ?? new AbortController().signal,
      batch: request.batch ?? options.batch ?? 8,
    });
    const about = await describe(wanted, job);
    const finish = (findings: Findings): Findings => {
      const notices = [...new Set([...(findings.notices ?? []), ...job.notices]), ...model.runtime.info.notices, ...model.runNotices];
      return { ...findings, views: findings.views.map((view) => captioned(view, sourceLine(about(), wanted, job))), ...(notices.length > 0 && { notices }) };
    };
    try {
      const findings = await drive(wanted, job, (update) => tell(update.kind === "partial" ? { ...update, findings: finish(update.findings) } : update));
      return { ...finish(findings), ...about() };
    } catch (error) {
      if (isVitrineError(error)) throw error;
      if (job.signal.aborted) throw coreError("cancelled", {}, error);
      throw coreError("method-failed", { method: wanted.id, why: error instanceof Error ? error.message : String(error) }, error);
    }
  };

  return {
    methods: registry.methods,
    runtimes: registry.runtimes,
    formats: registry.formats,
    inputReaders: registry.inputReaders,
    imageCodecs: registry.imageCodecs,
    loggers: registry.loggers,
    method,
    find: host.capability,
    runtime,
    load: async (source, loadOptions = {}) => {
      const from = "bytes" in source ? memorySource(source.name, source.bytes) : source;
      const model = await loadModel(from, { formats: registry.formats, runtime: await runtime(), programs, readers: registry.inputReaders, spec: loadOptions.spec ?? { inputs: {}, outputs: [] }, onDispose: (gone) => models.delete(gone) });
      models.add(model);
      return model;
    },
    run: (wanted: Method | string, request: RunRequest): Run => startRun((tell) => execute(typeof wanted === "string" ? method(wanted) : wanted, request, tell)),
    dispose: async () => {
      if (disposed) return;
      disposed = true;
      await Promise.all([...models].map((model) => model.dispose()));
      await programs.dispose();
      await opened?.then((open) => open.dispose(), () => undefined);
      await registry.dispose();
    },
  };
}

type About = Pick<Report, "method" | "model" | "runtime" | "target" | "params">;

async function describe(method: Method, job: MethodJob): Promise<() => About> {
  const { info } = job.model.runtime;
  const model = { file: job.model.file.name, sha256: await job.model.file.sha256() };
  return () => ({
    method: method.id,
    model,
    runtime: `${info.id}:${info.provider}`,
    target: method.targeted === false ? undefined : targetText(job),
    params: job.params,
  });
}

function targetText(job: MethodJob): string | readonly string[] {
  const given: readonly Target[] = Array.isArray(job.targets) ? (job.targets as readonly Target[]) : [job.targets as Target];
  const texts = job.targetTexts ?? given.map(showTarget);
  return new Set(texts).size === 1 ? texts[0]! : texts;
}

/** What a picture is a picture of: model, method, target, the parameters that were given, runtime. */
function sourceLine(about: About, method: Method, job: MethodJob): string {
  const target = about.target === undefined ? [] : [typeof about.target === "string" ? inWords(about.target, job.targetTitles?.[0]) : `${about.target.length} targets`];
  const given = Object.entries(method.params).flatMap(([key, parameter]) => {
    const value = about.params[key];
    const text = value === undefined || value === parameter.default ? undefined : parameterText(value);
    return text === undefined ? [] : [`${flagOf(key).slice(2)} ${text}`];
  });
  return [job.model.file.name, method.title, ...target, ...given, about.runtime].join(" · ");
}

/** `golden retriever (class:207)`; a unit's own text says all there is. */
const inWords = (text: string, title: string | undefined): string => (title === undefined || !text.includes("class:") || title === text.replace(":", " ") ? text : `${title} (${text})`);

/** A parameter as its flag would be written; undefined for tensors, inputs and models, which no line can show. */
function parameterText(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.length <= 8 && value.every((item) => typeof item === "number" || typeof item === "string") ? value.join(",") : undefined;
  const isFill = typeof value === "object" && value !== null && "kind" in value && ["value", "pixel", "mean", "blur", "noise", "tensor"].includes(String(value.kind));
  return isFill ? showFill(value as Fill) : undefined;
}

/** Says under a picture what it is a picture of. */
function captioned(view: View, line: string): View {
  const source = view.source ?? line;
  if (view.kind === "side-by-side") return { ...view, source, views: view.views.map((inner) => captioned(inner, line)) } as View;
  return { ...view, source };
}

export type { ModelFile };

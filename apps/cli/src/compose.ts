import { access } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createEngine, definePlugin, type Engine, type Method, type Plugin, type RuntimeFactory, withOptions } from "@vitrine/core";
import { cliError } from "./errors.js";
import { standardPlugins } from "./standard.js";

/** `vitrine.config.js` composes plugins and a runtime as an app does. */
export interface Config {
  /** Instead of the standard ones, which the word `standard` stands for: what is not here has no command, flag or section, and is not loaded. */
  readonly plugins?: readonly (Plugin | "standard")[];
  /** As `--runtime`, or a factory. */
  readonly runtime?: string | RuntimeFactory;
}

export interface ComposeOptions {
  readonly config?: string | undefined;
  readonly plugin?: readonly string[] | undefined;
  readonly runtime?: string | undefined;
  readonly threads?: number | undefined;
  readonly batch?: number | undefined;
}

export const configName = "vitrine.config.js";

/** The engine of this invocation: the configuration in the current folder (or the standard plugins), and the plugin files that were named. */
export async function compose(options: ComposeOptions): Promise<Engine> {
  const config = await findConfig(options.config);
  const plugins: Plugin[] = [];
  for (const plugin of config.plugins ?? ["standard" as const]) plugins.push(...(plugin === "standard" ? await standardPlugins() : [plugin]));
  for (const file of options.plugin ?? []) plugins.push(await importPlugin(file));
  const wanted = options.runtime ?? config.runtime;
  // Which runtimes there are is known only once the plugins have registered; a throw-away engine asks them.
  const listing = createEngine({ plugins });
  const runtime = typeof wanted === "object" ? wanted : chooseRuntime(listing.runtimes, wanted);
  await listing.dispose();
  const threaded = runtime && options.threads !== undefined ? withOptions(runtime, { threads: options.threads }) : runtime;
  return createEngine({ plugins, ...(threaded && { runtime: threaded }), ...(options.batch !== undefined && { batch: options.batch }) });
}

function chooseRuntime(runtimes: readonly RuntimeFactory[], text: string | undefined): RuntimeFactory | undefined {
  if (text === undefined) return runtimes[0];
  const [id = "", providers] = text.split(/:(.*)/s);
  const found = runtimes.find((runtime) => runtime.id === id);
  if (!found) throw cliError("runtime-syntax", { runtime: text, known: runtimes.map((runtime) => runtime.id) });
  return providers === undefined || providers === "" ? found : withOptions(found, { providers: providers.split(",").map((name) => name.trim()) });
}

async function findConfig(given: string | undefined): Promise<Config> {
  const file = path.resolve(given ?? configName);
  const exists = await access(file).then(() => true, () => false);
  if (!exists) {
    if (given !== undefined) throw cliError("file-missing", { path: given, what: "configuration" });
    return {};
  }
  const config = await importDefault(file, (why) => cliError("config-invalid", { path: file, why }));
  if (typeof config !== "object" || config === null || Array.isArray(config)) throw cliError("config-invalid", { path: file, why: "its default export is no object" });
  const { plugins, runtime, ...rest } = config as Record<string, unknown>;
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw cliError("config-invalid", { path: file, why: `it has \`${unknown}\`, which is unknown; plugins and runtime are known` });
  if (plugins !== undefined && !Array.isArray(plugins)) throw cliError("config-invalid", { path: file, why: "`plugins` is no list of plugins" });
  const stray = (plugins as unknown[] | undefined)?.findIndex((entry) => entry !== "standard" && !isPlugin(entry)) ?? -1;
  if (stray >= 0) throw cliError("config-invalid", { path: file, why: `entry ${stray} of its \`plugins\` is neither a plugin nor the word \`standard\`` });
  return { ...(plugins !== undefined && { plugins: plugins as (Plugin | "standard")[] }), ...(runtime !== undefined && { runtime: runtime as string | RuntimeFactory }) };
}

async function importPlugin(file: string): Promise<Plugin> {
  const full = path.resolve(file);
  if (!(await access(full).then(() => true, () => false))) throw cliError("file-missing", { path: file, what: "plugin" });
  const found = await importDefault(full, (why) => cliError("plugin-invalid", { path: file, why }));
  if (isPlugin(found)) return found;
  if (isMethod(found)) return definePlugin({ name: path.basename(file), register: (registry) => registry.method(found) });
  throw cliError("plugin-invalid", { path: file, why: "its default export is neither a method nor a plugin" });
}

async function importDefault(file: string, fail: (why: string) => Error): Promise<unknown> {
  const module = (await import(pathToFileURL(file).href).catch((error: unknown) => {
    throw fail(error instanceof Error ? error.message : String(error));
  })) as { default?: unknown };
  if (module.default === undefined) throw fail("it has no default export");
  return module.default;
}

function isPlugin(value: unknown): value is Plugin {
  return typeof value === "object" && value !== null && "register" in value && typeof value.register === "function" && "name" in value;
}

function isMethod(value: unknown): value is Method {
  return typeof value === "object" && value !== null && "run" in value && typeof value.run === "function" && "id" in value && "params" in value;
}

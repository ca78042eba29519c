import type { Format } from "../format/format.js";
import type { ImageCodec, InputReader } from "../input/spec.js";
import type { Capability } from "../method/job.js";
import type { Method } from "../method/method.js";
import type { ParameterShape } from "../method/parameters.js";
import type { RuntimeFactory } from "../runtime/runtime.js";

/** Takes what happens, for whoever wants to know. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What a plugin may do while an engine is being made. */
export interface Registry {
  method<P extends ParameterShape>(method: Method<P>): void;
  runtime(runtime: RuntimeFactory): void;
  format(format: Format): void;
  imageCodec(codec: ImageCodec): void;
  inputReader(reader: InputReader): void;
  logger(logger: Logger): void;
  /** Fills a word of core or of another package. */
  capability<T>(capability: Capability<T>, implementation: T): void;
}

/** A package's offer to an engine: a plain object. */
export interface Plugin {
  readonly name: string;
  register(registry: Registry): void;
}

export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}

// tsyringe refuses to load before reflect-metadata: both are imported here alone, in this order.
import "reflect-metadata";
import { container, type DependencyContainer, type InjectionToken } from "tsyringe";
import { coreError } from "../errors/catalogue.js";
import type { Format } from "../format/format.js";
import type { ImageCodec, InputReader } from "../input/spec.js";
import type { Capability } from "../method/job.js";
import type { Method } from "../method/method.js";
import type { ParameterShape } from "../method/parameters.js";
import type { RuntimeFactory } from "../runtime/runtime.js";
import type { Logger, Plugin, Registry } from "./plugin.js";

/** The shared words of the container; `Symbol.for`, so that two copies of core in one bundle still agree. */
const tokens = {
  method: Symbol.for("vitrine.method"),
  runtime: Symbol.for("vitrine.runtime"),
  format: Symbol.for("vitrine.format"),
  imageCodec: Symbol.for("vitrine.image-codec"),
  inputReader: Symbol.for("vitrine.input-reader"),
  logger: Symbol.for("vitrine.logger"),
} as const;

/** What an engine knows. Filled once, by its plugins, then frozen. */
export class EngineRegistry {
  readonly #container: DependencyContainer = container.createChildContainer();
  /** Which plugin registered `kind:id`. */
  readonly #owners = new Map<string, string>();
  #frozen = false;

  constructor(plugins: readonly Plugin[]) {
    for (const plugin of plugins) plugin.register(this.#registryFor(plugin));
    this.#frozen = true;
  }

  get methods(): readonly Method[] {
    return this.#all<Method>(tokens.method);
  }

  get runtimes(): readonly RuntimeFactory[] {
    return this.#all<RuntimeFactory>(tokens.runtime);
  }

  get formats(): readonly Format[] {
    return this.#all<Format>(tokens.format);
  }

  get imageCodecs(): readonly ImageCodec[] {
    return this.#all<ImageCodec>(tokens.imageCodec);
  }

  get inputReaders(): readonly InputReader[] {
    return this.#all<InputReader>(tokens.inputReader);
  }

  get loggers(): readonly Logger[] {
    return this.#all<Logger>(tokens.logger);
  }

  capability<T>(capability: Capability<T>): T | undefined {
    return this.#container.isRegistered(capability.id) ? this.#container.resolve<T>(capability.id) : undefined;
  }

  async dispose(): Promise<void> {
    await this.#container.dispose();
  }

  #all<T>(token: InjectionToken<T>): readonly T[] {
    return this.#container.isRegistered(token) ? this.#container.resolveAll<T>(token) : [];
  }

  #registryFor(plugin: Plugin): Registry {
    const add = <T>(what: string, token: symbol, id: string, value: T): void => {
      if (this.#frozen) throw coreError("engine-frozen", { what: `${what} \`${id}\` of ${plugin.name}` });
      const key = `${what}:${id}`;
      const owner = this.#owners.get(key);
      if (owner !== undefined) throw coreError("plugin-duplicate", { what, id, plugins: [owner, plugin.name] });
      this.#owners.set(key, plugin.name);
      this.#container.register<T>(token, { useValue: value });
    };
    return {
      method: <P extends ParameterShape>(method: Method<P>) => add("method", tokens.method, method.id, method),
      runtime: (runtime) => add("runtime", tokens.runtime, runtime.id, runtime),
      format: (format) => add("format", tokens.format, format.id, format),
      imageCodec: (codec) => add("image codec", tokens.imageCodec, codec.id, codec),
      inputReader: (reader) => add("input reader", tokens.inputReader, reader.kind, reader),
      logger: (logger) => add("logger", tokens.logger, `${plugin.name}:${this.#owners.size}`, logger),
      capability: (capability, implementation) => add("capability", capability.id, capability.title, implementation),
    };
  }
}

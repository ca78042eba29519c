import { definePlugin, type Plugin, type ProviderState, type RuntimeFactory, type RuntimeOptions } from "@vitrine/core";
import { bringWebGpu, webGpuMissing } from "./tfjs-webgpu.js";

/** The backends of TensorFlow.js that run in Node; the others need a browser. */
const backends: Readonly<Record<string, () => Promise<unknown>>> = {
  wasm: () => import("@tensorflow/tfjs-backend-wasm"),
  cpu: () => import("@tensorflow/tfjs-backend-cpu"),
  webgpu: bringWebGpu,
};

/** The runtime, once the backends that are asked for have been brought: TensorFlow.js takes a third of a second to load, and most runs do without. */
async function load(names: readonly string[]): Promise<RuntimeFactory> {
  const [{ tfjs }, { enableProdMode }] = await Promise.all([import("@vitrine/runtime-tfjs"), import("@tensorflow/tfjs-core")]);
  // It would advertise another package of its own on the terminal.
  enableProdMode();
  for (const name of names) if (Object.hasOwn(backends, name)) await backends[name]!();
  return tfjs();
}

const factory: RuntimeFactory = {
  id: "tfjs",
  summary: "TensorFlow.js kernels: wasm, cpu; webgpu where it is installed",
  providers: async (): Promise<readonly ProviderState[]> => {
    // WebGPU takes a second to load: here it is only looked for.
    const states = await (await load(["wasm", "cpu"])).providers();
    return states.map((state): ProviderState => {
      if (state.provider !== "webgpu") return Object.hasOwn(backends, state.provider) ? state : { ...state, note: "It runs in a browser only." };
      const missing = webGpuMissing();
      return missing === undefined ? { provider: "webgpu", available: true, note: "Where there is an adapter." } : { provider: "webgpu", available: false, note: missing };
    });
  },
  create: async (options: RuntimeOptions = {}) => (await load(options.providers ?? ["wasm"])).create(options),
};

/** TensorFlow.js on the command line: `--runtime tfjs:wasm`, `tfjs:cpu`, `tfjs:webgpu`. Nothing of it is loaded before it is asked for. */
export const tfjsPlugin: Plugin = definePlugin({ name: "@vitrine/runtime-tfjs", register: (registry) => registry.runtime(factory) });

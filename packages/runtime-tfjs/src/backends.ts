import { findBackendFactory } from "@tensorflow/tfjs-core";
import { coreError, type ProviderState } from "@vitrine/core";
import { startBackend } from "./engine.js";
import { tfjsError } from "./errors.js";

/** The backends that this runtime was made for, the fastest that are everywhere first, and what they need. */
const known = {
  wasm: "npm install @tensorflow/tfjs-backend-wasm, and import it once",
  webgl: "npm install @tensorflow/tfjs-backend-webgl, and import it once; it needs a browser with WebGL",
  webgpu: "npm install @tensorflow/tfjs-backend-webgpu, and import it once; it needs a browser with WebGPU",
  cpu: "npm install @tensorflow/tfjs-backend-cpu, and import it once",
} as const;

const backendNames = Object.keys(known);

const howTo = (name: string): string => (Object.hasOwn(known, name) ? `It is not registered: ${known[name as keyof typeof known]}.` : `tfjs has no backend of this name; it has ${backendNames.join(", ")}.`);

/** What a backend that is there may lack. */
const needs: Readonly<Record<string, string>> = { webgl: "WebGL is off or missing here", webgpu: "there is no WebGPU here, or no GPU that it may use" };

export function isRegistered(name: string): boolean {
  return findBackendFactory(name) !== null && findBackendFactory(name) !== undefined;
}

/** What a backend is, for people. */
export function deviceOf(name: string): string {
  return { wasm: "WebAssembly", cpu: "JavaScript", webgl: "WebGL", webgpu: "WebGPU" }[name] ?? name;
}

/** Every backend of tfjs, with how to get those that nobody has registered. */
export function backendStates(): ProviderState[] {
  return backendNames.map((provider) => {
    if (!isRegistered(provider)) return { provider, available: false, note: howTo(provider) };
    return provider === "cpu" ? { provider, available: true, note: "Plain JavaScript: many times slower than wasm, for comparison." } : { provider, available: true };
  });
}

/**
 * Starts the first of `asked` that works. Nothing is registered here: the user imports the backend.
 * @throws `backend-empty`, `provider-unavailable`
 */
export async function chooseBackend(asked: readonly string[]): Promise<{ readonly backend: string; readonly notices: readonly string[] }> {
  if (asked.length === 0) throw tfjsError("backend-empty", {});
  const notices: string[] = [];
  for (const name of asked) {
    if (isRegistered(name) && (await startBackend(name))) return { backend: name, notices: [...notices, ...caveats(name)] };
    notices.push(`The backend ${name} was passed over. ${isRegistered(name) ? `It is registered and does not start${Object.hasOwn(needs, name) ? `: ${needs[name]}` : " here"}.` : howTo(name)}`);
  }
  throw coreError("provider-unavailable", { runtime: "tfjs", asked, states: notices });
}

function caveats(name: string): string[] {
  return name === "cpu" ? ["tfjs runs in plain JavaScript: expect it to be many times slower than wasm."] : [];
}

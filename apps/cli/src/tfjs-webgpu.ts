import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

/** WebGPU for Node and the backend that uses it: together larger than all the rest, and useless without an adapter, so that only who wants them installs them. */
const packages = ["webgpu", "@tensorflow/tfjs-backend-webgpu"] as const;

/** What is missing for `tfjs:webgpu`, and how to get it; undefined where both packages are there. */
export function webGpuMissing(): string | undefined {
  return packages.every((name) => located(name) !== undefined) ? undefined : `In Node it needs two packages: npm install ${packages.join(" ")}`;
}

/** As much of the package `webgpu` (Dawn) as is used. */
interface Dawn {
  create(options: readonly string[]): object;
  readonly globals: object;
}

/** Gives Node what the backend looks for in a browser, `navigator.gpu`, and loads the backend, which registers itself. Does nothing where a package is missing. */
export async function bringWebGpu(): Promise<void> {
  const [dawn, backend] = packages.map(located);
  if (dawn === undefined || backend === undefined) return;
  const here = globalThis as { navigator?: { readonly gpu?: unknown } };
  if (here.navigator?.gpu === undefined) {
    const { create, globals } = (await import(dawn)) as Dawn;
    Object.assign(globalThis, globals);
    const gpu = create([]);
    // Newer Node has a navigator of its own.
    if (here.navigator) Object.defineProperty(here.navigator, "gpu", { value: gpu, configurable: true });
    else Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true, writable: true });
  }
  await import(backend);
}

/** Where a package lies, seen from this one and from the folder that a person is in. */
function located(name: string): string | undefined {
  for (const from of [import.meta.url, path.join(process.cwd(), "here.js")]) {
    try {
      return pathToFileURL(createRequire(from).resolve(name)).href;
    } catch {
      // Not there: the next place may have it.
    }
  }
  return undefined;
}

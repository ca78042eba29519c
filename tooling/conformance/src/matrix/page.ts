import "@tensorflow/tfjs-backend-webgl";
import "@tensorflow/tfjs-backend-webgpu";
import type { Engine } from "@vitrine/core";
import { tfjs } from "@vitrine/runtime-tfjs";
import { engineOn, runNetwork, type Library, type MatrixNetwork, type Outcome } from "./work.js";

// What runs in the browser: it is given networks, fetches their files, and gives the outcomes back.

const library: Library = {
  read: async (path) => {
    const response = await fetch(`/files/${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  },
};

const engines = new Map<string, Engine>();

/** Runs a network on one of tfjs's backends. */
async function runOn(backend: string, network: MatrixNetwork): Promise<Outcome[]> {
  const engine = engines.get(backend) ?? engineOn(tfjs({ backend }));
  engines.set(backend, engine);
  return runNetwork(engine, library, network);
}

declare global {
  interface Window {
    runOn: typeof runOn;
  }
}
window.runOn = runOn;

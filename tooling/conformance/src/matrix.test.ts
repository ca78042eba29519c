import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import type { Engine, RuntimeFactory } from "@vitrine/core";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { tfjs } from "@vitrine/runtime-tfjs";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { MatrixBrowser } from "./matrix/browser.js";
import { conformanceNetworks } from "./matrix/networks.js";
import { withPeers } from "./matrix/peer.js";
import { tfjsModels } from "./matrix/tfjs-models.js";
import { volumeNetwork } from "./matrix/volume.js";
import { matrixTable, type Column } from "./matrix/table.js";
import { engineOn, runNetwork, type Library, type MatrixNetwork, type Outcome } from "./matrix/work.js";
import { ReferenceNetworks } from "./networks.js";
import { describeShared } from "./shared.js";
import { softwareAdapter } from "./software-adapter.js";

declare module "vitest" {
  interface ProvidedContext {
    readonly chromium: { readonly executablePath?: string; readonly args: readonly string[] };
  }
}

/** `VITRINE_MATRIX=full` runs every network on every runtime but tfjs's cpu, which is for comparison; a regular expression runs the networks whose names it matches. */
const asked = process.env["VITRINE_MATRIX"];

interface Place {
  readonly runtime: string;
  /** In Node; in the browser without. */
  readonly factory?: RuntimeFactory;
  /** The networks of the default run. */
  readonly networks: RegExp;
  /** Those of a full one, where not all. */
  readonly full?: RegExp;
  /** A GPU that the processor plays: hundreds of passes of a larger network take minutes. */
  readonly software?: boolean;
}

/** Rows of hundreds of passes, and the networks that a software GPU makes them on. */
const patient = ["occlusion", "feature ablation", "integrated gradients", "smoothgrad"];
const quick = /^ops_(conv1d|reduce)$/u;
const software = process.env["VITRINE_GPU"] !== "hardware";

/** Each operator family, ties of pooling, a recurrent network, attention, an inverted residual; all of TensorFlow.js's. Other suites have the rest on onnxruntime's cpu and on wasm. */
const some = /^(char_lstm_bi|ops_conv1d|ops_pool|ops_reduce|ops_shape|tiny_mobilenet_v3|tiny_vit|vgg_small|tinyvgg|emoji|tomSawyer-20|tiny-volume)$/u;
/** What a software GPU runs in half a minute. */
const few = /^(ops_conv1d|tinyvgg)$/u;

const places: readonly Place[] = [
  { runtime: "onnx cpu", factory: onnxNode(), networks: some },
  { runtime: "onnx webgpu", factory: onnxNode({ providers: ["webgpu"] }), networks: few, software },
  { runtime: "tfjs wasm", factory: tfjs({ backend: "wasm" }), networks: some },
  { runtime: "tfjs cpu", factory: tfjs({ backend: "cpu" }), networks: /^(ops_pool|tinyvgg)$/u, full: /^(ops_.*|tiny_mobilenet_v3|tinyvgg)$/u },
  { runtime: "tfjs webgl", networks: few, software },
  { runtime: "tfjs webgpu", networks: /^(ops_conv1d|tinyvgg|tiny-volume)$/u, software },
];

/** Networks that a runtime refuses, all else it runs. */
const refused: Readonly<Record<string, readonly string[]>> = { "tfjs webgpu": ["tiny-volume"] };

// Without one a runtime says itself why it is not to be had.
softwareAdapter();

describeShared("conformance", "The matrix: methods × formats × runtimes", (at) => {
  const chromium = inject("chromium");
  const columns = new Map<string, Column>();
  let folder: string;
  let networks: MatrixNetwork[];
  let browser: Promise<MatrixBrowser> | undefined;

  const library: Library = {
    read: async (file) => {
      const [where, ...rest] = file.split("/");
      const inside = where === "peer" ? folder : path.dirname(at);
      const found = path.resolve(inside, ...rest);
      if (!found.startsWith(path.resolve(inside) + path.sep)) throw new Error(`${file} leaves its folder`);
      return new Uint8Array(await readFile(found));
    },
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "vitrine-peers-"));
    const chosen = (name: string): boolean => (asked === undefined ? places.some((place) => place.networks.test(name)) : asked === "full" || new RegExp(asked, "u").test(name));
    const engine = engineOn(onnxNode());
    const wanted = [...(await conformanceNetworks(new ReferenceNetworks(at), chosen)), ...(await tfjsModels(engine, path.join(path.dirname(at), "models"), folder, chosen)), ...(await volumeNetwork(folder, chosen))];
    const completed = await withPeers(engine, library, wanted, folder);
    await engine.dispose();
    networks = completed.networks;
    expect(completed.failures).toEqual([]);
  }, 600_000);
  afterAll(async () => {
    await (await browser)?.close();
    await rm(folder, { recursive: true, force: true });
    console.log(matrixTable(places.flatMap(({ runtime }) => columns.get(runtime) ?? [])));
  });

  test.each(places)("$runtime", async ({ runtime, factory, networks: chosen, full = /./u, software }) => {
    const began = performance.now();
    const outcomes: Outcome[] = [];
    const column = (skipped?: string): void => void columns.set(runtime, { runtime, outcomes, seconds: (performance.now() - began) / 1000, ...(skipped !== undefined && { skipped }) });
    const missing = factory === undefined ? (chromium.executablePath === undefined ? "there is no chromium here (Debian: apt-get install chromium)" : undefined) : await whyNot(factory);
    if (missing !== undefined) {
      console.warn(`SKIPPED: ${runtime}. ${missing}`);
      column(missing);
      return;
    }
    const mine = networks.filter(({ name }) => (asked === undefined ? chosen : full).test(name)).map((network) => (software ? { ...network, cases: network.cases.filter((one) => quick.test(network.name) || !patient.includes(one.row)) } : network));
    const engine: Engine | undefined = factory && engineOn(factory);
    for (const network of mine) {
      const found = engine ? await runNetwork(engine, library, network) : await (await (browser ??= MatrixBrowser.open(library, { ...chromium, executablePath: chromium.executablePath! }))).run(runtime.replace("tfjs ", ""), network);
      outcomes.push(...found);
      // A run that takes its time says how far it is.
      if (asked !== undefined) for (const one of found) console.log(["TIME", runtime, network.name, one.name, `${one.milliseconds.toFixed(0)} ms`, one.error?.toExponential(1) ?? one.refused ?? one.failed].join("  "));
      column();
    }
    await engine?.dispose();
    const wrong = outcomes.flatMap(({ network, name, error = 0, where, limit, failed }) => (failed !== undefined ? [`${network} ${name}: ${failed}`] : error <= limit ? [] : [`${network} ${name}: ${error.toExponential(1)} of ${where}, and ${limit.toExponential(1)} is allowed`]));
    expect(wrong).toEqual([]);
    // Neither may anything be refused that was not, nor be run that is said to be refused.
    const refusing = new Set(outcomes.flatMap(({ network, refused: why }) => (why === undefined ? [] : [network])));
    expect([...refusing]).toEqual(mine.map(({ name }) => name).filter((name) => refused[runtime]?.includes(name)));
  }, 3_600_000);
});

/** Why a runtime is not to be had here; undefined where it is. */
async function whyNot(factory: RuntimeFactory): Promise<string | undefined> {
  try {
    await (await factory.create()).dispose();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

import { autodiffPlugin } from "@vitrine/autodiff";
import { createEngine, decodeNpy, isVitrineError, toFloat32, type Engine, type Model, type ModelSource, type ModelSpec, type Report, type RuntimeFactory, type Target, type Tensor } from "@vitrine/core";
import { onnxPlugin } from "@vitrine/format-onnx";
import { tfjsPlugin } from "@vitrine/format-tfjs";
import { imagePlugin } from "@vitrine/image";
import { activationPlugin } from "@vitrine/method-activation";
import { attributionPlugin } from "@vitrine/method-attribution";
import { deconvPlugin } from "@vitrine/method-deconv";
import { occlusionPlugin } from "@vitrine/method-occlusion";
import { weightsPlugin } from "@vitrine/method-weights";
import { relativeL2 } from "@vitrine/testing";

// What is done on every runtime, in Node and in a browser alike: plain data goes in and comes out.

/** Files by their path. */
export interface Library {
  read(path: string): Promise<Uint8Array>;
}

/** Numbers that a run has to give. */
export interface Wanted {
  /** The tensor of the findings, by its key or by the graph value that it is of. */
  readonly key?: string;
  readonly value?: string;
  /** The `.npy` file that holds them; the numbers may be in another shape. */
  readonly file: string;
}

/** One run of a method on a network. */
export interface MatrixCase {
  /** The row of the table. */
  readonly row: string;
  /** What the reference is called where it lies. */
  readonly name: string;
  /** The model file, by its path. */
  readonly model: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Instead of the network's. */
  readonly target?: readonly Target[];
  /** Parameters that are tensors, by their files. */
  readonly tensors?: Readonly<Record<string, string>>;
  readonly wanted: readonly Wanted[];
  /** The largest relative L2 error. */
  readonly limit: number;
}

/** A network with all that is run on it. */
export interface MatrixNetwork {
  readonly name: string;
  readonly format: "onnx" | "tfjs LayersModel" | "tfjs GraphModel";
  readonly spec: ModelSpec;
  /** Input tensors by name, by their files. */
  readonly input: Readonly<Record<string, string>>;
  /** Of each sample; none for its own top class. */
  readonly target: readonly Target[];
  readonly cases: readonly MatrixCase[];
}

export interface Outcome {
  readonly network: string;
  readonly format: MatrixNetwork["format"];
  readonly row: string;
  readonly name: string;
  readonly limit: number;
  readonly milliseconds: number;
  /** The worst relative L2 error of what was wanted, and of what it is. */
  readonly error?: number;
  readonly where?: string;
  /** The runtime said beforehand that it cannot, and why. */
  readonly refused?: string;
  readonly failed?: string;
}

export function engineOn(runtime: RuntimeFactory): Engine {
  return createEngine({ runtime, plugins: [onnxPlugin, tfjsPlugin, imagePlugin, autodiffPlugin, activationPlugin, attributionPlugin, deconvPlugin, occlusionPlugin, weightsPlugin], batch: 16 });
}

function sourceOf(library: Library, path: string): ModelSource {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  return { name: path.slice(folder.length), read: () => library.read(path), sibling: (name) => library.read(folder + name) };
}

const npy = async (library: Library, path: string): Promise<Tensor> => decodeNpy(await library.read(path), path);

async function npys(library: Library, paths: Readonly<Record<string, string>>): Promise<Record<string, Tensor>> {
  return Object.fromEntries(await Promise.all(Object.entries(paths).map(async ([name, path]) => [name, await npy(library, path)] as const)));
}

/** Runs all cases of a network, and gives each report to `see`. Refusals and failures end one case only. */
export async function runNetwork(engine: Engine, library: Library, network: MatrixNetwork, see?: (one: MatrixCase, report: Report) => Promise<void>): Promise<Outcome[]> {
  const models = new Map<string, Promise<Model>>();
  const input = await npys(library, network.input);
  const outcomes: Outcome[] = [];
  for (const one of network.cases) {
    const began = performance.now();
    const outcome = await runCase(one).catch((error: unknown): Pick<Outcome, "refused" | "failed"> => {
      const why = error instanceof Error ? error.message : String(error);
      return isVitrineError(error, "node-unsupported") ? { refused: why } : { failed: isVitrineError(error) ? `${error.code}: ${why}` : why };
    });
    outcomes.push({ network: network.name, format: network.format, row: one.row, name: one.name, limit: one.limit, milliseconds: performance.now() - began, ...outcome });
  }
  for (const model of models.values()) await model.then((opened) => opened.dispose(), () => undefined);
  return outcomes;

  async function runCase(one: MatrixCase): Promise<Pick<Outcome, "error" | "where">> {
    const opening = models.get(one.model) ?? engine.load(sourceOf(library, one.model), { spec: network.spec });
    models.set(one.model, opening);
    const target = one.target ?? network.target;
    const params = { ...one.params, ...(one.tensors && (await npys(library, one.tensors))) };
    const report = await engine.run(one.method, { model: await opening, input, ...(target.length > 0 && { target }), params });
    await see?.(one, report);
    let worst = { error: 0, where: "" };
    for (const wanted of one.wanted) {
      const where = wanted.value ?? wanted.key ?? "";
      const found = wanted.value === undefined ? report.tensors[where] : Object.entries(report.tensors).find(([key, { value }]) => value === wanted.value && key.startsWith("activation/"))?.[1];
      if (!found) throw new Error(`the findings have no ${where}`);
      const [ours, theirs] = [toFloat32(found.tensor), toFloat32(await npy(library, wanted.file))];
      if (ours.length !== theirs.length) throw new Error(`${where} is [${found.tensor.shape.join(", ")}], and has ${theirs.length} numbers in the reference`);
      // A saturated unit: nothing to compare, but for being zero.
      const error = theirs.every((number) => number === 0) ? Math.max(...ours.map(Math.abs)) : relativeL2(ours, theirs);
      if (!(error <= worst.error)) worst = { error, where };
    }
    return worst;
  }
}

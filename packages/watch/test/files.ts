import { createEngine, type Engine, type InputItem, type Model, type ModelSource, type Report } from "@vitrine/core";
import { fromArtifacts, tfjsPlugin } from "@vitrine/format-tfjs";
import { activation } from "@vitrine/method-activation";
import { weights } from "@vitrine/method-weights";
import { tfjs } from "@vitrine/runtime-tfjs";
import { expect } from "vitest";
import type { WatchReports } from "../src/index.js";
import { tf, type tfl } from "./training.js";

/** A model as a file that was saved now. */
export async function saved(model: tfl.LayersModel, name: string): Promise<ModelSource> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(tf.io.withSaveHandler((given) => {
    artifacts = given;
    return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } });
  }));
  return fromArtifacts({ ...artifacts!, weightData: (artifacts!.weightData as ArrayBuffer).slice(0) }, name);
}

/** Saves a model before training and after each epoch: the callback, and the files that it has made. */
export async function saving(model: tfl.LayersModel): Promise<{ readonly files: ModelSource[]; onEpochEnd(epoch: number): Promise<void> }> {
  const files = [await saved(model, `${model.name}-epoch-0.json`)];
  return { files, onEpochEnd: async (epoch) => void files.push(await saved(model, `${model.name}-epoch-${epoch + 1}.json`)) };
}

/** What the methods find by the route of files: all of them read as checkpoints of the last. */
export async function byFiles(files: readonly ModelSource[], probe: Readonly<Record<string, tf.Tensor>>, backend = "wasm"): Promise<WatchReports> {
  const engine: Engine = createEngine({ runtime: tfjs({ backend }), plugins: [tfjsPlugin], batch: 32 });
  try {
    const checkpoints: Model[] = [];
    for (const file of files) checkpoints.push(await engine.load(file));
    const model = checkpoints.at(-1)!;
    const count = Object.values(probe)[0]!.shape[0]!;
    const samples = await Promise.all(Array.from({ length: count }, async (_, i) => Object.fromEntries(await Promise.all(Object.entries(probe).map(async ([name, all]) => {
      const one = tf.slice(all, [i], [1]);
      const data = (await one.data()) as Float32Array;
      one.dispose();
      return [name, { dtype: "float32", shape: one.shape, data: Float32Array.from(data) }] as const;
    })))));
    const against = samples.map((one, i): InputItem => ({ label: `sample ${i}`, open: () => one }));
    return {
      activation: await engine.run(activation, { model, input: samples[0], label: "sample 0", params: { checkpoints, against } }),
      weights: await engine.run(weights, { model, params: { checkpoints } }),
    };
  } finally {
    await engine.dispose();
  }
}

/** The same tensors (differences ≤ `limit` of the larger of 1 and the value), views and facts. Returns the largest difference. */
export function expectSame(ours: Report, theirs: Report, limit = 1e-6): number {
  expect(Object.keys(ours.tensors).sort()).toEqual(Object.keys(theirs.tensors).sort());
  let largest = 0;
  for (const [key, { tensor, meaning }] of Object.entries(theirs.tensors)) {
    const mine = ours.tensors[key]!;
    expect([mine.meaning, mine.tensor.shape, mine.tensor.dtype], key).toEqual([meaning, tensor.shape, tensor.dtype]);
    const [a, b] = [mine.tensor.data as Float32Array, tensor.data as Float32Array];
    const worst = b.reduce((most, value, i) => (Number.isNaN(value) && Number.isNaN(a[i]!) ? most : Math.max(most, Math.abs(a[i]! - value) / Math.max(1, Math.abs(value)))), 0);
    expect(worst, key).toBeLessThan(limit);
    largest = Math.max(largest, worst);
  }
  // Captions name the run that they are of, and texts hold rounded numbers: kinds, titles, tensors.
  const shape = (report: Report) => report.views.map((view) => [view.kind, view.group, view.title, "tensor" in view ? view.tensor : "", "views" in view ? view.views.length : "", "series" in view ? view.series : ""]);
  expect(shape(ours)).toEqual(shape(theirs));
  const { watching: _, checkpoints: mine, ...facts } = ours.facts as Record<string, Record<string, unknown>>;
  const { watching: __, checkpoints, ...others } = theirs.facts as Record<string, Record<string, unknown>>;
  expect(Object.keys(facts).sort()).toEqual(Object.keys(others).sort());
  expect(mine!["at"]).toEqual(checkpoints!["at"]);
  return largest;
}

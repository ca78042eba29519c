import { liveNetwork, type LiveLayersModel } from "@vitrine/format-tfjs";
import { watchError } from "./errors.js";
import { probeOf, type ModelInput, type ProbeInputs } from "./probe.js";
import type { WatchReports } from "./reports.js";
import { Watcher, type Wanted } from "./watcher.js";

/** What is used of a `tf.LayersModel`. */
export interface WatchedModel extends LiveLayersModel {
  readonly inputs: readonly ModelInput[];
}

export interface WatchOptions {
  /** Samples that the network is looked at with, as `model.predict` takes them: some tens, none of which it is trained with. Copied at once. */
  readonly inputs: ProbeInputs;
  /** Layers to watch, by name; all by default. */
  readonly layers?: readonly string[];
  /** Which of the samples pictures are of (default 0, the first). */
  readonly sample?: number;
  /** The share of training's time that watching may take while it goes on (default .08: with what no account sees, such as garbage that is collected later, a tenth). */
  readonly budget?: number;
  /** Bytes of copied weights that may wait to be looked at (default 64 MiB). Two copies are held whatever they take. */
  readonly memory?: number;
  /** The tfjs backend that measures, one that is registered. Default: the one that trains, but wasm, where it is there, instead of cpu. */
  readonly backend?: string;
}

/** Passed to `fit` or `fitDataset` as `callbacks`; afterwards it has the findings. Its functions need no `this`. */
export interface TrainingWatch {
  readonly onTrainBegin: () => Promise<void>;
  readonly onEpochEnd: (epoch: number) => Promise<void>;
  readonly onTrainEnd: () => Promise<void>;
  /**
   * What the methods activation and weights find with `--checkpoints`, where each epoch is one: for a renderer, or to be written.
   * Also during training, and after a `fit` that failed: of what there is until then. What had no time during training is measured now.
   * @throws `watch-nothing` before any training
   */
  findings(): Promise<WatchReports>;
  /** Frees everything. After `findings` and after a `fit` that ended nothing lies on a device, so that this is only for who wants neither. */
  dispose(): Promise<void>;
}

/**
 * Watches a TensorFlow.js model while it is trained: sparsity, dead units and localisation of its layers, statistics of its
 * weights, and chosen pictures of both, before the first epoch and after each.
 *
 * Within `budget`: each state is copied, and measured as soon as training has earned the time; what has to wait is measured by
 * `findings`. Where more would wait than `memory` allows, states go without pictures first and are then left out, the first and the
 * last never; the findings say which.
 *
 * @throws `watch-inputs`, `watch-input-shape`, `watch-option`; `tfjs-live` for what is no model, not built yet or disposed of
 *
 * @example
 * const watch = watchTraining(model, { inputs: probe });
 * await model.fit(xs, ys, { epochs: 20, callbacks: watch });
 * const { activation, weights } = await watch.findings();
 *
 * @example
 * // Beside callbacks of tfjs:
 * callbacks: [new tf.CustomCallback(watch), tf.callbacks.earlyStopping({ patience: 3 })]
 */
export function watchTraining(model: WatchedModel, options: WatchOptions): TrainingWatch {
  const network = liveNetwork(model);
  const given = checked(options);
  const probe = probeOf(options.inputs, model.inputs);
  if (given.sample >= probe.samples) throw watchError("watch-option", { option: "sample", given: given.sample, expected: `a whole number from 0 to ${probe.samples - 1}` });
  const watcher = new Watcher(model, network, probe, given);
  return {
    onTrainBegin: () => watcher.begin(),
    onEpochEnd: (epoch) => watcher.epoch(epoch),
    onTrainEnd: () => watcher.end(),
    findings: () => watcher.findings(),
    dispose: () => watcher.dispose(),
  };
}

function checked({ layers = [], sample = 0, budget = 0.05, memory = 64 * 2 ** 20, backend }: WatchOptions): Wanted {
  const wrong = (option: string, value: unknown, expected: string) => watchError("watch-option", { option, given: value, expected });
  if (!Array.isArray(layers) || layers.some((name) => typeof name !== "string")) throw wrong("layers", layers, "a list of names of layers");
  if (!Number.isInteger(sample) || sample < 0) throw wrong("sample", sample, "a whole number from 0");
  if (typeof budget !== "number" || !(budget >= 0)) throw wrong("budget", budget, "a share of training's time, such as .1,");
  if (typeof memory !== "number" || !(memory >= 0)) throw wrong("memory", memory, "a number of bytes");
  if (backend !== undefined && typeof backend !== "string") throw wrong("backend", backend, "the name of a tfjs backend");
  return { layers, sample, budget, memory, backend };
}

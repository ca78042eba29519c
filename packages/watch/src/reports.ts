import { slice, type Engine, type Fact, type Feeds, type Findings, type InputItem, type Method, type ParameterShape, type Report, type Update } from "@vitrine/core";
import type { LiveNetwork } from "@vitrine/format-tfjs";
import { activation } from "@vitrine/method-activation";
import { weights } from "@vitrine/method-weights";
import type { Probe } from "./probe.js";
import type { Recorder } from "./recorder.js";
import type { Waiting } from "./waiting.js";
import type { Wanted } from "./watcher.js";

/** As `engine.run` gives them: of the last state, with all states before it as checkpoints. */
export interface WatchReports {
  readonly activation: Report;
  /** Undefined where no layer that is watched has weights. */
  readonly weights: Report | undefined;
}

/** What it cost, and what it cost the findings. */
export interface Account {
  readonly budget: number;
  readonly trainingSeconds: number;
  /** While training went on. */
  readonly watchingSeconds: number;
  readonly statesDuringTraining: number;
  /** Epochs that nothing is told of, and those that are not pictured though their turn had come. */
  readonly leftOut: readonly number[];
  readonly withoutPictures: readonly number[];
  readonly backend: string;
}

export interface Recorded {
  readonly engine: Engine;
  readonly recorder: Recorder;
  readonly last: Waiting;
  readonly network: LiveNetwork;
  readonly probe: Probe;
  readonly wanted: Wanted;
}

export async function reportsOf({ engine, recorder, last, network, probe, wanted }: Recorded, account: Account): Promise<WatchReports> {
  const model = recorder.state(last.snapshot, `${network.name.replace(/\.json$/u, "")}-epoch-${last.epoch}`);
  const found = recorder.findings();
  const notices = [...recorder.notFinite.notices(), ...thinned(account), ...recorder.failures.map(({ epoch, why }) => `Epoch ${epoch} could not be measured: ${why}`)];
  const facts = { watching: { ...account, notFinite: recorder.notFinite.broken.map((one) => ({ ...one })) } satisfies Record<string, Fact> };
  // What was not asked for is in no caption.
  const named = (layers: readonly string[]): { readonly layers?: readonly string[] } => (layers.length > 0 ? { layers } : {});
  const input = sampleOf(recorder.feeds, wanted.sample);
  const against = Array.from({ length: probe.samples }, (_, i): InputItem => ({ label: `sample ${i}`, open: () => sampleOf(recorder.feeds, i) }));
  return {
    activation: await engine.run(following(activation, found.activation, facts, notices), { model, input, label: `sample ${wanted.sample}`, params: { ...named(wanted.layers), against } }),
    weights: found.weights && recorder.weightLayers && (await engine.run(following(weights, found.weights, facts, notices), { model, params: named(recorder.weightLayers) })),
  };
}

/** One sample, its batch axis kept: a network in memory counts samples along the first. */
function sampleOf(feeds: Feeds, sample: number): Feeds {
  return Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, slice(feed, feed.shape.map((_, axis) => (axis === 0 ? { start: sample, end: sample + 1 } : null)))]));
}

/** The method, telling of the states before the one that it is run on as if they had been its checkpoints. */
function following<P extends ParameterShape>(method: Method<P>, before: Findings, facts: Readonly<Record<string, Fact>>, notices: readonly string[]): Method<P> {
  return {
    ...method,
    async *run(job: Parameters<Method<P>["run"]>[0]): AsyncGenerator<Update, Findings> {
      const now = yield* method.run(job);
      const all = [...notices, ...(now.notices ?? [])];
      return {
        tensors: { ...now.tensors, ...before.tensors },
        facts: { ...now.facts, ...before.facts, ...facts },
        views: [...now.views, ...before.views],
        ...(all.length > 0 && { notices: all }),
      };
    },
  };
}

function thinned({ budget, leftOut, withoutPictures }: Account): string[] {
  const share = `${Math.round(1000 * budget) / 10} % of training's time`;
  return [
    ...(withoutPictures.length > 0 ? [`The pictures of ${withoutPictures.length === 1 ? "epoch" : "epochs"} ${withoutPictures.join(", ")} were left out: watching was to take ${share}. A larger budget, or fewer inputs or layers, leaves room for them.`] : []),
    ...(leftOut.length > 0 ? [`${leftOut.length === 1 ? "Epoch" : "Epochs"} ${leftOut.join(", ")} ${leftOut.length === 1 ? "was" : "were"} left out: watching was to take ${share}, and what had to wait was more than its memory. A larger budget or memory, or fewer inputs or layers, leaves room for them.`] : []),
  ];
}

import { toFloat32, toNumbers, type Job, type Tensor } from "@vitrine/core";
import type { Measures } from "./measure.js";
import type { OcclusionParameters } from "./parameters.js";
import type { InputPlan, Plan } from "./plan.js";
import { gather, Rows } from "./rows.js";

/** What was measured so far on the parts of one input. Sample after sample, the parts of each row-major. */
export interface Measured {
  readonly scores: Float64Array;
  readonly classes: Int32Array | undefined;
  readonly probabilities: Float32Array | undefined;
  readonly features: Float32Array | undefined;
  /** 1 for parts that were measured on every sample. */
  readonly visited: Uint8Array;
}

/** The input as it is. */
export interface Clean {
  /** [samples] */
  readonly scores: Float64Array;
  readonly classes: readonly number[] | undefined;
  readonly probabilities: Float32Array | undefined;
  /** Per sample: the map with the strongest single activation, and its sum. */
  readonly channels: readonly number[] | undefined;
  readonly features: readonly number[] | undefined;
}

export type SweepJob = Pick<Job<OcclusionParameters>, "model" | "feeds" | "samples" | "run" | "signal" | "batch">;

export async function measureClean(job: SweepJob, measures: Measures): Promise<Clean> {
  const results = await job.run(measures.graph, job.feeds, { batch: job.batch });
  const number = (name: string | undefined): number[] | undefined => (name === undefined ? undefined : toNumbers(results[name]!));
  const { feature } = measures;
  let channels: number[] | undefined;
  let features: number[] | undefined;
  if (feature) {
    const maxima = toFloat32(results[feature.maxima]!);
    const sums = toFloat32(results[feature.sums]!);
    const units = maxima.length / job.samples;
    channels = Array.from({ length: job.samples }, (_, sample) => firstMaximum(maxima.subarray(sample * units, (sample + 1) * units)));
    features = channels.map((channel, sample) => sums[sample * units + channel]!);
  }
  return {
    scores: scoresOf(results[measures.scoreOutput]!, measures),
    classes: number(measures.classOutput),
    probabilities: measures.probabilityOutput === undefined ? undefined : toFloat32(results[measures.probabilityOutput]!),
    channels,
    features,
  };
}

function scoresOf(values: Tensor, measures: Measures): Float64Array {
  const scores = Float64Array.from(toNumbers(values));
  return measures.score === "one-minus-probability" ? scores.map((probability) => 1 - probability) : scores;
}

function firstMaximum(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** Parts in the order in which they are measured, of all inputs together: the coarsest grids of all come first. */
interface Schedule {
  readonly inputs: Uint16Array;
  readonly parts: Int32Array;
  /** Counts at which the grids of a level are complete. */
  readonly complete: ReadonlySet<number>;
}

export function scheduleOf(inputs: readonly InputPlan[]): Schedule {
  const count = inputs.reduce((sum, { parts }) => sum + parts.count, 0);
  const schedule = { inputs: new Uint16Array(count), parts: new Int32Array(count) };
  const levels = Math.max(...inputs.map(({ order }) => order.complete.length));
  const complete = new Set<number>();
  let at = 0;
  for (let level = 0; level < levels; level++) {
    inputs.forEach(({ order }, index) => {
      // Inputs with fewer grids join at the end, where all become fine.
      const own = level - (levels - order.complete.length);
      if (own < 0) return;
      const from = own === 0 ? 0 : order.complete[own - 1]!;
      const to = order.complete[own]!;
      schedule.parts.set(order.order.subarray(from, to), at);
      schedule.inputs.fill(index, at, at + to - from);
      at += to - from;
    });
    complete.add(at);
  }
  return { ...schedule, complete };
}

export interface SweepState {
  readonly measured: readonly Measured[];
  /** Occluded inputs that were run, and how many there are: parts × samples. */
  readonly done: number;
  readonly total: number;
  /** True when a whole grid has just been completed. */
  readonly completedGrid: boolean;
  /** Seconds spent in calls of the runtime. */
  readonly runtimeSeconds: number;
}

/** One runtime batch for a block of samples: its rows are made once and used for all its calls. */
interface Batch {
  /** The sample of each row. */
  readonly samples: readonly number[];
  readonly rows: ReadonlyMap<string, Rows>;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/**
 * Hides part after part, runs, and writes down what was measured. Yields after every runtime call.
 * Memory: one runtime batch of inputs (all samples, where they are more), and a few numbers per part.
 */
export async function* sweep(job: SweepJob, plan: Plan, measures: Measures, clean: Clean): AsyncGenerator<SweepState> {
  const { samples } = job;
  const schedule = scheduleOf(plan.inputs);
  const measured = plan.inputs.map(({ parts }) => emptyMeasured(parts.count, samples, measures));
  const blockSize = Math.min(samples, plan.capacity);
  const partsPerCall = Math.max(1, Math.floor(plan.capacity / blockSize));
  const blocks = Array.from({ length: Math.ceil(samples / blockSize) }, (_, i) => range(i * blockSize, Math.min(samples, (i + 1) * blockSize)));
  const batches = new Map<string, Batch>();
  const total = schedule.parts.length * samples;
  let done = 0;
  let runtimeSeconds = 0;

  for (let start = 0; start < schedule.parts.length; start += partsPerCall) {
    const parts = Math.min(partsPerCall, schedule.parts.length - start);
    let completedGrid = false;
    for (const [index, block] of blocks.entries()) {
      const used = parts * block.length;
      const key = `${index} ${used}`;
      let batch = batches.get(key);
      if (!batch) {
        // A batch of another size is the last call's: what the others used is not needed again.
        if (blocks.length === 1) batches.clear();
        batches.set(key, (batch = makeBatch(job, plan, measures, block, used)));
      }
      for (let row = 0; row < used; row++) {
        const at = start + Math.floor(row / block.length);
        const input = plan.inputs[schedule.inputs[at]!]!;
        for (const other of plan.inputs) if (other !== input) batch.rows.get(other.name)!.show(row);
        batch.rows.get(input.name)!.hide(row, input.parts, schedule.parts[at]!, input.filled);
      }
      const began = performance.now();
      const results = await job.run(measures.graph, batch.feeds, { batch: batch.samples.length });
      runtimeSeconds += (performance.now() - began) / 1000;
      write(results, measures, clean, (row) => {
        const at = start + Math.floor(row / block.length);
        const input = schedule.inputs[at]!;
        return { into: measured[input]!, at: batch.samples[row]! * plan.inputs[input]!.parts.count + schedule.parts[at]! };
      }, used);
      done += used;
      if (index === blocks.length - 1) {
        for (let at = start; at < start + parts; at++) {
          measured[schedule.inputs[at]!]!.visited[schedule.parts[at]!] = 1;
          completedGrid ||= schedule.complete.has(at + 1);
        }
      }
      yield { measured, done, total, completedGrid, runtimeSeconds };
    }
  }
}

const range = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, i) => start + i);

function emptyMeasured(parts: number, samples: number, measures: Measures): Measured {
  const count = parts * samples;
  return {
    scores: new Float64Array(count),
    classes: measures.classOutput === undefined ? undefined : new Int32Array(count),
    probabilities: measures.probabilityOutput === undefined ? undefined : new Float32Array(count),
    features: measures.feature ? new Float32Array(count) : undefined,
    visited: new Uint8Array(parts),
  };
}

function makeBatch(job: SweepJob, plan: Plan, measures: Measures, block: readonly number[], used: number): Batch {
  // A model of a fixed batch gets that many rows; what the last call has too many repeats its last sample.
  const count = job.model.batch.fixed === undefined ? used : plan.capacity;
  const samples = range(0, count).map((row) => block[Math.min(row, used - 1) % block.length]!);
  const rows = new Map<string, Rows>();
  const feeds: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(job.feeds)) {
    const axis = job.model.batch.axes[name];
    if (plan.inputs.some((input) => input.name === name)) {
      const own = new Rows(tensor, axis, axis === undefined ? [0] : samples);
      rows.set(name, own);
      feeds[name] = own.tensor;
    } else feeds[name] = gather(tensor, axis, samples);
  }
  for (const [name, tensor] of Object.entries(measures.target.feeds)) feeds[name] = gather(tensor, 0, samples);
  return { samples, rows, feeds };
}

type Place = (row: number) => { readonly into: Measured; readonly at: number };

function write(results: Readonly<Record<string, Tensor>>, measures: Measures, clean: Clean, place: Place, used: number): void {
  const scores = scoresOf(results[measures.scoreOutput]!, measures);
  const classes = measures.classOutput === undefined ? undefined : results[measures.classOutput]!.data;
  const probabilities = measures.probabilityOutput === undefined ? undefined : toFloat32(results[measures.probabilityOutput]!);
  const sums = measures.feature && toFloat32(results[measures.feature.sums]!);
  const samples = clean.scores.length;
  for (let row = 0; row < used; row++) {
    const { into, at } = place(row);
    into.scores[at] = scores[row]!;
    if (classes) into.classes![at] = Number(classes[row]);
    if (probabilities) into.probabilities![at] = probabilities[row]!;
    if (sums) {
      const units = sums.length / scores.length;
      const sample = Math.floor(at / (into.scores.length / samples));
      into.features![at] = sums[row * units + clean.channels![sample]!]!;
    }
  }
}

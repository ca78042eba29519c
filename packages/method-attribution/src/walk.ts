import { cast, concat, float32, GraphBuilder, sizeOf, take, toFloat32, type Explained, type Feeds, type GradientGraph, type NumericDType, type Tensor } from "@vitrine/core";
import type { Movable } from "./movable.js";

/** Where the gradients of a walk are taken. */
export interface Walk {
  readonly samples: number;
  /** How many for each sample. */
  readonly points: number;
  /** Writes the values of one sample at a point, without the batch. Asked for point after point, and in each for sample after sample. */
  place(each: Explained, sample: number, point: number, into: Float32Array): void;
  /** Gets the gradient there. */
  use(each: Explained, sample: number, point: number, gradient: Float32Array): void;
}

/** Takes gradients at many points, as many at once as fit into a batch. Yields how many are done. */
export async function* walk({ at }: Movable, graph: GradientGraph, { samples, points, place, use }: Walk): AsyncGenerator<number> {
  const total = samples * points;
  for (let start = 0; start < total; start += graph.size) {
    const rows = Array.from({ length: Math.min(graph.size, total - start) }, (_, i) => start + i);
    const inputs: Record<string, Tensor> = {};
    for (const each of graph.wrt) {
      const { dtype } = at.get(each.value)!;
      const shape = oneSample(each);
      const size = sizeOf(shape);
      const all = new Float32Array(rows.length * size);
      const part = (i: number): Float32Array => all.subarray(i * size, (i + 1) * size);
      rows.forEach((row, i) => {
        place(each, row % samples, Math.floor(row / samples), part(i));
      });
      // Rows one after the other are the tensor itself where the batch comes first.
      const placed = leads(each) ? float32([rows.length, ...shape.slice(1)], all) : concat(rows.map((_, i) => float32(shape, part(i))), each.batchAxis ?? 0);
      inputs[each.value] = cast(placed, dtype as NumericDType) as Tensor;
    }
    const { gradients } = await graph.run(rows.map((row) => row % samples), inputs);
    for (const each of graph.wrt) {
      const gradient = gradients.get(each.value)!;
      const size = sizeOf(oneSample(each));
      const whole = leads(each) || each.batchAxis === undefined ? toFloat32(gradient) : undefined;
      rows.forEach((row, i) => {
        use(each, row % samples, Math.floor(row / samples), whole ? whole.subarray(i * size, (i + 1) * size) : toFloat32(take(gradient, each.batchAxis!, [i])));
      });
    }
    yield start + rows.length;
  }
}

/** Whether samples lie one after the other. */
const leads = ({ batchAxis }: Explained): boolean => batchAxis === 0;

const oneSample = ({ shape, batchAxis }: Explained): number[] => shape.map((dim, axis) => (axis === batchAxis ? 1 : dim));

/** The values of each sample, without the batch. */
export function samplesOf(values: Tensor, { batchAxis }: Explained, samples: number): Float32Array[] {
  return Array.from({ length: samples }, (_, sample) => toFloat32(batchAxis === undefined ? values : take(values, batchAxis, [sample])));
}

/** The inverse: one tensor of all samples' values. */
export function joined(each: Explained, values: readonly ArrayLike<number>[]): Tensor<"float32"> {
  const shape = oneSample(each);
  return concat(values.map((one) => float32(shape, one)), each.batchAxis ?? 0) as Tensor<"float32">;
}

/** Running sums of every sample and explained value, by graph value. */
export function zeroSums(wrt: readonly Explained[], samples: number): ReadonlyMap<string, Float64Array[]> {
  return new Map(wrt.map((each) => [each.value, Array.from({ length: samples }, () => new Float64Array(sizeOf(oneSample(each))))]));
}

/** The score of every sample with these values in place of its own: forward only, so nothing has to be differentiable there. */
export async function scoresAt({ job }: Movable, { graph, target, size }: GradientGraph, values: ReadonlyMap<string, Tensor>): Promise<Float32Array> {
  const forward = new GraphBuilder(graph).build({ outputs: [target.score] });
  const all: Feeds = { ...job.feeds, ...Object.fromEntries(values) };
  const scores: number[] = [];
  for (let start = 0; start < job.samples; start += size) {
    const count = Math.min(size, job.samples - start);
    const rows = Array.from({ length: size }, (_, i) => start + Math.min(i, count - 1));
    const feeds: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(all)) {
      const axis = job.model.batch.axes[name];
      feeds[name] = axis === undefined ? tensor : take(tensor, axis, rows);
    }
    for (const [name, tensor] of Object.entries(target.feeds)) feeds[name] = take(tensor, 0, rows);
    const results = await job.run(forward, feeds);
    scores.push(...toFloat32(results[forward.outputs[0]!.name]!).slice(0, count));
  }
  return Float32Array.from(scores);
}

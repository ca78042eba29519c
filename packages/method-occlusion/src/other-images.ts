import { GraphBuilder, inputItem, sampleCount, take, toFloat32, type Feeds, type Graph, type Job, type Tensor } from "@vitrine/core";
import { unitMaxima, type FeatureMeasure } from "./measure.js";
import type { OcclusionParameters } from "./parameters.js";

/** So many others are shown: Zeiler & Fergus show three. */
const shown = 3;

/** An image of a set. */
export interface OtherImage {
  readonly label: string;
  /** The strongest single activation of the map there. */
  readonly activation: number;
  readonly feeds: Feeds;
}

type SetJob = Pick<Job<OcclusionParameters>, "model" | "inputs" | "feeds" | "samples" | "batch" | "params" | "prepare" | "run">;

/**
 * For each map those of the other images on which its strongest activation is largest, strongest first: among the further
 * images that are given, and the other samples of the input. Images are read one after the other, and only the best are kept.
 * @param units the map of each sample
 */
export async function strongestOthers(job: SetJob, feature: FeatureMeasure, units: readonly number[]): Promise<readonly (readonly OtherImage[])[]> {
  const best: OtherImage[][] = units.map(() => []);
  const images = job.params.images ?? [];
  if (images.length === 0 && job.samples < 2) return best;
  const graph = maximaGraph(job, feature);
  const offer = async (feeds: Feeds, samples: number, labelOf: (sample: number) => string, isOwn: boolean): Promise<void> => {
    const maxima = toFloat32((await job.run(graph, feeds, { batch: job.batch }))[graph.outputs[0]!.name]!);
    const count = maxima.length / samples;
    units.forEach((unit, own) => {
      for (let sample = 0; sample < samples; sample++) {
        const activation = maxima[sample * count + unit]!;
        if ((isOwn ? sample === own : isSame(job, feeds, sample, own)) || !(activation > (best[own]!.length < shown ? 0 : best[own]!.at(-1)!.activation))) continue;
        best[own]!.push({ label: labelOf(sample), activation, feeds: oneOf(job, feeds, sample) });
        best[own]!.sort((a, b) => b.activation - a.activation);
        best[own]!.length = Math.min(shown, best[own]!.length);
      }
    });
  };
  if (job.samples > 1) await offer(job.feeds, job.samples, (sample) => `sample ${sample}`, true);
  for (const [i, entry] of images.entries()) {
    const item = inputItem(entry, i);
    const inputs = job.prepare(await item.open(), item.label);
    const samples = sampleCount(inputs, job.model.batch);
    await offer(Object.fromEntries(Object.entries(inputs).map(([name, { tensor }]) => [name, tensor])), samples, (sample) => (samples === 1 ? item.label : `${item.label} ${sample}`), false);
  }
  return best;
}

function maximaGraph({ model }: SetJob, { layer }: FeatureMeasure): Graph {
  const builder = new GraphBuilder(model.graph);
  return builder.build({ outputs: [unitMaxima(builder, layer)] });
}

/** Whether an image of the set is the sample itself, as where both stand in one folder. */
function isSame({ model, feeds: all }: SetJob, feeds: Feeds, sample: number, own: number): boolean {
  const [theirs, ours] = [oneOf({ model }, feeds, sample), oneOf({ model }, all, own)];
  return Object.keys(ours).every((name) => {
    const [a, b] = [theirs[name]!.data, ours[name]!.data];
    return a.length === b.length && a.every((value: unknown, i: number) => value === b[i]);
  });
}

function oneOf({ model }: Pick<SetJob, "model">, feeds: Feeds, sample: number): Feeds {
  return Object.fromEntries(Object.entries(feeds).map(([name, tensor]): [string, Tensor] => {
    const axis = model.batch.axes[name];
    return [name, axis === undefined ? tensor : take(tensor, axis, [sample])];
  }));
}

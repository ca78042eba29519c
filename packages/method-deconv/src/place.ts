import { explainedValues, layerAxes, layerExtent, receptiveBox, take, toFloat32, unravelIndex, type Explained, type InputBox, type Job, type Layer, type Target, type Tensor } from "@vitrine/core";

/** A unit that a target looks at in one place. */
interface WatchedUnit {
  readonly layer: Layer;
  readonly unit: number;
  /** Undefined: where it is strongest. */
  readonly position: readonly number[] | undefined;
}

/** The units that targets look at in one place of a layer, one for each sample that has such a target. */
export interface Watched {
  readonly units: readonly (WatchedUnit | undefined)[];
  /** The layers to be read to know where a unit is strongest. */
  readonly read: readonly Explained[];
}

type WatchingJob = Pick<Job, "model" | "feeds" | "inputs" | "samples" | "targets">;

/** What the job's targets look at in one place. */
export async function watchedUnits(job: WatchingJob): Promise<Watched> {
  const targets = Array.isArray(job.targets) ? (job.targets as readonly Target[]) : [job.targets as Target];
  const units: (WatchedUnit | undefined)[] = [];
  const read = new Map<string, Explained>();
  for (let sample = 0; sample < job.samples; sample++) {
    const target = targets[targets.length === 1 ? 0 : sample];
    const unit = target && (await watchedUnit(job, target));
    units.push(unit);
    if (unit && !unit.position && layerAxes(unit.layer).batch !== undefined) for (const each of await explainedValues(job, unit.layer.value)) read.set(each.value, each);
  }
  return { units, read: [...read.values()] };
}

async function watchedUnit({ model, feeds }: WatchingJob, target: Target): Promise<WatchedUnit | undefined> {
  if (target.kind === "channel-max" || (target.kind === "unit" && target.position)) {
    const layer = await model.layer(target.layer, feeds);
    return layer.spatialAxes.length === 0 ? undefined : { layer, unit: target.unit, position: target.kind === "unit" ? target.position : undefined };
  }
  if (target.kind !== "value") return undefined;
  // A slice of one element is a unit in one place, too.
  const layer = await model.layer(target.name, feeds).catch(() => undefined);
  if (layer?.unitAxis === undefined || layer.spatialAxes.length === 0) return undefined;
  const at = (axis: number): number | null => {
    const index = target.index[axis] ?? null;
    return index !== null && index < 0 ? index + layer.shape[axis]! : index;
  };
  const [unit, position] = [at(layer.unitAxis), layer.spatialAxes.map(at)];
  return unit === null || position.includes(null) ? undefined : { layer, unit, position: position as number[] };
}

/** Where a unit is looked at, one number per position axis. */
export interface Place {
  readonly layer: Layer;
  readonly unit: number;
  readonly position: readonly number[];
  /** Whether that is where the unit is strongest. */
  readonly strongest: boolean;
}

/** The place of a sample's unit. @param values of `read`, by graph value */
export function placeOf({ units }: Watched, values: ReadonlyMap<string, Tensor>, sample: number): Place | undefined {
  const watched = units[sample];
  if (!watched) return undefined;
  const { layer, unit, position } = watched;
  if (position) return { layer, unit, position, strongest: false };
  const whole = values.get(layer.value);
  if (!whole) return undefined;
  const own = take(whole, layer.batchAxis, [sample]);
  const map = toFloat32(layer.unitAxis === undefined ? own : take(own, layer.unitAxis, [unit]));
  // The first of equal ones, as the target itself has it.
  const strongest = map.reduce((best, value, at) => (value > map[best]! ? at : best), 0);
  return { layer, unit, position: unravelIndex(strongest, layerExtent(layer)), strongest: true };
}

/** Beyond this share of the input's rows or columns enlarging shows nothing that the whole does not. */
const mostShare = 2 / 3;
/** Input positions around the receptive field: an eighth of it, but these at least. */
const leastMargin = 4;

/** A part of a picture that is drawn enlarged. */
export interface Crop {
  /** What the unit sees, and what is drawn: that with a margin. In the input's rows and columns. */
  readonly field: InputBox;
  readonly drawn: InputBox;
  /** The share of Σ |projection| that lies in the field; less than 1 where a unit is also reached from everywhere (squeeze and excitation). */
  readonly share: number;
}

/** What to enlarge of a projection from one place onto a picture; undefined where the receptive field is not known, or is most of the picture. */
export function cropOf({ layer, position }: Place, explained: Explained, gradient: Tensor, sample: number): Crop | undefined {
  const field = layer.receptiveField;
  if (!field || field.input !== explained.value || field.size.length !== 2 || position.length !== 2 || explained.spatialAxes.length !== 2) return undefined;
  const extent = explained.spatialAxes.map((axis) => explained.shape[axis]!);
  const box = receptiveBox(field, position, extent);
  if (box.size.includes(0) || box.size.some((size, i) => size > mostShare * extent[i]!)) return undefined;
  const margin = box.size.map((size) => Math.max(leastMargin, Math.ceil(size / 8)));
  const start = box.start.map((first, i) => Math.max(0, first - margin[i]!));
  const drawn: InputBox = { start, size: box.size.map((size, i) => Math.min(extent[i]!, box.start[i]! + size + margin[i]!) - start[i]!) };
  const share = shareWithin(gradient, explained, sample, box);
  return share < leastInside ? undefined : { field: box, drawn, share };
}

/** Where more than half of a projection lies elsewhere, a part of the picture would mislead. */
const leastInside = 0.5;

/** Σ |g| within a box of rows and columns, over that of all. 1 where all is zero. */
function shareWithin(gradient: Tensor, { batchAxis, spatialAxes }: Explained, sample: number, { start, size }: InputBox): number {
  const total = (values: Tensor): number => toFloat32(values).reduce((sum, value) => sum + Math.abs(value), 0);
  const own = batchAxis === undefined ? gradient : take(gradient, batchAxis, [sample]);
  const inside = spatialAxes.reduce((part, axis, i) => take(part, axis, Array.from({ length: size[i]! }, (_, at) => start[i]! + at)), own);
  const all = total(own);
  return all === 0 ? 1 : total(inside) / all;
}

/** A part of a picture [rows, columns, 3]. */
export function cropped(picture: Tensor<"uint8">, { start, size }: InputBox): Tensor<"uint8"> {
  return [0, 1].reduce<Tensor<"uint8">>((part, axis) => take(part, axis, Array.from({ length: size[axis]! }, (_, at) => start[axis]! + at)) as Tensor<"uint8">, picture);
}

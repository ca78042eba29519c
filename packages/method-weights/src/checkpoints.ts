import { checkpointAxis, countOf, float32, orNull, type CurveView, type Fact, type Findings, type FindingTensor, type Job, type Model, type View } from "@vitrine/core";
import { banksOf, filterOf, type FilterBank } from "./bank.js";
import { blockOf } from "./analysis.js";
import { colourPicture, filterCells, rangeOf } from "./cells.js";
import { weightsError } from "./errors.js";
import type { FilterViewOptions } from "./filter-views.js";
import { foldBatchNorm } from "./fold.js";
import { montage, pictureMontage } from "./montage.js";
import { modelParameters, type ModelParameter } from "./parameters.js";
import { norm, statisticsOf } from "./statistics.js";
import { meanOf } from "./statistics-views.js";
import { by, keyOf, titled } from "./words.js";

/** One bank of filters that is followed over training. */
export interface Followed {
  readonly parameter: ModelParameter;
  readonly bank: FilterBank;
  /** Whether its filters are over pixels. */
  readonly first: boolean;
}

export interface CheckpointOptions extends FilterViewOptions {
  readonly fold: boolean;
  readonly nearZero: number;
}

const measures = ["std", "l2", "nearZero"] as const;
type Measures = Readonly<Record<(typeof measures)[number], number>>;

const curves: Readonly<Record<(typeof measures)[number], { readonly key: string; readonly title: string; readonly yAxis: string; readonly meaning: string; readonly caption: string }>> = {
  std: { key: "std", title: "How widely the weights spread", yAxis: "standard deviation", meaning: "standard deviation of the weights at each checkpoint", caption: "A layer whose curve stays flat has hardly changed." },
  l2: { key: "mean-l2", title: "How large the filters grew", yAxis: "mean L2 of a filter", meaning: "mean L2 norm of the filters at each checkpoint", caption: "Weight decay pulls filters down; filters that nothing uses go with it." },
  nearZero: { key: "near-zero", title: "How many weights are near zero", yAxis: "share near zero", meaning: "share of weights near zero at each checkpoint", caption: "Near zero is measured against each checkpoint's own largest weight." },
};

/** Pictures of how many layers, at how many checkpoints, and of how many filters. */
const mostPictured = 4;
export const mostSteps = 8;
const mostTiles = 64;

function isModel(value: unknown): value is Model {
  return typeof value === "object" && value !== null && "graph" in value && "run" in value && "layer" in value;
}

/** The models among the values of `--checkpoints`. @throws `checkpoint-kind`, `checkpoints-empty` */
export function checkpointModels(values: readonly unknown[]): readonly Model[] {
  if (values.length === 0) throw weightsError("checkpoints-empty", {});
  return values.map((value, index) => {
    if (!isModel(value)) throw weightsError("checkpoint-kind", { index });
    return value;
  });
}

/** A network, as much of it as its weights need. */
export type WeightsModel = Pick<Model, "graph" | "file">;

/** The same banks in another state of the network. @throws `checkpoint-parameter`, `checkpoint-shape` */
export function banksIn(checkpoint: WeightsModel, model: Pick<Model, "file">, followed: readonly Followed[], fold: boolean): readonly FilterBank[] {
  const all = modelParameters(checkpoint.graph);
  const parameters = fold ? foldBatchNorm(checkpoint.graph, all).parameters : all;
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  return followed.map(({ parameter, bank }) => {
    const same = byName.get(parameter.name);
    if (!same) throw weightsError("checkpoint-parameter", { checkpoint: checkpoint.file.name, parameter: parameter.name, model: model.file.name, known: [...byName.keys()] });
    if (String(same.tensor.shape) !== String(parameter.tensor.shape)) {
      throw weightsError("checkpoint-shape", { checkpoint: checkpoint.file.name, parameter: parameter.name, shape: same.tensor.shape, expected: parameter.tensor.shape });
    }
    return banksOf(same).find(({ block }) => block === bank.block)!;
  });
}

/** Curves over checkpoints, and the filters at each of them side by side. Yields how many were read. */
export function* followCheckpoints(job: Pick<Job, "model">, models: readonly Model[], followed: readonly Followed[], options: CheckpointOptions): Generator<number, Findings> {
  // All are checked before any is measured.
  const banks = models.map((checkpoint) => banksIn(checkpoint, job.model, followed, options.fold));
  const states: FollowedState[] = [];
  for (const [at, checkpoint] of models.entries()) {
    states.push({ name: checkpoint.file.name, measures: banks[at]!.map((bank) => measure(bank, options.nearZero)), banks: banks[at] });
    yield at + 1;
  }
  return followedFindings(states, followed, options);
}

/** What is told of one state of a network. */
export interface FollowedState {
  /** Says when it was: `epoch-08`. */
  readonly name: string;
  /** One per bank that is followed. */
  readonly measures: readonly Measures[];
  /** The same banks; undefined where this state is not pictured, and only those that are needed where they are. */
  readonly banks: readonly (FilterBank | undefined)[] | undefined;
}

/** Curves over states of a network, in any order, and the filters side by side at as many of those that have them as are shown. */
export function followedFindings(states: readonly FollowedState[], followed: readonly Followed[], options: Pick<CheckpointOptions, "symmetric" | "rgb">): Findings {
  const names = states.map(({ name }) => name);
  const axis = checkpointAxis(names);
  const group = "Over training";
  const ordered = <T>(values: readonly T[]): T[] => axis.order.map((i) => values[i]!);
  const measured = (i: number): readonly Measures[] => states.map(({ measures }) => measures[i]!);
  const tensors: Record<string, FindingTensor> = {
    checkpoints: { tensor: float32([states.length], ordered(axis.values)), axes: ["checkpoint"], meaning: `${axis.title} of each checkpoint` },
  };
  const views: View[] = measures.map((name): CurveView => {
    const { key, title, yAxis, meaning, caption } = curves[name];
    const series = followed.map(({ parameter, bank }, i) => {
      const y = keyOf(key, parameter.name, bank.block);
      tensors[y] = { tensor: float32([states.length], ordered(measured(i).map((one) => one[name]))), axes: ["checkpoint"], meaning };
      return { x: "checkpoints", y, label: titled(parameter.name, bank.block) };
    });
    return { kind: "curve", group, title, yAxis, xAxis: axis.title, caption: `${caption} ${countOf(states.length, "checkpoint")}.`, series, ...(name === "nearZero" && { yRange: [0, 1] as const }) };
  });
  const steps = evenly(axis.order.filter((at) => states[at]!.banks), mostSteps);
  for (const [i, { parameter, bank, first }] of pictured(followed)) {
    const panels = steps.map((at) => panel(parameter, states[at]!.banks![i]!, `${axis.title} ${axis.values[at]!}`, String(axis.values[at]!), options, first, tensors));
    if (panels.length === 0) continue;
    views.push({
      kind: "side-by-side", group, title: `The filters of ${titled(parameter.layer, bank.block)} over training`, views: panels,
      caption: `${bank.filters > mostTiles ? `The first ${mostTiles} of ` : ""}${countOf(bank.filters, "filter")} of ${by(bank.kernel)}, in rows from 0${steps.length < states.length ? `; ${steps.length} of ${states.length} checkpoints` : ""}.`,
    });
  }
  const facts: Record<string, Fact> = {
    checkpoints: {
      axis: axis.title, files: ordered(names), at: ordered(axis.values),
      weights: followed.map(({ parameter, bank }, i): Fact => ({
        parameter: parameter.name, block: bank.block,
        std: ordered(measured(i).map((one) => orNull(one.std))), meanL2: ordered(measured(i).map((one) => orNull(one.l2))), nearZero: ordered(measured(i).map((one) => orNull(one.nearZero))),
      })),
    },
  };
  return { tensors, facts, views };
}

export function measure(bank: FilterBank, nearZero: number): Measures {
  const { std, nearZero: share } = statisticsOf(blockOf(bank), nearZero);
  return { std, nearZero: share, l2: meanOf(Array.from({ length: bank.filters }, (_, f) => norm(filterOf(bank, f)))) };
}

/** Convolutions with an extent, those over pixels first. */
export function pictured(followed: readonly Followed[]): (readonly [number, Followed])[] {
  const spatial = [...followed.entries()].filter(([, { bank }]) => bank.kernel.reduce((a, b) => a * b, 1) > 1);
  const first = spatial.filter(([, one]) => one.first);
  return (first.length > 0 ? first : spatial).slice(0, mostPictured);
}

/** At most `most` of them, the first and the last among these. */
export function evenly(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))]!);
}

function panel(parameter: ModelParameter, bank: FilterBank, title: string, at: string, options: Pick<FilterViewOptions, "symmetric" | "rgb">, first: boolean, tensors: Record<string, FindingTensor>): View {
  const key = keyOf(`checkpoint-${at}`, parameter.name, bank.block);
  const filters = Math.min(mostTiles, bank.filters);
  if (first && bank.slices === 3) {
    const scale = { symmetric: options.symmetric ?? false, over: "filter", rgb: options.rgb } as const;
    const pictures = Array.from({ length: filters }, (_, f) => colourPicture(bank, f, scale, rangeOf(bank, f)));
    tensors[key] = { tensor: pictureMontage(pictures), axes: ["row", "column", "colour"], meaning: `filters as colours, each on its own scale, at ${title}` };
    return { kind: "image", title, tensor: key };
  }
  tensors[key] = { tensor: montage(filterCells(bank, filters).tensor), axes: ["row", "column"], meaning: `filters as maps, zeros between them, at ${title}` };
  return { kind: "heatmap", title, tensor: key, colours: "signed", unit: "weight" };
}

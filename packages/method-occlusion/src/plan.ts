import {
  cast, coreError, fillTensor, inputAxes, isFloat, valueFor,
  type Fill, type Job, type NumericDType, type PreparedInput, type Tensor,
} from "@vitrine/core";
import { occlusionError } from "./errors.js";
import { groupsOf, type Groups } from "./groups.js";
import { coarseToFine, type CoarseToFine } from "./order.js";
import { isFill, isNumbers, isTensor, type OcclusionParameters } from "./parameters.js";
import { groupParts, sampleShape, windowParts, type Parts, type SampleShape } from "./parts.js";
import { presets, type Preset } from "./presets.js";
import { windowGrid, type WindowGrid } from "./windows.js";

/** What is hidden in one input, and with what. */
export interface InputPlan {
  readonly name: string;
  readonly prepared: PreparedInput;
  readonly batchAxis: number | undefined;
  readonly sample: SampleShape;
  /** Which axes of the sample are places (rows, columns, steps), the others being channels. */
  readonly places: readonly number[];
  readonly parts: Parts;
  readonly order: CoarseToFine;
  readonly fill: Fill;
  /** What stands in, of the input's shape and type. */
  readonly filled: Tensor;
  /** One of them. */
  readonly grid: WindowGrid | undefined;
  readonly groups: Groups | undefined;
}

export interface Plan {
  readonly preset: Preset;
  readonly inputs: readonly InputPlan[];
  /** Samples of one runtime call. */
  readonly capacity: number;
  readonly notices: readonly string[];
}

type PlanJob = Pick<Job<OcclusionParameters>, "model" | "inputs" | "params" | "samples" | "batch">;

/** Decides what is hidden, in which order, and with what. @throws what is wrong with a window, stride, mask or fill */
export function planOf(job: PlanJob): Plan {
  const { params, model } = job;
  const preset = presets[params.preset ?? "captum"];
  const notices: string[] = [];
  const inputs = chosenInputs(job, notices).map((prepared) => planInput(job, prepared, preset, notices));
  const shared = inputs.find((input) => input.batchAxis === undefined);
  if (shared && job.samples > 1) throw occlusionError("input-shared", { input: shared.name, samples: job.samples });
  return { preset, inputs, capacity: shared ? 1 : (model.batch.fixed ?? Math.max(1, job.batch)), notices };
}

/** Those whose window or mask is named, else every one for which something can stand in. */
function chosenInputs({ inputs, model, params }: PlanJob, notices: string[]): PreparedInput[] {
  const all = model.inputs.map(({ name }) => inputs[name]!);
  const names = (given: object | undefined, isOne: boolean): string[] => (given === undefined || isOne ? [] : Object.keys(given));
  const window = names(params.window, params.window !== undefined && isNumbers(params.window));
  const mask = names(params.mask, params.mask !== undefined && isTensor(params.mask));
  const stride = names(params.stride, params.stride !== undefined && isNumbers(params.stride));
  const baseline = names(params.baseline, params.baseline !== undefined && isFill(params.baseline));
  for (const name of [...window, ...mask, ...stride, ...baseline]) {
    if (!(name in inputs)) throw coreError("input-unknown", { input: name, known: all.map((input) => input.name) });
  }
  const named = new Set([...window, ...mask]);
  const wanted = named.size > 0 ? all.filter((input) => named.has(input.name)) : all.filter((input) => input.spec.kind !== "state");
  // A fill of the preset's stands for "nothing" among measured numbers; among indices only the user knows what does.
  const hideable = wanted.filter(({ name, tensor }) => tensor.dtype !== "string" && (isFloat(tensor.dtype) || valueFor(params.baseline, name, isFill) !== undefined));
  const left = wanted.filter((input) => !hideable.includes(input));
  if (hideable.length === 0 || (named.size > 0 && left.length > 0)) {
    throw occlusionError("input-not-hideable", { inputs: left.map(({ name, tensor }) => ({ name, dtype: tensor.dtype })) });
  }
  if (left.length > 0) notices.push(`Nothing was hidden in ${left.map(({ name, tensor }) => `${name} (${tensor.dtype})`).join(", ")}: no number there means "nothing" unless --baseline gives one.`);
  return hideable;
}

function planInput(job: PlanJob, prepared: PreparedInput, preset: Preset, notices: string[]): InputPlan {
  const { params, model } = job;
  const { name, tensor } = prepared;
  const batchAxis = model.batch.axes[name];
  const sample = sampleShape(tensor.shape, batchAxis);
  const info = model.inputs.find((input) => input.name === name)!;
  const axes = inputAxes(info, model.spec.inputs[name], tensor.shape.length, model.graph);
  const places = placesOf(axes.spatial, batchAxis, sample.shape.length, preset);
  const fill = fillFor(prepared, valueFor(params.baseline, name, isFill), preset, notices);
  const common = { name, prepared, batchAxis, sample, places, fill, filled: cast(fillTensor(fill, prepared, params.seed), tensor.dtype as NumericDType) as Tensor };
  const mask = valueFor(params.mask, name, isTensor);
  const window = valueFor(params.window, name, isNumbers);
  const stride = valueFor(params.stride, name, isNumbers);
  if (mask) {
    if (window ?? stride) throw occlusionError("mask-and-window", { flag: window ? "--window" : "--stride", input: name });
    const groups = groupsOf(mask, name, tensor.shape, batchAxis);
    return { ...common, groups, grid: undefined, parts: groupParts(groups, sample), order: coarseToFine([groups.values.length]) };
  }
  const sizes = slidingSizes(name, sample.shape, places, window, stride, preset);
  const grid = windowGrid(name, sample.shape, sizes.window, sizes.stride, preset.edge);
  return { ...common, groups: undefined, grid, parts: windowParts(grid, sample, preset.combine), order: coarseToFine(grid.steps) };
}

/** Axes of the sample that a window slides along by default; all of them where nothing is known of them. */
function placesOf(spatial: readonly number[], batchAxis: number | undefined, rank: number, preset: Preset): number[] {
  const all = Array.from({ length: rank }, (_, axis) => axis);
  if (spatial.length === 0 || (preset.matrixIsMap && rank === 2)) return all;
  return spatial.map((axis) => (batchAxis !== undefined && axis > batchAxis ? axis - 1 : axis));
}

/** Window and stride along every axis of the sample. One number stands for the places; channels are taken whole. */
export function slidingSizes(
  name: string, size: readonly number[], places: readonly number[],
  window: readonly number[] | undefined, stride: readonly number[] | undefined, preset: Pick<Preset, "window" | "stride">,
): { readonly window: readonly number[]; readonly stride: readonly number[] } {
  const check = (flag: string, given: readonly number[] | undefined): void => {
    if (given && given.length !== 1 && given.length !== size.length) throw occlusionError("window-axes", { flag, given, input: name, sample: size });
  };
  check("--window", window);
  check("--stride", stride);
  const isPlace = (axis: number): boolean => places.includes(axis);
  const windows = size.map((extent, axis) => {
    if (window && (window.length === size.length)) return window[axis]!;
    if (!isPlace(axis)) return extent;
    return window ? window[0]! : preset.window(extent);
  });
  const strides = windows.map((extent, axis) => {
    if (stride && stride.length === size.length) return stride[axis]!;
    // A window over the whole axis has one position, whatever its stride.
    if (extent === size[axis]) return extent;
    if (stride) return stride[0]!;
    return isPlace(axis) ? preset.stride(extent) : extent;
  });
  return { window: windows, stride: strides };
}

function fillFor(prepared: PreparedInput, given: Fill | undefined, preset: Preset, notices: string[]): Fill {
  if (given) return given;
  if (preset.fill.kind === "pixel" && !prepared.fromPixel) {
    notices.push(`The input ${prepared.name} has no pixels to be grey: hidden places are 0 in the model's own input space. Give --baseline for another fill.`);
    return { kind: "value", value: 0 };
  }
  return preset.fill;
}

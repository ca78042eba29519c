import { float32, int64, tensor, type FindingTensor, type Tensor } from "@vitrine/core";
import type { Measures } from "./measure.js";
import { nearestVisited } from "./order.js";
import { copySample, sampleShape } from "./parts.js";
import type { InputPlan, Plan } from "./plan.js";
import { takesDrop } from "./presets.js";
import type { Clean, Measured } from "./sweep.js";

/** What was measured on one input, as tensors. */
export interface InputResult {
  readonly plan: InputPlan;
  /** Complete; in a partial result what is not visited yet stands for its nearest visited neighbour. */
  readonly measured: Measured;
  /** The input's shape. */
  readonly attribution: Tensor<"float32">;
}

/**
 * Values of parts that were not measured yet, filled in from the nearest that were.
 * Groups of a mask have no neighbours: theirs are those of the input as it is.
 */
export function interpolated(plan: InputPlan, measured: Measured, clean: Clean): Measured {
  if (measured.visited.every((visited) => visited === 1)) return measured;
  const { count, grid } = plan.parts;
  const stands = plan.grid ? nearestVisited(grid, measured.visited) : Int32Array.from(measured.visited, (visited, part) => (visited === 1 ? part : -1));
  const fill = <T extends Float64Array | Float32Array | Int32Array>(values: T, cleanValue: (sample: number) => number): T => {
    const filled = values.slice() as T;
    for (let i = 0; i < filled.length; i++) {
      const sample = Math.floor(i / count);
      const from = stands[i % count]!;
      filled[i] = from < 0 ? cleanValue(sample) : values[sample * count + from]!;
    }
    return filled;
  };
  return {
    scores: fill(measured.scores, (sample) => clean.scores[sample]!),
    classes: measured.classes && fill(measured.classes, (sample) => clean.classes![sample]!),
    probabilities: measured.probabilities && fill(measured.probabilities, (sample) => clean.probabilities![sample]!),
    features: measured.features && fill(measured.features, (sample) => clean.features![sample]!),
    visited: measured.visited,
  };
}

/** One sample after the other, written where the batch axis has them. */
function batched(shape: readonly number[], batchAxis: number | undefined, samples: number, valuesOf: (sample: number) => ArrayLike<number>): Float32Array {
  const layout = sampleShape(shape, batchAxis);
  const data = new Float32Array(layout.size * samples);
  for (let sample = 0; sample < samples; sample++) {
    copySample(layout, { data: new Float32Array(valuesOf(sample)), rows: 1, row: 0 }, { data, rows: samples, row: sample });
  }
  return data;
}

/** The mean (or sum) over the parts that cover an element of the drop of the score, or of the score itself. */
function attributionOf(measures: Measures, input: InputPlan, measured: Measured, clean: Clean): Tensor<"float32"> {
  const { shape } = input.prepared.tensor;
  const { count } = input.parts;
  const samples = clean.scores.length;
  const values = (sample: number): Float64Array => {
    const scores = measured.scores.subarray(sample * count, (sample + 1) * count);
    const own = takesDrop(measures.score) ? scores.map((score) => clean.scores[sample]! - score) : scores;
    return input.parts.attribute(own, sample);
  };
  return float32(shape, batched(shape, input.batchAxis, samples, values));
}

export function resultsOf(plan: Plan, measures: Measures, measured: readonly Measured[], clean: Clean): InputResult[] {
  return plan.inputs.map((input, index) => {
    const filled = interpolated(input, measured[index]!, clean);
    return { plan: input, measured: filled, attribution: attributionOf(measures, input, filled, clean) };
  });
}

/** The tensors of the findings. Those of the first input have plain names, those of the others end in theirs. */
export function tensorsOf(plan: Plan, measures: Measures, results: readonly InputResult[], clean: Clean): Record<string, FindingTensor> {
  const tensors: Record<string, FindingTensor> = {};
  const samples = clean.scores.length;
  results.forEach(({ plan: input, measured, attribution }, index) => {
    const key = (name: string): string => (index === 0 ? name : `${name}/${input.name}`);
    const { shape } = input.prepared.tensor;
    const perPart = input.grid ? positionsShape(shape, input) : input.batchAxis === undefined ? [input.parts.count] : [samples, input.parts.count];
    const batchAxis = input.grid ? input.batchAxis : input.batchAxis === undefined ? undefined : 0;
    const ofPart = input.grid ? "window position" : "group of the mask, in ascending order of its number";
    const write = (name: string, values: Float64Array | Float32Array, meaning: string): void => {
      tensors[key(name)] = { tensor: float32(perPart, batched(perPart, batchAxis, samples, (sample) => values.subarray(sample * input.parts.count, (sample + 1) * input.parts.count))), meaning, value: input.name };
    };
    tensors[key("attribution")] = { tensor: attribution, meaning: meaningOf(plan, measures, input), value: input.name };
    write("scores", measured.scores, `${scoreWords(measures)} of the input with one part hidden, per ${ofPart}`);
    if (measured.classes) {
      const { classes } = measured;
      const placed = batched(perPart, batchAxis, samples, (sample) => classes.subarray(sample * input.parts.count, (sample + 1) * input.parts.count));
      tensors[key("topClass")] = { tensor: tensor("int32", perPart, Int32Array.from(placed)), meaning: `strongest class of the output with one part hidden, per ${ofPart}`, value: input.name };
    }
    if (measured.probabilities) write("topProbability", measured.probabilities, `probability of that class, per ${ofPart}`);
    if (measured.features && measures.feature) {
      write("featureMap", measured.features, `sum over its positions of the map of ${measures.feature.layer.name} with the strongest single activation on the whole input (unit ${clean.channels!.join(", ")}), per ${ofPart}`);
    }
    if (input.groups) tensors[key("groups")] = { tensor: int64(input.groups.values), meaning: "the mask's numbers, in the order of `scores`" };
    if (measured.visited.some((visited) => visited === 0)) {
      tensors[key("visited")] = { tensor: tensor("uint8", [...input.parts.grid], measured.visited.slice()), meaning: `1 where a part was measured by now; 0 where ${input.grid ? "its nearest measured neighbour stands for it" : "nothing is known yet"}` };
    }
  });
  return tensors;
}

/** The input's axes, each with the number of positions along it; the batch stays where it is. */
function positionsShape(shape: readonly number[], input: InputPlan): number[] {
  const steps = [...input.parts.grid];
  return shape.map((dim, axis) => (axis === input.batchAxis ? dim : steps.shift()!));
}

export function scoreWords(measures: Measures): string {
  switch (measures.score) {
    case "probability":
      return "probability";
    case "one-minus-probability":
      return "one minus the probability";
    case "logit":
      return "logit";
    default:
      return measures.isProbability ? "probability" : "score";
  }
}

function meaningOf(plan: Plan, measures: Measures, input: InputPlan): string {
  const what = takesDrop(measures.score) ? `drop of the ${scoreWords(measures)}` : scoreWords(measures);
  if (input.groups) return `${what} where the element's group is hidden`;
  return `${plan.preset.combine} of the ${what} over the windows that cover an element`;
}

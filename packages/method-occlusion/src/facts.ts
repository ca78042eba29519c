import { className, showFill, type Fact, type Model } from "@vitrine/core";
import type { Measures } from "./measure.js";
import type { PresetName } from "./presets.js";
import type { InputPlan, Plan } from "./plan.js";
import type { InputResult } from "./results.js";
import type { Clean } from "./sweep.js";
import { answer, extremes, placeOf, type PartEffect } from "./words.js";
import { windowBox } from "./windows.js";

interface Told {
  readonly model: Model;
  readonly preset: PresetName | undefined;
  readonly plan: Plan;
  readonly measures: Measures;
  readonly clean: Clean;
  readonly results: readonly InputResult[];
  readonly forwardPasses: number;
  readonly seconds: number;
  readonly runtimeSeconds: number;
}

/** Numbers and sentences of the findings. What is told per sample is a list where there are several. */
export function factsOf(told: Told): Record<string, Fact> {
  const { model, plan, measures, clean, results } = told;
  const samples = clean.scores.length;
  const perSample = (fact: (sample: number) => Fact): Fact => (samples === 1 ? fact(0) : Array.from({ length: samples }, (_, sample) => fact(sample)));
  const perInput = (fact: (input: InputPlan) => Fact): Fact => (plan.inputs.length === 1 ? fact(plan.inputs[0]!) : Object.fromEntries(plan.inputs.map((input) => [input.name, fact(input)])));
  const sliding = plan.inputs.some((input) => input.grid);
  const grouped = plan.inputs.some((input) => input.groups);
  return {
    summary: perSample((sample) => answer(model, plan, measures, results, clean, sample)),
    baselineScore: perSample((sample) => clean.scores[sample]!),
    score: measures.score,
    preset: told.preset ?? "captum",
    ...(sliding && {
      window: perInput((input) => input.grid?.window ?? null),
      stride: perInput((input) => input.grid?.stride ?? null),
      grid: perInput((input) => (input.grid ? input.parts.grid : null)),
      windows: plan.inputs.reduce((sum, input) => sum + (input.grid ? input.parts.count : 0), 0),
    }),
    ...(grouped && { groups: plan.inputs.reduce((sum, input) => sum + (input.groups ? input.parts.count : 0), 0) }),
    baseline: perInput((input) => showFill(input.fill)),
    ...(clean.classes && { topClass: perSample((sample) => classFact(model, clean.classes![sample]!)) }),
    ...(measures.feature && clean.channels && { layer: measures.feature.layer.name, unit: perSample((sample) => clean.channels![sample]!) }),
    largestDrop: perSample((sample) => effectFact(model, plan, extremes(measures, results, clean, sample).most)),
    forwardPasses: told.forwardPasses,
    seconds: rounded(told.seconds),
    runtimeSeconds: rounded(told.runtimeSeconds),
  };
}

const rounded = (seconds: number): number => Math.round(seconds * 1e4) / 1e4;

function classFact(model: Model, index: number): Fact {
  return { index, label: className(model.labels, index) };
}

function effectFact(model: Model, plan: Plan, effect: PartEffect): Fact {
  const { input, part } = effect;
  const box = input.grid && windowBox(input.grid, part);
  return {
    drop: effect.drop,
    score: effect.score,
    where: placeOf(effect, plan.inputs.length > 1),
    ...(plan.inputs.length > 1 && { input: input.name }),
    ...(box ? { start: box.start, end: box.end } : { group: input.groups!.values[part]! }),
    ...(effect.topClass !== undefined && { topClass: classFact(model, effect.topClass) }),
  };
}

import { className, modelName, percentOf, sizeOf, threeDigits, type Model } from "@vitrine/core";
import type { Measures } from "./measure.js";
import type { InputPlan, Plan } from "./plan.js";
import type { InputResult } from "./results.js";
import type { Clean } from "./sweep.js";
import { windowBox } from "./windows.js";

/** One part and what hiding it does. */
export interface PartEffect {
  readonly input: InputPlan;
  readonly part: number;
  /** Of the input with it hidden. */
  readonly score: number;
  /** Of the whole input minus that. */
  readonly drop: number;
  readonly topClass: number | undefined;
}

/** The parts of a sample whose hiding lowers the score most and least; for one minus a probability, raises it most and least. */
export function extremes(measures: Measures, results: readonly InputResult[], clean: Clean, sample: number): { readonly most: PartEffect; readonly least: PartEffect } {
  const sign = measures.score === "one-minus-probability" ? -1 : 1;
  let most: PartEffect | undefined;
  let least: PartEffect | undefined;
  for (const { plan: input, measured } of results) {
    const { count } = input.parts;
    for (let part = 0; part < count; part++) {
      const score = measured.scores[sample * count + part]!;
      const drop = clean.scores[sample]! - score;
      const effect = (): PartEffect => ({ input, part, score, drop, topClass: measured.classes?.[sample * count + part] });
      if (!most || sign * drop > sign * most.drop) most = effect();
      if (!least || Math.abs(drop) < Math.abs(least.drop)) least = effect();
    }
  }
  return { most: most!, least: least! };
}

/** A score in words. */
export function scoreText(measures: Measures, score: number): string {
  if (!measures.isProbability) return threeDigits(score);
  return percentOf(measures.score === "one-minus-probability" ? 1 - score : score);
}

/**
 * First the answer: "squeezenet says golden retriever (78 %). Hiding the middle lowers that to 12 %; hiding the top left changes nothing."
 */
export function answer(model: Model, plan: Plan, measures: Measures, results: readonly InputResult[], clean: Clean, sample: number): string {
  const { most, least } = extremes(measures, results, clean, sample);
  const title = measures.target.titles[sample]!;
  const score = scoreText(measures, clean.scores[sample]!);
  const several = plan.inputs.length > 1;
  const target = measures.target.classes[sample];
  const top = clean.classes?.[sample];
  const sentences: string[] = [];
  if (measures.isProbability && target !== undefined && top === target) sentences.push(`${modelName(model.file.name)} says ${title} (${score}).`);
  else if (measures.isProbability && target !== undefined && top !== undefined) sentences.push(`${modelName(model.file.name)} says ${className(model.labels, top)}; it gives ${title} ${score}.`);
  else sentences.push(`The score of ${title} is ${score}.`);

  const lowered = measures.score === "one-minus-probability" ? -most.drop : most.drop;
  const now = scoreText(measures, most.score);
  if (!(lowered > 0)) sentences.push(`Hiding no part lowers that; hiding ${placeOf(most, several)} leaves ${now}.`);
  else {
    const instead = most.topClass !== undefined && target !== undefined && top === target && most.topClass !== target ? `, and it says ${className(model.labels, most.topClass)} instead` : "";
    const rest = least.part === most.part && least.input === most.input ? "" : `; hiding ${placeOf(least, several)} ${changes(measures, clean.scores[sample]!, least)}`;
    sentences.push(`Hiding ${placeOf(most, several)} lowers that to ${now}${instead}${rest}.`);
  }
  return sentences.join(" ");
}

function changes(measures: Measures, clean: number, effect: PartEffect): string {
  const before = scoreText(measures, clean);
  const after = scoreText(measures, effect.score);
  return before === after ? "changes nothing" : `changes least (${after})`;
}

/** "the top left", "steps 3 to 5", "group 7". */
export function placeOf({ input, part }: PartEffect, namesInput = false): string {
  const of = namesInput ? ` of ${input.name}` : "";
  if (input.groups) return `group ${input.groups.values[part]!}${of}`;
  const { start, end } = windowBox(input.grid!, part);
  const [a, b] = input.places;
  if (input.places.length === 2 && input.prepared.toPictures) return `${corner(input, start, end, a!, b!)}${of}`;
  const ranges = input.places.map((axis) => (end[axis]! - start[axis]! === 1 ? `${start[axis]}` : `${start[axis]} to ${end[axis]! - 1}`));
  const word = input.places.length === 1 ? (sizeOf(end.map((e, axis) => e - start[axis]!)) === 1 ? "element" : "position") : "place";
  return `${word}${ranges.some((range) => range.includes("to")) && ranges.length === 1 ? "s" : ""} ${ranges.join(" × ")}${of}`;
}

function corner(input: InputPlan, start: readonly number[], end: readonly number[], row: number, column: number): string {
  const third = (axis: number): number => Math.min(2, Math.floor((((start[axis]! + end[axis]!) / 2) * 3) / input.sample.shape[axis]!));
  const vertical = ["top", "", "bottom"][third(row)]!;
  const horizontal = ["left", "", "right"][third(column)]!;
  if (vertical === "" && horizontal === "") return "the middle";
  if (vertical === "") return `the ${horizontal} side`;
  return `the ${[vertical, horizontal].filter((word) => word !== "").join(" ")}`;
}

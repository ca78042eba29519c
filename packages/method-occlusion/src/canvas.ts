import { float32, tensor, type FindingTensor, type Model } from "@vitrine/core";
import { meanOver, strongestIndex } from "./maps.js";
import type { Measures } from "./measure.js";
import type { Plan } from "./plan.js";
import { takesDrop } from "./presets.js";
import type { Projections } from "./projection.js";
import { scoreWords, type InputResult } from "./results.js";
import { gather } from "./rows.js";
import type { Clean } from "./sweep.js";
import { answer, extremes, type PartEffect } from "./words.js";

/** What pictures are made of. */
export interface Drawing {
  readonly model: Model;
  readonly plan: Plan;
  readonly measures: Measures;
  readonly clean: Clean;
  readonly projections: Projections;
  readonly results: readonly InputResult[];
  /** Which of the parts are measured by now, in words; undefined when all are. */
  readonly soFar: string | undefined;
}

/** One sample of one input, and the tensors that its pictures need. */
export class Canvas {
  readonly drawing: Drawing;
  readonly result: InputResult;
  readonly sample: number;
  /** The part of this input whose hiding does most. */
  readonly strongest: PartEffect;
  readonly #suffix: string;
  readonly #tensors: Record<string, FindingTensor>;

  /** @param suffix of the tensors' keys */
  constructor(drawing: Drawing, result: InputResult, sample: number, suffix: string, tensors: Record<string, FindingTensor>) {
    this.drawing = drawing;
    this.result = result;
    this.sample = sample;
    this.strongest = extremes(drawing.measures, [result], drawing.clean, sample).most;
    this.#suffix = suffix;
    this.#tensors = tensors;
  }

  /** "Where the golden retriever was found". */
  title(): string {
    const { measures, model } = this.drawing;
    const title = measures.target.titles[this.sample]!;
    const index = measures.target.classes[this.sample];
    if (index === undefined) return `What ${title} depends on`;
    return `Where ${model.labels[index] ? `the ${title}` : title} was found`;
  }

  answer(): string {
    const { model, plan, measures, results, clean, soFar } = this.drawing;
    return `${soFar === undefined ? "" : `${soFar} `}${answer(model, plan, measures, results, clean, this.sample)}`;
  }

  /** Of attributions. */
  unit(): string {
    const { score } = this.drawing.measures;
    const words = scoreWords(this.drawing.measures);
    return takesDrop(score) ? `drop of the ${words}` : words;
  }

  /** Of this sample, in its shape. */
  attribution(): Float32Array {
    return gather(this.result.attribution, this.result.plan.batchAxis, [this.sample]).data as Float32Array;
  }

  /** Values [height, width] over the last two place axes; further place axes are cut at the strongest value. */
  slab(name: string, values: ArrayLike<number>, meaning: string): { readonly key: string; readonly values: Float32Array; readonly note: string } {
    const { places, sample } = this.result.plan;
    const strongest = strongestIndex(values, sample.shape);
    const fixed = new Map(places.slice(0, -2).map((axis) => [axis, strongest[axis]!]));
    const kept = places.slice(-2);
    const map = meanOver(values, sample.shape, kept, fixed);
    const key = this.put(name, { tensor: float32(kept.map((axis) => sample.shape[axis]!), map), meaning });
    return { key, values: map, note: fixed.size === 0 ? "" : ` Cut at ${[...fixed].map(([axis, at]) => `${at} along axis ${axis}`).join(", ")}.` };
  }

  /** One value per position of the window, [rows, columns]; further place axes are cut at the strongest part. */
  grid(name: string, values: Float64Array | Float32Array | Int32Array, meaning: string): { readonly key: string; readonly values: Float32Array } {
    const { places, parts: { count, grid } } = this.result.plan;
    const kept = places.slice(-2);
    const own = values.subarray(this.sample * count, (this.sample + 1) * count);
    const isClass = values instanceof Int32Array;
    const at = grid.map((dim, axis) => Math.floor(this.strongest.part / grid.slice(axis + 1).reduce((a, b) => a * b, 1)) % dim);
    // Classes cannot be averaged over channels: theirs are cut, too.
    const fixed = new Map(at.map((index, axis): [number, number] => [axis, index]).filter(([axis]) => !kept.includes(axis) && (isClass || places.includes(axis))));
    const map = meanOver(own, grid, kept, fixed);
    const shape = kept.map((axis) => grid[axis]!);
    return { key: this.put(name, { tensor: isClass ? tensor("int32", shape, Int32Array.from(map)) : float32(shape, map), meaning }), values: map };
  }

  /** Keeps a tensor among the findings. Returns its key. */
  put(name: string, found: FindingTensor): string {
    const key = `${name}${this.#suffix}`;
    this.#tensors[key] = { ...found, value: this.result.plan.name };
    return key;
  }
}

import { className, float32, tensor, type FindingTensor, type Model, type View } from "@vitrine/core";
import { cleanPicture, occludedPicture } from "./pictures.js";
import { extent, meanOver, strongestIndex } from "./maps.js";
import type { Measures } from "./measure.js";
import type { Plan } from "./plan.js";
import { gather } from "./rows.js";
import { scoreWords, type InputResult } from "./results.js";
import { takesDrop } from "./presets.js";
import type { Clean } from "./sweep.js";
import { answer, extremes, placeOf, type PartEffect } from "./words.js";
import { windowBox } from "./windows.js";

/** More samples than these are in the tensors only. */
export const drawnSamples = 8;

export interface Drawing {
  readonly model: Model;
  readonly plan: Plan;
  readonly measures: Measures;
  readonly clean: Clean;
  readonly results: readonly InputResult[];
  /** Which of the parts are measured by now, in words; undefined when all are. */
  readonly soFar: string | undefined;
}

interface Drawn {
  readonly views: readonly View[];
  readonly tensors: Readonly<Record<string, FindingTensor>>;
}

/** From the smallest to the largest value: what changes a sum of many activations is little beside the sum. */
function ownRange({ tensor: map }: FindingTensor): readonly [number, number] {
  const { min, max } = extent(map.data as Float32Array);
  return min < max ? [min, max] : [min, min + 1];
}

/** The pictures of the findings, with the tensors that only they need. */
export function draw(drawing: Drawing): Drawn {
  const views: View[] = [];
  const tensors: Record<string, FindingTensor> = {};
  const samples = drawing.clean.scores.length;
  for (let sample = 0; sample < Math.min(samples, drawnSamples); sample++) {
    const effects = extremes(drawing.measures, drawing.results, drawing.clean, sample);
    drawing.results.forEach((result, index) => {
      const suffix = `${index === 0 ? "" : `/${result.plan.name}`}${samples === 1 ? "" : `/${sample}`}`;
      const own = new SampleDrawing(drawing, result, sample, suffix, effects.most, tensors);
      views.push(...own.views());
    });
  }
  return { views, tensors };
}

/** What is drawn of one sample of one input. */
class SampleDrawing {
  readonly #drawing: Drawing;
  readonly #result: InputResult;
  readonly #sample: number;
  readonly #suffix: string;
  readonly #most: PartEffect;
  readonly #tensors: Record<string, FindingTensor>;

  constructor(drawing: Drawing, result: InputResult, sample: number, suffix: string, most: PartEffect, tensors: Record<string, FindingTensor>) {
    this.#drawing = drawing;
    this.#result = result;
    this.#sample = sample;
    this.#suffix = suffix;
    this.#most = most;
    this.#tensors = tensors;
  }

  views(): View[] {
    const { plan } = this.#result;
    const picture = this.#put("picture", cleanPicture(plan, this.#sample));
    const views: View[] = [];
    if (plan.places.length >= 2) views.push(this.#importance(picture));
    else if (plan.grid && plan.places.length === 1) views.push(this.#curve());
    if (plan.groups) views.push(this.#bars(), ...this.#hiddenGroup(picture));
    if (plan.grid && plan.places.length >= 2) views.push(this.#panels(picture));
    return views;
  }

  /** The attribution, over the picture where there is one. */
  #importance(picture: string | undefined): View {
    const { plan } = this.#result;
    const values = this.#attribution();
    const map = this.#slab("map/attribution", values, plan.sample.shape, "attribution, averaged over channels");
    const { min, max } = extent(map.values);
    const against = min < -0.1 * max && max > 0 ? ` Hiding some places raises it (by up to ${Number((-min).toPrecision(2))}).` : "";
    const caption = `${this.#answer()}${against}${map.note}`;
    const scaled = picture === undefined
      ? ({ colours: "signed" } as const)
      : ({ colours: "importance", range: [0, max > 0 ? max : 1], over: picture } as const);
    return { kind: "heatmap", title: this.#title(), caption, group: "occlusion", tensor: map.key, unit: this.#unit(), ...scaled };
  }

  /** Zeiler & Fergus 2014, figure 7: raw values per position of the hidden square. */
  #panels(picture: string | undefined): View {
    const { measures, clean, model } = this.#drawing;
    const { plan, measured } = this.#result;
    const views: View[] = [];
    const title = measures.target.titles[this.#sample]!;
    if (picture !== undefined) {
      const example = this.#most.input === plan ? this.#most : extremes(measures, [this.#result], clean, this.#sample).most;
      const occluded = this.#put("occluded", occludedPicture(plan, this.#sample, example.part));
      views.push({ kind: "image", title: "What the network gets", tensor: picture });
      if (occluded !== undefined) views.push({ kind: "image", title: `With ${placeOf(example)} hidden`, tensor: occluded, outlines: [{ box: this.#box(example.part), label: "hidden" }] });
    }
    if (measured.features && measures.feature) {
      const map = this.#grid("map/feature", measured.features, "sum of the followed map per position of the hidden square");
      const unit = clean.channels![this.#sample]!;
      views.push({ kind: "heatmap", title: `How strongly unit ${unit} of ${measures.feature.layer.name} responds`, caption: `Its map summed, ${Number(clean.features![this.#sample]!.toPrecision(3))} with nothing hidden.`, tensor: map, colours: "magnitude", range: ownRange(this.#tensors[map]!), unit: "summed activation" });
    }
    const score = this.#grid("map/score", measured.scores, "score per position of the hidden square");
    const words = scoreWords(measures);
    views.push({
      kind: "heatmap", title: `${words[0]!.toUpperCase()}${words.slice(1)} of ${title}`, tensor: score, unit: words,
      ...(measures.isProbability ? { colours: "magnitude", range: [0, 1] } : { colours: "signed" }),
    });
    if (measured.classes) {
      const classes = this.#grid("map/class", measured.classes, "strongest class per position of the hidden square", true);
      const found = new Set((this.#tensors[classes]!.tensor.data as Int32Array));
      views.push({ kind: "label-map", title: "What the network says", tensor: classes, labels: Object.fromEntries([...found].map((index) => [index, className(model.labels, index)])) });
    }
    const what = plan.places.length === 2 ? "square" : "window";
    return {
      kind: "side-by-side", title: `What changes as a ${what} moves over the input`, group: "occlusion",
      caption: `Each point is the middle of a hidden ${what} of ${plan.places.map((axis) => plan.grid!.window[axis]!).join(" × ")}; raw values, nothing subtracted (Zeiler & Fergus 2014, figure 7).`,
      views,
    };
  }

  /** A series: one number per step. */
  #curve(): View {
    const { plan } = this.#result;
    const [axis = 0] = plan.places;
    const values = meanOver(this.#attribution(), plan.sample.shape, [axis]);
    const y = this.#put("map/attribution", { tensor: float32([values.length], values), meaning: "attribution per position, averaged over channels" })!;
    const x = this.#put("map/position", { tensor: float32([values.length], values.map((_, i) => i)), meaning: "position" })!;
    return { kind: "curve", title: this.#title(), caption: this.#answer(), group: "occlusion", series: [{ x, y, label: this.#unit() }], xAxis: `position in ${plan.name}`, yAxis: this.#unit() };
  }

  /** Groups of a mask, those that matter most first. */
  #bars(): View {
    const { plan, measured } = this.#result;
    const { clean, measures } = this.#drawing;
    const { count } = plan.parts;
    const effects = plan.groups!.values.map((group, part) => {
      const score = measured.scores[this.#sample * count + part]!;
      return { group, value: takesDrop(measures.score) ? clean.scores[this.#sample]! - score : score };
    });
    const strongest = effects.sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, 20);
    return {
      kind: "bars", title: count > 20 ? `The 20 of ${count} groups that matter most` : "What each group does", group: "occlusion",
      ...(plan.places.length >= 2 ? {} : { caption: this.#answer() }),
      bars: strongest.map(({ group, value }) => ({ label: `group ${group}`, value })), xAxis: `${this.#unit()} when hidden`,
    };
  }

  /** The clean picture, and the one without its most important group. */
  #hiddenGroup(picture: string | undefined): View[] {
    const { measures, clean } = this.#drawing;
    const example = extremes(measures, [this.#result], clean, this.#sample).most;
    const occluded = picture && this.#put("occluded", occludedPicture(this.#result.plan, this.#sample, example.part));
    if (picture === undefined || occluded === undefined) return [];
    return [{
      kind: "side-by-side", title: "The group that matters most, hidden", group: "occlusion",
      views: [{ kind: "image", title: "What the network gets", tensor: picture }, { kind: "image", title: `With ${placeOf(example)} hidden`, tensor: occluded! }],
    }];
  }

  #title(): string {
    const { measures, model } = this.#drawing;
    const title = measures.target.titles[this.#sample]!;
    const index = measures.target.classes[this.#sample];
    if (index === undefined) return `What ${title} depends on`;
    return `Where ${model.labels[index] ? `the ${title}` : title} was found`;
  }

  #answer(): string {
    const { model, plan, measures, results, clean, soFar } = this.#drawing;
    return `${soFar === undefined ? "" : `${soFar} `}${answer(model, plan, measures, results, clean, this.#sample)}`;
  }

  #unit(): string {
    const { measures } = this.#drawing;
    return takesDrop(measures.score) ? `drop of the ${scoreWords(measures)}` : scoreWords(measures);
  }

  #attribution(): Float32Array {
    return gather(this.#result.attribution, this.#result.plan.batchAxis, [this.#sample]).data as Float32Array;
  }

  /** [height, width] over the last two place axes; further place axes are cut at the strongest point. */
  #slab(name: string, values: ArrayLike<number>, shape: readonly number[], meaning: string): { key: string; values: Float32Array; note: string } {
    const { places } = this.#result.plan;
    const kept = places.slice(-2);
    const strongest = strongestIndex(values, shape);
    const fixed = new Map(places.slice(0, -2).map((axis) => [axis, strongest[axis]!]));
    const map = meanOver(values, shape, kept, fixed);
    const key = this.#put(name, { tensor: float32(kept.map((axis) => shape[axis]!), map), meaning })!;
    return { key, values: map, note: fixed.size === 0 ? "" : ` Cut at ${[...fixed].map(([axis, at]) => `${at} along axis ${axis}`).join(", ")}.` };
  }

  /** One value per position of the window, [rows, columns]. */
  #grid(name: string, values: Float64Array | Float32Array | Int32Array, meaning: string, classes = false): string {
    const { plan } = this.#result;
    const { count, grid } = plan.parts;
    const own = values.subarray(this.#sample * count, (this.#sample + 1) * count);
    if (!classes) return this.#slab(name, own, grid, meaning).key;
    // Classes cannot be averaged: other axes are cut at their first position.
    const kept = plan.places.slice(-2);
    const first = new Map(grid.flatMap((_, axis): [number, number][] => (kept.includes(axis) ? [] : [[axis, 0]])));
    const cut = meanOver(own, grid, kept, first);
    return this.#put(name, { tensor: tensor("int32", kept.map((axis) => grid[axis]!), Int32Array.from(cut)), meaning })!;
  }

  #box(part: number): readonly [number, number, number, number] {
    const { plan } = this.#result;
    const { start, end } = windowBox(plan.grid!, part);
    const [row, column] = plan.places.slice(-2) as [number, number];
    return [start[row]!, start[column]!, end[row]! - start[row]!, end[column]! - start[column]!];
  }

  #put(name: string, found: FindingTensor | undefined): string | undefined {
    if (!found) return undefined;
    const key = `${name}${this.#suffix}`;
    this.#tensors[key] = { ...found, value: this.#result.plan.name };
    return key;
  }
}

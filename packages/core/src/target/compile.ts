import { coreError } from "../errors/catalogue.js";
import { attr } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Layer } from "../model/layer.js";
import type { Feeds, Model } from "../model/model.js";
import { toFloat32 } from "../tensor/convert.js";
import { int64, sizeOf, type Tensor } from "../tensor/tensor.js";
import { classIndex, className } from "./classes.js";
import { realValue } from "../model/real-value.js";
import { finalSoftmax } from "./logits.js";
import { oneHot, selectionMask, type AxisWeights } from "./selection.js";
import type { Target, Targets } from "./spec.js";
import { showTarget } from "./parse.js";
import { sumTitle, targetTitle } from "./title.js";

/** A target as part of a derived graph. */
export interface CompiledTarget {
  /** The value that is explained. */
  readonly of: string;
  /** The cotangent of `of`, of its shape: score = Σ of · seed. Computed only where it is used. */
  readonly seed: string;
  /** [batch]: the score of each sample. */
  readonly score: string;
  /** What the inputs that it added have to be fed with: one row per sample along axis 0. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** For captions, one per sample: "golden retriever". */
  readonly titles: readonly string[];
  /** The targets in the syntax of the command line, one per sample, `top` resolved to its class. */
  readonly texts: readonly string[];
  /** The class of each sample, where the target is one. */
  readonly classes: readonly (number | undefined)[];
}

/** Which value a class is read from. */
export type ScoreKind = "output" | "logit" | "probability";

export interface TargetContext {
  readonly model: Model;
  readonly feeds: Feeds;
  readonly samples: number;
  /** The model's output for these feeds, for each sample's own strongest class. */
  output(value: string): Promise<Tensor>;
}

type ClassTarget = Extract<Target, { kind: "class" | "top" }>;

/**
 * Appends a target to a graph that is being derived from the model's.
 * @param score which value a class is read from: the output as it is, the logit before a final softmax (looked through), or the probability
 * @throws `class-*`, `unit-outside`, `position-outside`, `layer-unknown`, `target-*`
 */
export async function compileTarget(context: TargetContext, builder: GraphBuilder, targets: Targets, score: ScoreKind = "output"): Promise<CompiledTarget> {
  const list = Array.isArray(targets) ? (targets as readonly Target[]) : [targets as Target];
  if (list.length !== 1 && list.length !== context.samples) throw coreError("target-count", { targets: list.length, samples: context.samples });
  const each = Array.from({ length: context.samples }, (_, sample) => list[list.length === 1 ? 0 : sample]!);
  const groups = new Map<string, { target: Target; members: boolean[] }>();
  const seen = new Map<object, number>();
  const keys = each.map((target) => groupKey(target, seen));
  each.forEach((target, sample) => {
    const key = keys[sample]!;
    const group = groups.get(key) ?? { target, members: new Array<boolean>(context.samples).fill(false) };
    group.members[sample] = true;
    groups.set(key, group);
  });
  const parts: CompiledTarget[] = [];
  for (const { target, members } of groups.values()) parts.push(await compileGroup(context, builder, target, each, members, score));
  if (parts.length === 1) return parts[0]!;
  const total = parts.map((part) => part.score).reduce((a, b) => builder.add(a, b, "target:score"));
  const pick = <T>(of: (part: CompiledTarget) => readonly T[]): T[] => keys.map((key, sample) => of(parts[[...groups.keys()].indexOf(key)]!)[sample]!);
  return {
    of: total,
    seed: onesLike(builder, total),
    score: total,
    feeds: Object.assign({}, ...parts.map((part) => part.feeds)) as Record<string, Tensor>,
    titles: pick((part) => part.titles),
    texts: pick((part) => part.texts),
    classes: pick((part) => part.classes),
  };
}

/** Targets that differ only in what is fed go into one selection. @param seen what no text tells apart (functions, directions), in the order of its appearance */
function groupKey(target: Target, seen: Map<object, number>): string {
  const identity = (thing: object): number => {
    const known = seen.get(thing) ?? seen.size;
    seen.set(thing, known);
    return known;
  };
  switch (target.kind) {
    case "top":
    case "class":
      return "class";
    case "unit":
      return `unit ${target.layer} ${target.position !== undefined}`;
    case "channel-max":
    case "direction":
      return `${target.kind} ${target.layer}`;
    case "value":
      return `value ${target.name} ${target.index.map((i) => (i === null ? ":" : "i")).join()}`;
    case "sum":
      return `sum ${target.terms.map(({ weight, target: term }) => `${weight} × ${exactKey(term, identity)}`).join(" + ")}`;
    case "function":
      return `function ${identity(target.build)}`;
  }
}

/** A text that only equal targets share. */
function exactKey(target: Target, identity: (thing: object) => number): string {
  if (target.kind === "sum") return target.terms.map(({ weight, target: term }) => `${weight} × (${exactKey(term, identity)})`).join(" + ");
  if (target.kind === "direction") return `${showTarget(target)} ${identity(target.direction)}`;
  if (target.kind === "function") return `function ${identity(target.build)}`;
  return showTarget(target);
}

async function compileGroup(context: TargetContext, builder: GraphBuilder, first: Target, each: readonly Target[], members: readonly boolean[], score: ScoreKind): Promise<CompiledTarget> {
  const common = { titles: each.map(targetTitle), texts: each.map(showTarget), classes: each.map(() => undefined) };
  const own = <K extends Target["kind"]>(sample: number): Extract<Target, { kind: K }> => (members[sample] ? each[sample] : first) as Extract<Target, { kind: K }>;
  switch (first.kind) {
    case "top":
    case "class":
      return compileClass(context, builder, each.map((target, sample) => (members[sample] ? (target as ClassTarget) : undefined)), score);
    case "unit":
    case "channel-max": {
      const layer = await context.model.layer(first.layer, context.feeds);
      const rows = each.map((_, sample) => unitRow(layer, own<"unit">(sample).unit, members[sample] ? 1 : 0));
      const weights: AxisWeights[] = [layer.unitAxis === undefined ? { axis: layer.batchAxis, rows: rows.map((row) => Float32Array.of(row[0]!)) } : { axis: layer.unitAxis, rows }];
      if (first.kind === "unit" && first.position) {
        const positions = each.map((_, sample) => positionOf(layer, own<"unit">(sample).position!));
        layer.spatialAxes.forEach((axis, i) => weights.push({ axis, rows: positions.map((position) => oneHot(layer.shape[axis]!, position[i]!)) }));
      }
      const compiled = select(builder, layer.value, layer.shape.length, layer.batchAxis, weights, common, first.kind === "channel-max" ? layer : undefined);
      return compiled;
    }
    case "direction": {
      const layer = await context.model.layer(first.layer, context.feeds);
      const rows = each.map((_, sample) => {
        const direction = toFloat32(own<"direction">(sample).direction);
        if (direction.length !== layer.units || layer.unitAxis === undefined) throw coreError("direction-size", { layer: layer.name, given: direction.length, units: layer.units });
        return members[sample] ? direction : new Float32Array(direction.length);
      });
      return select(builder, layer.value, layer.shape.length, layer.batchAxis, [{ axis: layer.unitAxis!, rows }], common);
    }
    case "value": {
      const shape = (await context.model.shapes([first.name], context.feeds)).get(first.name)!;
      if (first.index.length > shape.length) throw coreError("slice-outside", { name: first.name, index: first.index, shape });
      const known = await context.model.layer(first.name, context.feeds).catch(() => undefined);
      const batchAxis = known?.batchAxis ?? 0;
      const weights: AxisWeights[] = [];
      first.index.forEach((index, axis) => {
        if (index === null) return;
        const dim = shape[axis]!;
        const rows = each.map((_, sample) => {
          const at = own<"value">(sample).index[axis]!;
          const positive = at < 0 ? at + dim : at;
          if (!(positive >= 0 && positive < dim)) throw coreError("slice-outside", { name: first.name, index: own<"value">(sample).index, shape });
          return axis === batchAxis ? Float32Array.of(positive === sample ? 1 : 0) : oneHot(dim, positive);
        });
        weights.push({ axis, rows });
      });
      weights.push({ axis: batchAxis, rows: members.map((member) => Float32Array.of(member ? 1 : 0)) });
      return select(builder, first.name, shape.length, batchAxis, weights, common);
    }
    case "sum": {
      const terms: { readonly weight: number; readonly compiled: CompiledTarget }[] = [];
      for (const { weight, target } of first.terms) terms.push({ weight, compiled: await compileTarget(context, builder, target, score) });
      const total = terms.map(({ weight, compiled }) => builder.mul(compiled.score, builder.scalar(weight))).reduce((a, b) => builder.add(a, b, "target:score"));
      const gated = gate(builder, total, members);
      return { of: gated.value, seed: onesLike(builder, gated.value), score: gated.value, feeds: Object.assign(gated.feeds, ...terms.map(({ compiled }) => compiled.feeds)) as Record<string, Tensor>, ...common, titles: each.map((_, sample) => sumTitle(terms.map(({ weight, compiled }) => ({ weight, title: compiled.titles[sample]! })))) };
    }
    case "function": {
      const gated = gate(builder, first.build(builder), members);
      return { of: gated.value, seed: onesLike(builder, gated.value), score: gated.value, feeds: gated.feeds, ...common };
    }
  }
}

function unitRow(layer: Layer, unit: number, weight: number): Float32Array {
  if (!Number.isInteger(unit) || unit < 0 || unit >= layer.units) throw coreError("unit-outside", { layer: layer.name, unit, units: layer.units });
  return oneHot(layer.units, unit, weight);
}

function positionOf(layer: Layer, position: readonly number[]): readonly number[] {
  const extent = layer.spatialAxes.map((axis) => layer.shape[axis]!);
  if (position.length !== extent.length || position.some((at, i) => !Number.isInteger(at) || at < 0 || at >= extent[i]!)) throw coreError("position-outside", { layer: layer.name, position, extent });
  return position;
}

type Common = Pick<CompiledTarget, "titles" | "texts" | "classes">;

/** score = Σ value · mask over everything but the batch. With `strongest`, only the first strongest position of the selected unit counts. */
function select(builder: GraphBuilder, chosen: string, rank: number, batchAxis: number, weights: readonly AxisWeights[], common: Common, strongest?: Layer): CompiledTarget {
  const feeds: Record<string, Tensor> = {};
  // A unit of a quantised layer is explained as what its numbers stand for.
  const value = realValue(builder, chosen);
  let mask = selectionMask(builder, rank, batchAxis, weights, feeds);
  if (strongest && strongest.spatialAxes.length > 0) mask = builder.mul(mask, strongestPosition(builder, builder.mul(value, mask), strongest), "target:mask");
  const axes = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== batchAxis);
  const score = builder.reduceSum(builder.mul(value, mask), axes, false, "target:score");
  return { of: value, seed: builder.expand(mask, builder.shape(value), "target:seed"), score, feeds, ...common };
}

/** One-hot of the first strongest position of the selected unit, of the value's rank with one unit. */
function strongestPosition(builder: GraphBuilder, selected: string, layer: Layer): string {
  const map = layer.unitAxis === undefined ? selected : builder.reduceSum(selected, [layer.unitAxis], true);
  const rank = layer.shape.length;
  const perm = [layer.batchAxis, ...Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== layer.batchAxis)];
  const batchFirst = builder.transpose(map, perm);
  const positions = sizeOf(layer.spatialAxes.map((axis) => layer.shape[axis]!));
  const flat = builder.reshape(batchFirst, [-1, positions]);
  const range = builder.constant(int64(Array.from({ length: positions }, (_, i) => i), [1, positions]), "positions");
  const hot = builder.cast(builder.equal(range, builder.argMax(flat, 1)), "float32");
  const inverse = perm.map((_, axis) => perm.indexOf(axis));
  return builder.transpose(builder.reshape(hot, builder.shape(batchFirst)), inverse, "target:strongest");
}

/** A [batch] value that counts only for some samples. */
function gate(builder: GraphBuilder, value: string, members: readonly boolean[]): { value: string; feeds: Record<string, Tensor> } {
  const feeds: Record<string, Tensor> = {};
  if (members.every(Boolean)) return { value, feeds };
  const mask = selectionMask(builder, 1, 0, [{ axis: 0, rows: members.map((member) => Float32Array.of(member ? 1 : 0)) }], feeds);
  return { value: builder.mul(value, mask, "target:score"), feeds };
}

function onesLike(builder: GraphBuilder, value: string): string {
  return builder.op("ConstantOfShape", [builder.shape(value)], { value: attr.tensor({ dtype: "float32", shape: [1], data: Float32Array.of(1) }) }, "target:seed");
}

async function compileClass(context: TargetContext, builder: GraphBuilder, wanted: readonly (ClassTarget | undefined)[], score: ScoreKind): Promise<CompiledTarget> {
  const { model } = context;
  const source = await classSource(context, score);
  const { shape, axes } = source;
  const stepped = axes.time === undefined ? wanted.find((target) => target?.step !== undefined)?.step : undefined;
  if (stepped !== undefined) throw coreError("step-outside", { step: stepped, steps: 0 });
  const value = source.normalise ? builder.softmax(source.value, axes.unit!, "target:probability") : source.value;
  const classes = wanted.map((target) => {
    if (target?.kind !== "class") return undefined;
    const index = "index" in target ? target.index : classIndex(model.labels, target.label);
    if (index >= axes.classes) throw coreError("class-outside", { index, classes: axes.classes });
    return index;
  });
  const tops = wanted.some((target) => target?.kind === "top") ? await topClasses(context, wanted) : undefined;
  const resolved = wanted.map((target, sample) => (target ? (classes[sample] ?? tops![sample]!) : 0));
  const weights: AxisWeights[] = [
    axes.unit === undefined
      ? { axis: axes.batch, rows: wanted.map((target) => Float32Array.of(target ? 1 : 0)) }
      : { axis: axes.unit, rows: resolved.map((index, sample) => oneHot(axes.classes, index, wanted[sample] ? 1 : 0)) },
  ];
  if (axes.time !== undefined) {
    const steps = shape[axes.time]!;
    weights.push({ axis: axes.time, rows: wanted.map((target) => oneHot(steps, stepOf(target, steps))) });
  }
  // Of an output that is NaN no class is the strongest: its score is NaN as well, and whoever reads it says so.
  const steps = (sample: number): string => (wanted[sample]?.step === undefined ? "" : `@t=${wanted[sample].step}`);
  const texts = resolved.map((index, sample) => `${index < 0 ? "top" : `class:${index}`}${steps(sample)}`);
  // One number is no class among others: it is called by its label or its name.
  const single = axes.classes === 1 ? model.labels[0] ?? source.value : undefined;
  const titles = resolved.map((index) => (single !== undefined ? single : index < 0 ? "the top class" : className(model.labels, index)));
  return select(builder, value, shape.length, axes.batch, weights, { titles, texts, classes: resolved });
}

function stepOf(target: ClassTarget | undefined, steps: number): number {
  const step = target?.step ?? steps - 1;
  const positive = step < 0 ? step + steps : step;
  if (!(positive >= 0 && positive < steps)) throw coreError("step-outside", { step, steps });
  return positive;
}

/** Which axes of an output are what. */
export interface ClassAxes {
  readonly batch: number;
  /** Undefined: one scalar per sample. */
  readonly unit: number | undefined;
  readonly classes: number;
  /** The axis of steps, of a sequence. */
  readonly time: number | undefined;
}

/** Where classes are read. */
export interface ClassSource {
  readonly value: string;
  readonly shape: readonly number[];
  readonly axes: ClassAxes;
  /** True where a softmax along the unit axis has to be appended first: probabilities of an output of logits. */
  readonly normalise: boolean;
}

/**
 * The value and the axes that classes are read from.
 * @throws `target-output` for the probability of an output that is not known to be logits or probabilities
 */
export async function classSource({ model, feeds }: Pick<TargetContext, "model" | "feeds">, score: ScoreKind): Promise<ClassSource> {
  const softmax = finalSoftmax(model.graph, model.output.name);
  let value = model.output.name;
  let normalise = false;
  if (score === "logit" && softmax) value = softmax.logits;
  if (score === "probability") {
    const { kind } = model.output;
    if (softmax && !softmax.log) value = softmax.probabilities;
    // Softmax undoes the logarithm of a log-softmax.
    else if (softmax?.log || kind === "logits" || kind === "next-token") normalise = true;
    else if (kind !== "class-probabilities") throw coreError("target-output", { why: "it has no final softmax, and nothing says that it holds logits" });
  }
  const layer = await model.layer(value, feeds);
  // Before a softmax the classes lie where it normalises.
  const atSoftmax = softmax && (value === softmax.logits || value === softmax.probabilities);
  const unit = atSoftmax ? (softmax.axis < 0 ? softmax.axis + layer.shape.length : softmax.axis) : layer.unitAxis;
  if (normalise && unit === undefined) throw coreError("target-output", { why: "it is one number per sample, so there is no probability of a class" });
  const { shape } = layer;
  const rest = shape.map((_, axis) => axis).filter((axis) => axis !== layer.batchAxis && axis !== unit);
  const steps = shape.length === 3 && rest.length === 1 && shape[rest[0]!]! > 1 ? rest[0] : undefined;
  const time = steps !== undefined && (await areBoxes({ model, feeds }, shape, steps)) ? undefined : steps;
  return { value, shape, axes: { batch: layer.batchAxis, unit, classes: unit === undefined ? 1 : shape[unit]!, time }, normalise };
}

/** Operators of networks that go step by step. */
const stepping: ReadonlySet<string> = new Set(["LSTM", "GRU", "RNN", "Scan", "Loop"]);

/** Whether the rows along an axis of classes are boxes and not steps: the spec says so, or another output has four numbers for each. */
async function areBoxes({ model, feeds }: Pick<TargetContext, "model" | "feeds">, shape: readonly number[], axis: number): Promise<boolean> {
  const { kind, name } = model.output;
  if (kind !== undefined && kind !== "class-probabilities") return kind === "detections";
  if (model.graph.nodes.some(({ op }) => stepping.has(op))) return false;
  const others = model.graph.outputs.filter((output) => output.name !== name).map((output) => output.name);
  if (others.length === 0) return false;
  const shapes = await model.shapes(others, feeds);
  return [...shapes.values()].some((other) => other.length === shape.length && other[axis] === shape[axis] && other.some((dim, i) => i !== axis && dim === 4));
}

/** Each sample's strongest class of the output (at its step; summed over places where the output is a map). */
async function topClasses(context: TargetContext, wanted: readonly (ClassTarget | undefined)[]): Promise<number[]> {
  const { value, shape, axes } = await classSource(context, "output");
  const output = await context.output(value);
  if (axes.unit === undefined) return wanted.map(() => 0);
  const data = toFloat32(output);
  const sums = wanted.map(() => new Float64Array(axes.classes));
  for (let flat = 0; flat < data.length; flat++) {
    let rest = flat;
    const index = new Array<number>(shape.length);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % output.shape[axis]!;
      rest = Math.floor(rest / output.shape[axis]!);
    }
    const sample = index[axes.batch]!;
    if (axes.time !== undefined && index[axes.time] !== stepOf(wanted[sample], shape[axes.time]!)) continue;
    const row = sums[sample];
    if (row) row[index[axes.unit]!]! += data[flat]!;
  }
  return sums.map((row) => row.indexOf(row.reduce((a, b) => Math.max(a, b), -Infinity)));
}

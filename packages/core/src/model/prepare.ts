import { coreError } from "../errors/catalogue.js";
import type { ValueInfo } from "../graph/graph.js";
import { isPicture, type InputReader, type InputSpec, type ModelSpec, type PreparedInput } from "../input/spec.js";
import { isFloat } from "../tensor/dtype.js";
import { sizeOf, zeros, type Tensor } from "../tensor/tensor.js";
import { batchAxis } from "./batch.js";
import type { BatchInfo, Input } from "./model.js";

export interface PrepareContext {
  readonly inputs: readonly ValueInfo[];
  readonly spec: ModelSpec;
  readonly batch: BatchInfo;
  readonly readers: readonly InputReader[];
  /** For messages. */
  readonly fileName: string;
}

function isTensor(value: unknown): value is Tensor {
  return typeof value === "object" && value !== null && "dtype" in value && "shape" in value && "data" in value;
}

function isNamed(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype && !isTensor(value) && !isPicture(value);
}

/** Checks and prepares what a user gives as input: one value for the only input, or an object with one per input name. */
export function prepareInputs(context: PrepareContext, given: Input, label: string): Record<string, PreparedInput> {
  const names = context.inputs.map((input) => input.name);
  const byName = isNamed(given) ? given : single(context, given);
  for (const name of Object.keys(byName)) if (!names.includes(name)) throw coreError("input-unknown", { input: name, known: names });
  const prepared: Record<string, PreparedInput> = {};
  const missing: string[] = [];
  for (const input of context.inputs) {
    const value = byName[input.name];
    if (value === undefined || value === null) missing.push(input.name);
    else prepared[input.name] = prepareOne(context, input, value, label);
  }
  const samples = sampleCount(prepared, context.batch);
  const absent = missing.filter((name) => context.spec.inputs[name]?.kind !== "state");
  if (absent.length > 0) throw coreError("input-missing", { inputs: absent });
  for (const name of missing) prepared[name] = zeroState(context, context.inputs.find((input) => input.name === name)!, samples);
  return prepared;
}

function single(context: PrepareContext, given: unknown): Record<string, unknown> {
  const needed = context.inputs.filter((input) => context.spec.inputs[input.name]?.kind !== "state");
  if (given === undefined) throw coreError("input-missing", { inputs: needed.map((input) => input.name) });
  const [first, ...more] = needed.length > 0 ? needed : context.inputs;
  if (!first || more.length > 0) throw coreError("input-ambiguous", { known: context.inputs.map((input) => input.name) });
  return { [first.name]: given };
}

function prepareOne(context: PrepareContext, input: ValueInfo, value: unknown, label: string): PreparedInput {
  const spec: InputSpec = context.spec.inputs[input.name] ?? { kind: "tensor" };
  const reader = context.readers.find((candidate) => candidate.kind === spec.kind);
  let prepared: PreparedInput;
  if (isTensor(value)) {
    checkTensor(context, input, value);
    prepared = reader?.describe?.(input.name, value, spec, label) ?? { name: input.name, tensor: value, spec, label };
  } else {
    if (spec.kind === "tensor" && isPicture(Array.isArray(value) ? value[0] : value)) {
      throw coreError("preprocessing-unknown", { input: input.name, shape: input.shape ?? [], command: `vitrine init ${context.fileName} --input ${label}` });
    }
    if (!reader) throw coreError("input-reader-missing", { input: input.name, kind: spec.kind });
    if (!reader.accepts(value)) throw coreError("input-kind", { input: input.name, kind: spec.kind, given: nameOf(value) });
    prepared = reader.prepare(input.name, value, spec, label);
    checkTensor(context, input, prepared.tensor);
  }
  checkFinite(input.name, prepared.tensor);
  return prepared;
}

function nameOf(value: unknown): string {
  if (isPicture(value)) return "a picture";
  return typeof value === "string" ? "a text" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

function checkTensor(context: PrepareContext, input: ValueInfo, value: Tensor): void {
  if (input.dtype !== undefined && value.dtype !== input.dtype) throw coreError("input-dtype", { input: input.name, dtype: value.dtype, expected: input.dtype });
  const shape = input.shape;
  if (shape) {
    const axis = context.batch.axes[input.name];
    const fits = shape.length === value.shape.length && shape.every((dim, i) => i === axis || typeof dim !== "number" || dim === value.shape[i]);
    if (!fits) throw coreError("input-shape", { input: input.name, shape: value.shape, expected: shape });
  }
  if (sizeOf(value.shape) === 0) throw coreError("input-empty", { input: input.name, shape: value.shape });
}

function checkFinite(name: string, value: Tensor): void {
  if (!isFloat(value.dtype) || value.dtype === "float16" || value.dtype === "bfloat16") return;
  const data = value.data as Float32Array;
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    const index: number[] = [];
    let rest = i;
    for (let axis = value.shape.length - 1; axis >= 0; axis--) {
      index.unshift(rest % value.shape[axis]!);
      rest = Math.floor(rest / value.shape[axis]!);
    }
    throw coreError("input-not-finite", { input: name, index, value: data[i]! });
  }
}

/** Number of samples that prepared inputs hold; they must agree. */
export function sampleCount(inputs: Readonly<Record<string, PreparedInput>>, batch: BatchInfo): number {
  let samples: number | undefined;
  for (const [name, { tensor }] of Object.entries(inputs)) {
    const axis = batch.axes[name];
    if (axis === undefined) continue;
    const count = tensor.shape[axis]!;
    if (samples !== undefined && count !== samples) {
      throw coreError("input-shape", { input: name, shape: tensor.shape, expected: tensor.shape.map((dim, i) => (i === axis ? samples! : dim)) });
    }
    samples = count;
  }
  return samples ?? 1;
}

/** A state that was not given is zero at the start. */
function zeroState(context: PrepareContext, input: ValueInfo, samples: number): PreparedInput {
  const spec = context.spec.inputs[input.name]!;
  const axis = context.batch.axes[input.name] ?? batchAxis(input, spec);
  const shape = (input.shape ?? []).map((dim, i) => (i === axis ? samples : dim));
  if (!input.shape || shape.some((dim) => typeof dim !== "number")) throw coreError("shape-unknown", { input: input.name, shape });
  const dtype = input.dtype === undefined || input.dtype === "string" ? "float32" : input.dtype;
  return { name: input.name, tensor: zeros(dtype, shape as number[]) as Tensor, spec, label: "zero" };
}

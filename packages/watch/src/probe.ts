import { cast, tensor, type Feeds, type NumericDType, type Tensor, type ValueInfo } from "@vitrine/core";
import { watchError } from "./errors.js";

/** What is used of a `tf.Tensor`. */
export interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly isDisposed?: boolean;
  data(): Promise<unknown>;
}

/** Samples as `model.predict` takes them: a tensor, a list in the order of the model's inputs, or an object by their names. */
export type ProbeInputs = TensorLike | readonly TensorLike[] | Readonly<Record<string, TensorLike>>;

/** What is used of an input of a `tf.LayersModel`. */
export interface ModelInput {
  readonly name: string;
  /** The batch first; null where any size will do. */
  readonly shape: readonly (number | null)[];
}

/** The samples that a network is watched with. */
export interface Probe {
  readonly samples: number;
  /** The samples as the graph takes them, its inputs in the order of the model's. Copied as soon as they were given: their owner may dispose of them. */
  feeds(inputs: readonly ValueInfo[]): Promise<Feeds>;
}

/**
 * Checks the samples against the model's inputs and begins to copy them.
 * @throws `watch-inputs`, `watch-input-shape`
 */
export function probeOf(given: ProbeInputs, inputs: readonly ModelInput[]): Probe {
  const tensors = inOrder(given, inputs);
  tensors.forEach((one, i) => {
    const { name, shape } = inputs[i]!;
    if (one.shape.length !== shape.length || shape.some((size, axis) => size !== null && axis > 0 && size !== one.shape[axis])) throw watchError("watch-input-shape", { input: name, shape: one.shape, expected: shape });
  });
  const [samples = 0] = tensors[0]!.shape;
  if (samples === 0) throw watchError("watch-inputs", { why: "they hold no sample" });
  const other = tensors.find(({ shape }) => shape[0] !== samples);
  if (other) throw watchError("watch-inputs", { why: `one holds ${samples} samples, another ${other.shape[0]}` });
  const copies = Promise.all(tensors.map(copyOf));
  // Whoever asks for the feeds is told; nobody may ask.
  copies.catch(() => undefined);
  return { samples, feeds: async (values) => Object.fromEntries((await copies).map((copy, i) => [values[i]!.name, fitting(copy, values[i]!)])) };
}

function inOrder(given: ProbeInputs, inputs: readonly ModelInput[]): readonly TensorLike[] {
  if (typeof given !== "object" || (given as object | null) === null) throw watchError("watch-inputs", { why: given === undefined || given === null ? "there are none" : `\`${String(given as unknown as string)}\` is no tensor` });
  const listed = isTensor(given) ? [given] : Array.isArray(given) ? (given as readonly unknown[]) : byName(given as Readonly<Record<string, unknown>>, inputs);
  if (listed.length !== inputs.length) throw watchError("watch-inputs", { why: `there ${listed.length === 1 ? "is one tensor" : `are ${listed.length} tensors`}, and the model takes ${inputs.length}` });
  return listed.map((one, i): TensorLike => {
    if (!isTensor(one)) throw watchError("watch-inputs", { why: `what is given for \`${inputs[i]!.name}\` is no tensor` });
    if (one.isDisposed === true) throw watchError("watch-inputs", { why: "a tensor was disposed of" });
    return one;
  });
}

function byName(given: Readonly<Record<string, unknown>>, inputs: readonly ModelInput[]): readonly unknown[] {
  const unknown = Object.keys(given).find((name) => !inputs.some((input) => input.name === name));
  if (unknown !== undefined) throw watchError("watch-inputs", { why: `the model has no input \`${unknown}\`; it has ${inputs.map(({ name }) => `\`${name}\``).join(", ")}` });
  return inputs.flatMap(({ name }) => (name in given ? [given[name]] : []));
}

function isTensor(value: unknown): value is TensorLike {
  return typeof value === "object" && value !== null && "shape" in value && Array.isArray(value.shape) && "dtype" in value && "data" in value && typeof value.data === "function";
}

async function copyOf(one: TensorLike): Promise<Tensor> {
  const data = await one.data();
  if (data instanceof Float32Array) return tensor("float32", one.shape, data.slice());
  if (data instanceof Int32Array) return tensor("int32", one.shape, data.slice());
  if (data instanceof Uint8Array) return tensor("bool", one.shape, data.slice());
  throw watchError("watch-inputs", { why: `they hold ${one.dtype}` });
}

const fitting = (value: Tensor, { dtype = "float32" }: ValueInfo): Tensor => (dtype === value.dtype || dtype === "string" ? value : (cast<NumericDType>(value, dtype) as Tensor));

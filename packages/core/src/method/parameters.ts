import * as v from "valibot";
import { coreError } from "../errors/catalogue.js";
import type { Tensor } from "../tensor/tensor.js";
import { parseFill, type Fill } from "../input/fill.js";

/** What turns files that a parameter names into values; apps provide it. */
export interface ParameterHost {
  tensor(path: string): Promise<Tensor>;
  /** A set of inputs: files, folders or globs; best as `InputItem`s, which are read one after the other. */
  inputs(paths: readonly string[]): Promise<readonly unknown[]>;
  /** Models, in the order given. */
  models(paths: readonly string[]): Promise<readonly unknown[]>;
}

/** One of a set of inputs, opened when its turn comes: a set need not fit into memory. */
export interface InputItem {
  /** What it is called in captions: a file's name. */
  readonly label: string;
  /** What `engine.run` takes as input, or a promise of it. */
  open(): unknown;
}

/** An entry of an `inputs` parameter as an item; a bare input is called by its number in the set, from 1. */
export function inputItem(entry: unknown, index: number): InputItem {
  const isItem = typeof entry === "object" && entry !== null && "open" in entry && typeof entry.open === "function" && "label" in entry && typeof entry.label === "string";
  return isItem ? (entry as InputItem) : { label: `input ${index + 1}`, open: () => entry };
}

export type ParameterKind =
  | "number" | "integer" | "boolean" | "choice" | "text" | "texts" | "numbers" | "layer" | "layers" | "tensor" | "inputs" | "models" | "fill";

/**
 * One parameter of a method, as plain data with a valibot schema: from it come its flag, its form field and its reference entry.
 * `T` is what `job.params` holds.
 */
export interface Parameter<T = unknown> {
  readonly kind: ParameterKind;
  readonly description: string;
  /** Undefined: optional, and absent unless given. */
  readonly default: T | undefined;
  /** For help: `N`, `3,16,16`, `L`. */
  readonly placeholder: string;
  readonly choices?: readonly string[];
  /** True where an object of one value per input name may be given instead: `NAME=…` on the command line. */
  readonly perInput?: boolean;
  readonly schema: v.GenericSchema<unknown, unknown>;
  /** From a flag's text (all its occurrences). */
  parse(texts: readonly string[], host: ParameterHost): unknown;
}

export type ParameterShape = Readonly<Record<string, Parameter>>;
/** The type of `job.params` for a shape. */
export type ParametersOf<P extends ParameterShape> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };
/** What a caller gives: any of them. */
export type ParameterInput<P extends ParameterShape> = { readonly [K in keyof P]?: ParametersOf<P>[K] | undefined };

/** One value for every input, or one for each by the input's name. */
export type PerInput<T> = T | { readonly [input: string]: T };

interface Options<T> {
  readonly description: string;
  readonly default?: T;
}
type Result<T, O> = O extends { readonly default: T } ? Parameter<T> : Parameter<T | undefined>;

function make<T, O extends Options<T>>(kind: ParameterKind, placeholder: string, options: O, schema: v.GenericSchema<unknown, unknown>, parse: Parameter["parse"], choices?: readonly string[]): Result<T, O> {
  return { kind, description: options.description, default: options.default, placeholder, schema, parse, ...(choices && { choices }) } as Result<T, O>;
}

const last = (texts: readonly string[]): string => texts.at(-1) ?? "";
const list = (texts: readonly string[]): string[] => texts.flatMap((text) => text.split(",")).map((part) => part.trim()).filter((part) => part !== "");
const toNumber = (text: string): unknown => (text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text));

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function bounded(integer: boolean, { min = -Infinity, max = Infinity }: Bounds): v.GenericSchema<unknown, unknown> {
  const range = min > -Infinity && max < Infinity ? ` from ${min} to ${max}` : min > -Infinity ? ` of at least ${min}` : max < Infinity ? ` of at most ${max}` : "";
  const expected = `${integer ? "a whole number" : "a number"}${range}`;
  return v.custom<number>((value) => typeof value === "number" && !Number.isNaN(value) && (!integer || Number.isSafeInteger(value)) && value >= min && value <= max, expected) as v.GenericSchema<unknown, unknown>;
}

function array(check: v.GenericSchema<unknown, unknown>, expected: string): v.GenericSchema<unknown, unknown> {
  return v.custom<readonly unknown[]>((value) => Array.isArray(value) && value.every((item) => v.is(check, item)), expected) as v.GenericSchema<unknown, unknown>;
}

const text = v.custom<string>((value) => typeof value === "string", "a text") as v.GenericSchema<unknown, unknown>;
const anything = v.unknown();

/** Constructors of parameters: `p.integer({ min: 1, default: 50, description: "…" })`. Names of flags are the keys, in kebab case. */
export const p = {
  number: <const O extends Options<number> & Bounds>(o: O): Result<number, O> => make<number, O>("number", "NUMBER", o, bounded(false, o), (t) => toNumber(last(t))),
  integer: <const O extends Options<number> & Bounds>(o: O): Result<number, O> => make<number, O>("integer", "N", o, bounded(true, o), (t) => toNumber(last(t))),
  boolean: <const O extends Options<boolean>>(o: O): Result<boolean, O> =>
    make<boolean, O>("boolean", "true|false", o, v.custom((x) => typeof x === "boolean", "`true` or `false`") as v.GenericSchema<unknown, unknown>, (t) => {
      const value = last(t);
      return value === "" || value === "true" ? true : value === "false" ? false : value;
    }),
  choice: <const C extends string, const O extends Options<NoInfer<C>>>(choices: readonly C[], o: O): Result<C, O> =>
    make<C, O>("choice", choices.join("|"), o, v.custom((x) => choices.includes(x as C), `one of ${choices.map((c) => `\`${c}\``).join(", ")}`) as v.GenericSchema<unknown, unknown>, last, choices),
  text: <const O extends Options<string>>(o: O): Result<string, O> => make<string, O>("text", "TEXT", o, text, last),
  texts: <const O extends Options<readonly string[]>>(o: O): Result<readonly string[], O> => make<readonly string[], O>("texts", "TEXT,…", o, array(text, "a list of texts"), list),
  /** A list of numbers: one per axis, or one for all. */
  numbers: <const O extends Options<readonly number[]> & Bounds & { integer?: boolean }>(o: O): Result<readonly number[], O> => {
    const check = bounded(o.integer ?? false, o);
    return make<readonly number[], O>("numbers", "N,N,…", o, array(check, `a list, each ${(check as unknown as { message: string }).message}`), (t) => list(t).map(toNumber));
  },
  /** A layer by its readable name, or a graph value by its own. */
  layer: <const O extends Options<string>>(o: O): Result<string, O> => make<string, O>("layer", "LAYER", o, text, last),
  layers: <const O extends Options<readonly string[]>>(o: O): Result<readonly string[], O> => make<readonly string[], O>("layers", "LAYER,…", o, array(text, "a list of layers"), list),
  /** A tensor; on the command line a `.npy` file. */
  tensor: <const O extends Options<Tensor>>(o: O): Result<Tensor, O> => make<Tensor, O>("tensor", "FILE.npy", o, v.custom((x) => typeof x === "object" && x !== null && "dtype" in x && "shape" in x, "a tensor") as v.GenericSchema<unknown, unknown>, (t, host) => host.tensor(last(t))),
  /** A set of inputs; on the command line files, folders or globs. Each is what `engine.run` takes as input, or an `InputItem`: read them by `inputItem`. */
  inputs: <const O extends Options<readonly unknown[]>>(o: O): Result<readonly unknown[], O> => make<readonly unknown[], O>("inputs", "DIR", o, array(anything, "a list of inputs"), (t, host) => host.inputs(list(t))),
  /** Further models (checkpoints), in order. */
  models: <const O extends Options<readonly unknown[]>>(o: O): Result<readonly unknown[], O> => make<readonly unknown[], O>("models", "FILE…", o, array(anything, "a list of models"), (t, host) => host.models(list(t))),
  /** What stands in for hidden input: see `Fill`. */
  fill: <const O extends Options<Fill>>(o: O): Result<Fill, O> =>
    make<Fill, O>("fill", "NUMBER|pixel:NUMBER|mean|blur|noise|FILE", o, v.custom((x) => typeof x === "object" && x !== null && "kind" in x, "a fill") as v.GenericSchema<unknown, unknown>, (t, host) => parseFill(last(t), host.tensor)),
};

/**
 * The parameter with one value for every input, or one for each: `--window x1=3,8,8 --window x2=4`.
 * `valueFor` reads it.
 */
export function perInput<T>(parameter: Parameter<T>): Parameter<PerInput<NonNullable<T>> | Extract<T, undefined>> {
  const inner = parameter.schema;
  const expected = (inner as unknown as { message?: string }).message ?? parameter.placeholder;
  const schema = v.custom<unknown>(
    (value) => v.is(inner, value) || (isByName(value) && Object.values(value).length > 0 && Object.values(value).every((one) => v.is(inner, one))),
    `${expected}; or one for each input, by its name`,
  ) as v.GenericSchema<unknown, unknown>;
  const parse: Parameter["parse"] = async (texts, host) => {
    const named = texts.map((text) => /^\s*([^=]*[^=\s])\s*=(.*)$/s.exec(text));
    if (named.every((match) => match === null)) return parameter.parse(texts, host);
    // Some with a name and some without cannot be told apart by the method: the schema refuses the text.
    if (named.some((match) => match === null)) return texts.join(" ");
    const byInput = new Map<string, string[]>();
    for (const match of named) byInput.set(match![1]!, [...(byInput.get(match![1]!) ?? []), match![2]!]);
    return Object.fromEntries(await Promise.all([...byInput].map(async ([name, values]) => [name, await parameter.parse(values, host)] as const)));
  };
  const description = `${parameter.description} NAME=… gives one input its own.`;
  return { ...parameter, description, perInput: true, schema, parse } as unknown as ReturnType<typeof perInput<T>>;
}

const isByName = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/**
 * What a `perInput` parameter holds for one input, and whether it was given by name.
 * @param isOne tells a value from a record of values
 */
export function valueFor<T>(given: PerInput<T> | undefined, input: string, isOne: (value: PerInput<T>) => value is T): T | undefined {
  if (given === undefined) return undefined;
  if (isOne(given)) return given;
  return Object.hasOwn(given, input) ? (given as Readonly<Record<string, T>>)[input] : undefined;
}

/** `--rule-on` for the key `ruleOn`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * The whole set of a method's parameters: defaults filled in, each value checked.
 * @throws `parameter-unknown` and `parameter-invalid`, which name the method, the value and what was expected.
 */
export function resolveParameters<P extends ParameterShape>(method: string, shape: P, given: Readonly<Record<string, unknown>>): ParametersOf<P> {
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(shape, key)) throw coreError("parameter-unknown", { method, parameter: key, known: Object.keys(shape) });
  }
  const resolved: Record<string, unknown> = {};
  for (const [key, parameter] of Object.entries(shape)) {
    const value = given[key] === undefined ? parameter.default : given[key];
    if (value !== undefined) {
      const result = v.safeParse(parameter.schema, value);
      if (!result.success) throw coreError("parameter-invalid", { method, parameter: flagOf(key), value, expected: result.issues[0].message });
    }
    resolved[key] = value;
  }
  return Object.freeze(resolved) as ParametersOf<P>;
}

import * as v from "valibot";
import { didYouMean } from "../errors/near-miss.js";
import { brief } from "../errors/catalogue.js";
import { readResizing } from "./resizing.js";

// Every schema's message is what it takes, in words: `explain` puts it beside what was given.

type Schema = v.GenericSchema<unknown, unknown>;

function takes<T>(expected: string, test: (value: unknown) => boolean): v.GenericSchema<T, T> {
  return v.custom<T>(test, expected) as v.GenericSchema<T, T>;
}

const isWhole = (value: unknown, least: number, most: number): boolean => Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
const whole = (least: number, most: number): v.GenericSchema<number, number> => takes(`a whole number from ${least} to ${most}`, (value) => isWhole(value, least, most));
const oneOf = <T extends string | number>(...values: readonly T[]): v.GenericSchema<T, T> => takes(`one of ${values.map((value) => `\`${value}\``).join(", ")}`, (value) => values.includes(value as T));
const text = takes<string>("a text of at least one character", (value) => typeof value === "string" && value !== "");
const finite = takes<number>("a finite number", Number.isFinite);
const divisor = takes<number>("a finite number other than 0", (value) => Number.isFinite(value) && value !== 0);
const layoutOf = (letters: string, need: string): v.GenericSchema<string, string> =>
  takes(`axes as letters of ${[...letters].join(", ")}, each at most once${need && `, with ${need}`}`, (value) =>
    typeof value === "string" && value !== "" && new Set(value).size === value.length && [...value].every((letter) => letters.includes(letter)) && value.includes(need));
const list = (of: Schema, expected: string): Schema => v.array(of, expected) as Schema;

/** A key may be left out. */
const optional = <T>(schema: v.GenericSchema<T, T>): Schema => v.optional(schema) as Schema;

/** An object with these keys and no others; a message says which key is strange or missing, and what would be right. */
function object(what: string, entries: Readonly<Record<string, Schema>>): Schema {
  const known = Object.keys(entries);
  return v.strictObject(entries, (issue) => {
    const key = issue.path?.[0]?.key;
    if (typeof key !== "string") return `an object: ${what}`;
    if (issue.expected === "never") return `!there is no such key in ${what}; ${nearOf(key, known) ?? `it has ${known.map((name) => `\`${name}\``).join(", ")}`}`;
    return `!it is missing; it takes ${messageOf(entries[key])}`;
  }) as Schema;
}

const nearOf = (word: string, known: readonly string[]): string | undefined => didYouMean(word, known)?.replace(/^D/, "d").replace(/\?$/, "");
const messageOf = (schema: Schema | undefined): string => (schema && "message" in schema && typeof schema.message === "string" ? schema.message : "a value");

/** Largest side of an input picture: 8192² × 3 float32 values are 768 MiB. */
const maxInputSide = 8192;

const twoSides = "two whole numbers: height and width";

const image = object("an image input", {
  kind: text,
  size: v.pipe(v.array(whole(1, maxInputSide), twoSides), v.length(2, twoSides)) as Schema,
  resize: takes<string>("one of `stretch`, `short-side N, centre crop`, `long-side N, pad`", (value) => typeof value === "string" && readResizing(value) !== undefined),
  channels: oneOf("RGB", "BGR", "gray"),
  layout: oneOf("NCHW", "NHWC", "CHW", "HWC"),
  range: oneOf(255, 1),
  mean: list(finite, "a list of numbers, one per channel"),
  std: list(divisor, "a list of numbers other than 0, one per channel"),
});

const symbols = takes<unknown>("a list of symbols, an object from symbol to index, or the name of a JSON file with one of them", (value) => typeof value === "string" || (typeof value === "object" && value !== null));

const textInput = object("a text input", {
  kind: text,
  vocabulary: symbols,
  encoding: oneOf("index", "one-hot"),
  layout: layoutOf("NTV", "T"),
  window: optional(whole(1, 1_000_000)),
});

const plain = (what: string): Schema => object(what, { kind: text, layout: optional(layoutOf("NTCVDHW", "")) });

/** What is known of an input, by its kind. */
const kinds: Readonly<Record<string, Schema>> = {
  image,
  text: textInput,
  state: object("a state input", { kind: text, from: optional(text) }),
  series: plain("a series input"),
  tensor: plain("a tensor input"),
};

const output = object("an output", {
  name: text,
  kind: oneOf("class-probabilities", "logits", "regression", "detections", "next-token"),
  labels: optional(takes<unknown>("a list of texts, or the name of a file with one label a line", (value) => typeof value === "string" || (Array.isArray(value) && value.every((label) => typeof label === "string")))),
  labelOffset: optional(whole(0, 1000)),
});

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
const top = "a model's description";
const file = object(top, {
  inputs: optional(takes("an object with one entry per input", isObject)),
  output: optional(takes("an object, or a list of objects", (value) => isObject(value) || Array.isArray(value))),
});

/** What is wrong with a part of a description. */
export interface Flaw {
  /** Keys and indices from the top of the file. */
  readonly path: readonly (string | number)[];
  readonly why: string;
}

function flawOf(schema: Schema, value: unknown, at: readonly (string | number)[]): Flaw | undefined {
  const { issues } = v.safeParse(schema, value, { abortEarly: true });
  if (!issues) return undefined;
  const [issue] = issues;
  const path = [...at, ...(issue.path ?? []).map((item) => item.key as string | number)];
  // A message with a mark is a whole sentence of its own.
  return { path, why: issue.message.startsWith("!") ? issue.message.slice(1) : `it is \`${brief(issue.input)}\` and takes ${issue.message}` };
}

/** The first thing that is wrong with the parts that a description consists of, or undefined. */
export const flawOfFile = (value: unknown): Flaw | undefined => (Array.isArray(value) ? { path: [], why: `it is a list and takes an object: ${top}` } : flawOf(file, value, []));
export const flawOfOutput = (value: unknown, at: readonly (string | number)[]): Flaw | undefined => flawOf(output, value, at);

/** An input of a kind that is not known here is a plugin's own, unless its name is nearly one that is. */
export function flawOfInput(value: unknown, at: readonly (string | number)[]): Flaw | undefined {
  if (!isObject(value)) return { path: at, why: `it is \`${brief(value)}\` and takes an object that describes an input` };
  const { kind } = value as { kind?: unknown };
  const known = Object.keys(kinds);
  if (typeof kind !== "string" || kind === "") return { path: [...at, "kind"], why: `it is \`${brief(kind)}\` and takes one of ${known.map((name) => `\`${name}\``).join(", ")}` };
  if (Object.hasOwn(kinds, kind)) return flawOf(kinds[kind]!, value, at);
  const near = nearOf(kind, known);
  return near === undefined ? undefined : { path: [...at, "kind"], why: `there is no kind \`${brief(kind)}\`; ${near}` };
}

import { tfjsError } from "../errors.js";

/** Anything that JSON holds. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

/** What an error repeats of a value: lists and objects by a few of their entries, which may be deep. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.every((entry) => typeof entry !== "object") ? (value as unknown[]).slice(0, 16) : `a list of ${value.length}`;
  return isObject(value) ? "an object" : value;
}

/** The largest size, stride or count that a model may claim. */
const mostSize = 2 ** 31 - 1;

/** One object of an untrusted file: every look at it is checked, and an error says where it stands. */
export class Fields {
  constructor(
    readonly json: JsonObject,
    /** Where it stands: `modelTopology.config.layers[3].config`. */
    readonly at: string,
    readonly file: string,
  ) {}

  static of(value: unknown, at: string, file: string): Fields {
    if (!isObject(value)) throw tfjsError("tfjs-field", { file, at, expected: "an object", given: shown(value) });
    return new Fields(value, at, file);
  }

  /** Undefined where the key is missing or null. */
  get(key: string): Json | undefined {
    return Object.hasOwn(this.json, key) ? (this.json[key] ?? undefined) : undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  string(key: string, fallback?: string): string {
    const value = this.get(key) ?? fallback;
    return typeof value === "string" ? value : this.fail(key, "a text");
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.get(key) ?? fallback;
    return typeof value === "boolean" ? value : this.fail(key, "true or false");
  }

  /** A finite number. */
  number(key: string, fallback?: number): number {
    const value = this.get(key) ?? fallback;
    return typeof value === "number" && Number.isFinite(value) ? value : this.fail(key, "a number");
  }

  /** A whole number from `least` to 2³¹ − 1. */
  int(key: string, fallback?: number, least = 0): number {
    const value = this.get(key) ?? fallback;
    return isInt(value, least) ? value : this.fail(key, `a whole number of at least ${least}`);
  }

  /** `count` whole numbers; a single one stands for all of them. */
  ints(key: string, count: number, fallback?: number | readonly number[], least = 1): number[] {
    const value: unknown = this.get(key) ?? fallback;
    if (isInt(value, least)) return new Array<number>(count).fill(value);
    if (Array.isArray(value) && value.length === 1 && count > 1 && isInt(value[0], least)) return new Array<number>(count).fill(value[0]);
    if (!Array.isArray(value) || value.length !== count || !value.every((one) => isInt(one, least))) return this.fail(key, `${count === 1 ? "a whole number" : `${count} whole numbers`} of at least ${least}`);
    return value as number[];
  }

  array(key: string, fallback?: readonly Json[]): readonly Json[] {
    const value = this.get(key) ?? fallback;
    return Array.isArray(value) ? (value as readonly Json[]) : this.fail(key, "a list");
  }

  fields(key: string): Fields {
    return Fields.of(this.get(key), this.path(key), this.file);
  }

  path(key: string): string {
    return this.at === "" ? key : `${this.at}.${key}`;
  }

  fail(key: string, expected: string): never {
    throw tfjsError("tfjs-field", { file: this.file, at: this.path(key), expected, given: shown(this.get(key)) });
  }
}

function isInt(value: unknown, least: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= mostSize;
}

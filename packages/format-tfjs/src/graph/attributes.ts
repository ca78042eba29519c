import { tfjsError } from "../errors.js";
import { isObject, type Json, type JsonObject } from "../json/fields.js";
import type { Size } from "../build/held.js";

/** Element types as the JSON of a protobuf names them, and what TensorFlow.js makes of them: integers are int32. */
const types: Readonly<Record<string, "float32" | "int32" | "bool" | "string">> = {
  DT_FLOAT: "float32", DT_HALF: "float32", DT_DOUBLE: "float32", DT_INT32: "int32", DT_INT64: "int32", DT_INT8: "int32", DT_UINT8: "int32", DT_INT16: "int32", DT_BOOL: "bool", DT_STRING: "string",
};
const byNumber: Readonly<Record<number, string>> = { 1: "DT_FLOAT", 2: "DT_DOUBLE", 3: "DT_INT32", 4: "DT_UINT8", 5: "DT_INT16", 6: "DT_INT8", 7: "DT_STRING", 9: "DT_INT64", 10: "DT_BOOL", 19: "DT_HALF" };

export type TfType = "float32" | "int32" | "bool" | "string";

export function typeOf(value: Json | undefined): TfType | undefined {
  const name = typeof value === "number" ? byNumber[value] : value;
  return typeof name === "string" && Object.hasOwn(types, name) ? types[name] : undefined;
}

/** A number of a protobuf in JSON, where 64 bits wide ones are texts. */
export function numberOf(value: Json | undefined): number | undefined {
  const number = typeof value === "string" && /^-?\d{1,19}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** The sizes of a TensorShapeProto; undefined where the rank is not known. */
export function shapeOf(value: Json | undefined): Size[] | undefined {
  if (!isObject(value) || value["unknownRank"] === true) return undefined;
  const dims = value["dim"] ?? [];
  if (!Array.isArray(dims) || dims.length > 16) return undefined;
  return (dims as readonly Json[]).map((dim) => {
    const size = isObject(dim) ? (numberOf(dim["size"]) ?? 0) : -1;
    return Number.isInteger(size) && size >= 0 && size < 2 ** 31 ? size : null;
  });
}

/** Bytes of a protobuf in JSON: base64, or a list of numbers. */
export function bytesOf(value: Json | undefined): Uint8Array | undefined {
  if (Array.isArray(value)) return Uint8Array.from(value as number[]);
  if (typeof value !== "string") return undefined;
  try {
    return Uint8Array.from(atob(value), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** The attributes of a NodeDef. */
export class NodeAttributes {
  constructor(
    readonly node: string,
    readonly op: string,
    readonly json: JsonObject,
  ) {}

  #value(key: string, kind: string): Json | undefined {
    const entry = Object.hasOwn(this.json, key) ? this.json[key] : undefined;
    return isObject(entry) ? (entry[kind] ?? undefined) : undefined;
  }

  #list(key: string, kind: string): readonly Json[] {
    const list = this.#value(key, "list");
    const values = isObject(list) ? (list[kind] ?? []) : [];
    return Array.isArray(values) ? (values as readonly Json[]) : [];
  }

  /** Undefined where the attribute is left out. */
  text(key: string): string | undefined {
    const bytes = bytesOf(this.#value(key, "s"));
    return bytes && new TextDecoder().decode(bytes);
  }

  texts(key: string): string[] {
    return this.#list(key, "s").map((entry) => new TextDecoder().decode(bytesOf(entry) ?? this.fail(key, "texts")));
  }

  bool(key: string, fallback = false): boolean {
    const value = this.#value(key, "b");
    return typeof value === "boolean" ? value : fallback;
  }

  number(key: string, fallback: number): number {
    const value = this.#value(key, "i") ?? this.#value(key, "f");
    return value === undefined ? fallback : (numberOf(value) ?? this.fail(key, "a number"));
  }

  /** A whole number below 2³¹ in size. */
  int(key: string, fallback: number): number {
    const value = this.number(key, fallback);
    return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : this.fail(key, "a whole number");
  }

  ints(key: string): number[] {
    return this.#list(key, "i").map((entry) => {
      const value = numberOf(entry);
      return value !== undefined && Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : this.fail(key, "whole numbers");
    });
  }

  type(key: string): TfType | undefined {
    return typeOf(this.#value(key, "type"));
  }

  /** Undefined where there is none, or its rank is not known. */
  shape(key: string): Size[] | undefined {
    return shapeOf(this.#value(key, "shape"));
  }

  /** The shapes of a list; undefined where the rank of one is not known. */
  shapes(key: string): (Size[] | undefined)[] {
    return this.#list(key, "shape").map(shapeOf);
  }

  /** The name of a function. */
  func(key: string): string | undefined {
    const value = this.#value(key, "func");
    return isObject(value) && typeof value["name"] === "string" ? value["name"] : undefined;
  }

  tensor(key: string): JsonObject | undefined {
    const value = this.#value(key, "tensor");
    return isObject(value) ? value : undefined;
  }

  fail(key: string, expected: string): never {
    throw tfjsError("tfjs-node", { node: this.node, op: this.op, why: `its attribute \`${key}\` is not ${expected}` });
  }
}

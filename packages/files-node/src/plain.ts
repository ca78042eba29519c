import { showFill, type Fill } from "@vitrine/core";

/** JSON as it is written. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Deeper than any view or parameter; a guard against cycles. */
const maxDepth = 64;

/**
 * Plain data for JSON: what has no form there (undefined, functions) is left out, numbers that are not finite become null, since JSON
 * has none, bigints become numbers, typed arrays lists.
 */
export function toPlain(value: unknown, depth = 0): Json | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || depth > maxDepth) return undefined;
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number | bigint>, (item) => toPlain(item, depth + 1) ?? null);
  if (Array.isArray(value)) return value.map((item) => toPlain(item, depth + 1) ?? null);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const plain = toPlain(item, depth + 1);
      return plain === undefined ? [] : [[key, plain] as const];
    }),
  );
}

const fillKinds: readonly Fill["kind"][] = ["value", "pixel", "mean", "blur", "noise", "tensor"];
const isFill = (value: object): value is Fill => "kind" in value && fillKinds.includes(value.kind as Fill["kind"]);

/**
 * Parameters as the command line would write them: a fill as its text, a tensor by dtype and shape, and inputs and models, which are too
 * large to repeat, by what they are called.
 */
export function plainParameters(params: Readonly<Record<string, unknown>>): Json {
  return toPlain(Object.fromEntries(Object.entries(params).map(([key, value]) => [key, Array.isArray(value) ? value.map(short) : short(value)]))) ?? {};
}

function short(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if ("dtype" in value && "shape" in value && "data" in value) return { dtype: value.dtype, shape: value.shape };
  if ("width" in value && "height" in value && "data" in value) return { width: value.width, height: value.height };
  if (isFill(value)) return showFill(value);
  if ("label" in value && typeof value.label === "string") return value.label;
  const file: unknown = "file" in value ? value.file : undefined;
  return typeof file === "object" && file !== null && "name" in file ? file.name : value;
}

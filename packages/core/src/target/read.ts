import { coreError } from "../errors/catalogue.js";
import { isFloat } from "../tensor/dtype.js";
import { toFloat32 } from "../tensor/convert.js";
import { float32, type Tensor } from "../tensor/tensor.js";
import { parseTarget } from "./parse.js";
import type { SliceIndex, Target } from "./spec.js";

/** What can be written down: a function cannot. */
const kinds = ["top", "class", "unit", "channel-max", "direction", "value", "sum"] as const;
/** Sums of sums of sums help nobody. */
const deepest = 8;

type Fields = Readonly<Record<string, unknown>>;

/**
 * A target from plain data (JSON): its text form, or an object of a kind, with a direction as a list of numbers or a tensor
 * of them, and of a sum's terms the weight (1 where it is left out) and a target of either form.
 *
 * @example
 * readTarget({ kind: "sum", terms: [{ weight: 1, target: "class:207" }, { weight: -1, target: "class:208" }] });
 * @throws `target-syntax`
 */
export function readTarget(given: unknown, depth = 0): Target {
  if (typeof given === "string") return parseTarget(given);
  const fail = (why: string): Error => coreError("target-syntax", { target: shown(given), why });
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw fail("it is neither a text nor an object with a kind");
  const fields = given as Fields;
  const whole = (name: string): number => {
    const value = fields[name];
    if (typeof value !== "number" || !Number.isSafeInteger(value)) throw fail(`its ${name} is no whole number`);
    return value;
  };
  const counted = (name: string): number => {
    const value = whole(name);
    if (value < 0) throw fail(`its ${name} is less than 0`);
    return value;
  };
  const text = (name: string): string => {
    const value = fields[name];
    if (typeof value !== "string" || value === "") throw fail(`its ${name} is no text`);
    return value;
  };
  const list = (name: string): readonly unknown[] => {
    const value = fields[name];
    if (!Array.isArray(value)) throw fail(`its ${name} is no list`);
    return value as unknown[];
  };
  const step = (): { readonly step?: number } => (fields["step"] === undefined ? {} : { step: whole("step") });
  switch (fields["kind"]) {
    case "top":
      return { kind: "top", ...step() };
    case "class":
      return fields["label"] === undefined ? { kind: "class", index: counted("index"), ...step() } : { kind: "class", label: text("label"), ...step() };
    case "unit": {
      const unit = { kind: "unit", layer: text("layer"), unit: counted("unit") } as const;
      if (fields["position"] === undefined) return unit;
      const position = list("position");
      if (!position.every((at) => typeof at === "number" && Number.isSafeInteger(at) && at >= 0)) throw fail("its position is no list of whole numbers");
      return { ...unit, position: position as number[] };
    }
    case "channel-max":
      return { kind: "channel-max", layer: text("layer"), unit: counted("unit") };
    case "direction":
      return { kind: "direction", layer: text("layer"), direction: directionOf(fields["direction"], fail) };
    case "value": {
      const index = fields["index"] === undefined ? [] : list("index");
      if (!index.every((at) => at === null || (typeof at === "number" && Number.isSafeInteger(at)))) throw fail("its index is no list of whole numbers, with null for all of an axis");
      return { kind: "value", name: text("name"), index: index as SliceIndex[] };
    }
    case "sum": {
      const terms = list("terms");
      if (terms.length === 0) throw fail("it has no terms");
      if (depth >= deepest) throw fail("it is a sum of sums without end");
      return { kind: "sum", terms: terms.map((term) => {
        const { weight = 1, target } = (typeof term === "object" && term !== null ? term : {}) as Fields;
        if (typeof weight !== "number" || !Number.isFinite(weight)) throw fail("the weight of a term is no number");
        if (target === undefined) throw fail("a term has no target");
        return { weight, target: readTarget(target, depth + 1) };
      }) };
    }
    default:
      throw fail(`its kind is none of ${kinds.join(", ")}`);
  }
}

function directionOf(given: unknown, fail: (why: string) => Error): Tensor {
  const numbers = Array.isArray(given) && given.length > 0 && given.every((value) => typeof value === "number") ? float32([given.length], given as number[]) : isTensor(given) ? float32([given.data.length], toFloat32(given)) : undefined;
  if (!numbers) throw fail("its direction is no list of numbers, one for each unit");
  if (numbers.data.some((value) => !Number.isFinite(value))) throw fail("its direction holds NaN or infinity");
  return numbers;
}

function isTensor(value: unknown): value is Tensor {
  return typeof value === "object" && value !== null && "dtype" in value && "data" in value && "shape" in value && isFloat((value as Tensor).dtype);
}

/** Tensors and whole numbers of 64 bits are no JSON. */
const shown = (value: unknown): string => (JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : ArrayBuffer.isView(part) ? "…" : part)) as string | undefined) ?? String(value);

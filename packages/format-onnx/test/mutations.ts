import { fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Random } from "@vitrine/core";
import { ModelProtoSchema } from "../src/proto/onnx_pb.js";

/** Ways to damage a file, each a pure function of the file, another one, and chance. */
export const mutations: Readonly<Record<string, (file: Uint8Array, other: Uint8Array, random: Random) => Uint8Array>> = {
  "cut off": (file, _, random) => file.slice(0, random.below(file.length)),
  "cut at the front": (file, _, random) => file.slice(1 + random.below(file.length - 1)),
  "one bit": (file, _, random) => altered(file, (bytes) => (bytes[random.below(bytes.length)]! ^= 1 << random.below(8))),
  "some bits": (file, _, random) => altered(file, (bytes) => repeat(1 + random.below(20), () => (bytes[random.below(bytes.length)]! ^= 1 << random.below(8)))),
  "some bytes": (file, _, random) => altered(file, (bytes) => repeat(1 + random.below(8), () => (bytes[random.below(bytes.length)] = random.below(256)))),
  "a run of bytes": (file, _, random) => altered(file, (bytes) => bytes.fill([0, 0xff, 0x7f, 0x80][random.below(4)]!, random.below(bytes.length), random.below(bytes.length))),
  /** A varint as large as there are: a length, a dimension, a count. */
  "a length bomb": (file, _, random) => altered(file, (bytes) => bytes.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f].slice(-1 - random.below(9)), random.below(bytes.length - 10))),
  "a piece left out": (file, _, random) => joined(file.subarray(0, random.below(file.length)), file.subarray(random.below(file.length))),
  "a piece twice": (file, _, random) => {
    const [start, end] = range(file, random);
    return joined(file.subarray(0, end), file.subarray(start));
  },
  "a piece of another file": (file, other, random) => {
    const [start, end] = range(other, random);
    const at = random.below(file.length);
    return joined(file.subarray(0, at), other.subarray(start, end), file.subarray(at));
  },
  "a piece overwritten by another file": (file, other, random) => {
    const [start, end] = range(other, random);
    const piece = other.subarray(start, Math.min(end, start + file.length));
    return altered(file, (bytes) => bytes.set(piece.subarray(0, bytes.length), random.below(bytes.length - Math.min(piece.length, bytes.length) + 1)));
  },
  "two files in one": (file, other) => joined(file, other),
  /** Still a sound file, that says nonsense. */
  "one field": (file, _, random) => withFields(file, 1, random),
  "some fields": (file, _, random) => withFields(file, 2 + random.below(10), random),
};

interface Field {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

/** The file with fields of its messages changed: names to other names of it, numbers to odd numbers, lists shortened or longer. */
function withFields(file: Uint8Array, count: number, random: Random): Uint8Array {
  const model = fromBinary(ModelProtoSchema, file);
  const fields: Field[] = [];
  const names: string[] = [""];
  const collect = (holder: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(holder)) {
      if (key.startsWith("$") || key === "case") continue;
      fields.push({ holder, key });
      if (typeof value === "string") names.push(value);
      if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) collect(value as Record<string, unknown>);
    }
  };
  collect(model as unknown as Record<string, unknown>);
  repeat(count, () => {
    const { holder, key } = fields[random.below(fields.length)]!;
    holder[key] = oddly(holder[key], names, random);
  });
  return toBinary(ModelProtoSchema, model);
}

function oddly(value: unknown, names: readonly string[], random: Random): unknown {
  const one = <T>(...choices: readonly T[]): T => choices[random.below(choices.length)]!;
  switch (typeof value) {
    case "string":
      return one(...names, "__proto__", "constructor", "x".repeat(5000));
    case "bigint":
      // What the field can hold: some are unsigned.
      return value < 0n ? one(-(2n ** 63n), -1n, 0n) : one(0n, 1n, 7n, 2n ** 31n, 2n ** 53n + 1n, 2n ** 63n - 1n);
    case "number":
      return Number.isInteger(value) ? random.below(30) : one(NaN, Infinity, -0, 1e-45);
    default:
      if (value instanceof Uint8Array) return value.subarray(0, random.below(value.length + 1));
      if (!Array.isArray(value)) return value;
      return one<unknown[]>([], value.slice(1), [...(value as unknown[]), ...(value as unknown[]).slice(0, 1)], [...(value as unknown[])].reverse());
  }
}

function altered(file: Uint8Array, change: (bytes: Uint8Array) => unknown): Uint8Array {
  const bytes = file.slice();
  change(bytes);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function range(file: Uint8Array, random: Random): [start: number, end: number] {
  const [a, b] = [random.below(file.length), random.below(file.length)];
  return [Math.min(a, b), Math.max(a, b) + 1];
}

function repeat(times: number, action: () => void): void {
  for (let i = 0; i < times; i++) action();
}

import { bytesPerElement, constantOfBytes, elementsOf, halfToFloat, sizeOf, tensor, type Constant, type ModelSource, type Tensor } from "@vitrine/core";
import { tfjsError } from "../errors.js";
import { lazyConstant } from "./derived.js";
import type { Quantization, WeightGroup, WeightSpec } from "./manifest.js";

/** All weights of a model by name: views into the shards that are decoded when they are read. */
export type Weights = ReadonlyMap<string, Constant>;

/**
 * Reads the weight files beside a model.
 * @throws `tfjs-shards` where they are shorter or longer than the manifest says, `tfjs-manifest` for two weights of one name;
 * the source's own errors for files that are missing, or lie outside the model's folder
 */
export async function readWeights(groups: readonly WeightGroup[], source: ModelSource): Promise<Weights> {
  const weights = new Map<string, Constant>();
  const seen = new Set<string>();
  for (const group of groups) {
    const parts: Uint8Array[] = [];
    for (const given of group.paths) {
      const path = given.replace(/^(\.\/)+/, "");
      if (seen.has(path)) throw tfjsError("tfjs-manifest", { file: source.name, weight: path, why: "this weight file is named twice" });
      seen.add(path);
      parts.push(await source.sibling(path));
    }
    const shards = new Shards(parts);
    // Texts are walked before they are cut out; one run of bytes can be walked from anywhere.
    const whole = group.weights.some((spec) => spec.dtype === "string") ? new Shards([shards.slice(0, shards.length)]) : shards;
    for (const [name, constant] of groupWeights(group, whole, source.name)) {
      if (weights.has(name)) throw tfjsError("tfjs-manifest", { file: source.name, weight: name, why: "two weights have this name" });
      weights.set(name, constant);
    }
  }
  return weights;
}

/** Shards as one run of bytes, read from front to back. */
class Shards {
  readonly length: number;
  /** The shard that the last slice began in, and where that begins. */
  #at = 0;
  #begin = 0;

  constructor(readonly parts: readonly Uint8Array[]) {
    this.length = parts.reduce((sum, part) => sum + part.length, 0);
  }

  /** A view where the bytes lie in one shard, else a copy. `from` never decreases from call to call. */
  slice(from: number, to: number): Uint8Array {
    while (this.#at < this.parts.length && this.#begin + this.parts[this.#at]!.length <= from) this.#begin += this.parts[this.#at++]!.length;
    let begin = this.#begin;
    const pieces: Uint8Array[] = [];
    for (let i = this.#at; i < this.parts.length && begin < to; i++) {
      const part = this.parts[i]!;
      pieces.push(part.subarray(Math.max(0, from - begin), Math.min(part.length, to - begin)));
      begin += part.length;
    }
    if (pieces.length === 1) return pieces[0]!;
    const joined = new Uint8Array(to - from);
    let at = 0;
    for (const piece of pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    return joined;
  }
}

function* groupWeights({ paths, weights }: WeightGroup, shards: Shards, file: string): Generator<[string, Constant]> {
  const fixed = weights.reduce((sum, spec) => sum + (spec.bytes ?? 0), 0);
  const short = (needed: number) => tfjsError("tfjs-shards", { file, paths, bytes: shards.length, needed });
  if (fixed > shards.length) throw short(fixed);
  let at = 0;
  for (const spec of weights) {
    const bytes = spec.bytes ?? textBytes(spec, shards, at, short);
    if (at + bytes > shards.length) throw short(at + bytes);
    const view = shards.slice(at, at + bytes);
    yield [spec.name, spec.dtype === "string" ? texts(spec, view) : numbers(spec, view)];
    at += bytes;
  }
  if (at !== shards.length) throw short(at);
}

function numbers(spec: WeightSpec, bytes: Uint8Array): Constant {
  const { dtype, shape, quantization } = spec;
  if (dtype === "string" || !quantization) return constantOfBytes(dtype === "string" ? "uint8" : dtype, shape, bytes);
  return lazyConstant(dtype as "float32", bytesPerElement(dtype), shape, () => dequantised(dtype, quantization, bytes) as Float32Array);
}

/** As TensorFlow.js does it: in double precision, then rounded to the weight's type. */
function dequantised(dtype: WeightSpec["dtype"], { dtype: stored, scale, min }: Quantization, bytes: Uint8Array): Float32Array | Int32Array {
  if (stored === "float16") return Float32Array.from(elementsOf("float16", bytes), halfToFloat);
  const values = elementsOf(stored, bytes);
  const wide = (value: number): number => value * scale + min;
  return dtype === "int32" ? Int32Array.from(values, (value) => Math.round(wide(value))) : Float32Array.from(values, wide);
}

/** Texts are written as their length in four bytes, then UTF-8. */
function textBytes(spec: WeightSpec, shards: Shards, from: number, short: (needed: number) => Error): number {
  const count = sizeOf(spec.shape);
  // Each takes four bytes at least: a claim of more is refused before anything is walked.
  if (from + 4 * count > shards.length) throw short(from + 4 * count);
  let at = from;
  for (let i = 0; i < count; i++) {
    if (at + 4 > shards.length) throw short(at + 4);
    const [a = 0, b = 0, c = 0, d = 0] = shards.parts[0]!.subarray(at, at + 4);
    at += 4 + (a | (b << 8) | (c << 16)) + d * 2 ** 24;
    if (at > shards.length) throw short(at);
  }
  return at - from;
}

function texts({ shape }: WeightSpec, bytes: Uint8Array): Constant {
  let made: Tensor | undefined;
  const read = (): Tensor => {
    if (made) return made;
    const decoder = new TextDecoder();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const found: string[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = view.getUint32(at, true);
      found.push(decoder.decode(bytes.subarray(at + 4, at + 4 + length)));
      at += 4 + length;
    }
    return (made = tensor("string", shape, found) as Tensor);
  };
  const noBytes = (): never => {
    throw new TypeError("strings have no fixed bytes");
  };
  return { dtype: "string", shape, byteLength: 0, read, bytes: noBytes };
}

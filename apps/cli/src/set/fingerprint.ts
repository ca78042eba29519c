import { isVitrineError, sha256, type Model, type Targets } from "@vitrine/core";
import { readWholeFile } from "@vitrine/files-node";
import { inputPath } from "../host/models.js";

/** What findings depend on besides their input: of the same method, model, parameters, target and version they are the same. */
export interface Made {
  readonly version: string;
  readonly method: string;
  readonly model: Model;
  /** Whole: two directions in one layer read alike. */
  readonly target: Targets | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}

const digest = (value: unknown): Promise<string> => sha256(new TextEncoder().encode(JSON.stringify(value)));

/** A digest of all that findings are made of, the input left out. Contents count, not names: of tensors, sets and checkpoints too. */
export async function fingerprintOf({ version, method, model, target, params }: Made): Promise<string> {
  const { info } = model.runtime;
  return digest([version, method, await model.file.sha256(), await plain(model.spec), `${info.id}:${info.provider}`, target === undefined ? null : await plain(target), await plain(params)]);
}

/** The same for the files of one input. @returns undefined where one cannot be read: whoever runs it says why */
export async function inputDigest(texts: readonly string[]): Promise<string | undefined> {
  try {
    return await digest(await Promise.all(texts.map(async (text) => [nameOf(text), await sha256(await readWholeFile(inputPath(text.slice(nameOf(text).length))))])));
  } catch (error) {
    if (isVitrineError(error)) return undefined;
    throw error;
  }
}

/** `NAME=` where a text begins so and is no file by itself. */
const nameOf = (text: string): string => /^[^=/\\]+=/.exec(text)?.[0] ?? "";

async function plain(value: unknown): Promise<unknown> {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return sha256(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  // A further model, and an input of a further set.
  if ("graph" in value && "file" in value) return (value as Model).file.sha256();
  if ("open" in value && "file" in value && typeof value.file === "string") return [value.file, await sha256(await readWholeFile(value.file))];
  return Promise.all(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(async ([key, inner]) => [key, await plain(inner)]));
}

import { createHash } from "node:crypto";
import path from "node:path";
import { isDynamicPattern } from "tinyglobby";
import { expandInputs, type ExpandOptions } from "./expand-inputs.js";
import { stemOf } from "./file-names.js";

/** One file of a set. */
export interface SetFile {
  readonly file: string;
  /** What its folder of findings is called: the same whenever the set is run, whatever else is in it. */
  readonly name: string;
}

/**
 * The files of a set, each with a name of its own: its path below the folder or the fixed part of the glob, as a file's name. Where two
 * come out alike, a digest of the path tells them apart.
 * @throws `inputs-none`, `inputs-many`
 */
export async function expandSet(patterns: readonly string[], options: ExpandOptions = {}): Promise<readonly SetFile[]> {
  const found = new Map<string, string>();
  for (const pattern of patterns) {
    const root = rootOf(pattern);
    for (const file of await expandInputs([pattern], options)) if (!found.has(path.resolve(file))) found.set(path.resolve(file), path.relative(root, file) || path.basename(file));
  }
  const files = await expandInputs(patterns, options);
  const named = files.map((file) => ({ file, below: found.get(path.resolve(file))!.split(path.sep).join("/") }));
  const counts = new Map<string, number>();
  for (const { below } of named) counts.set(keyOf(below), (counts.get(keyOf(below)) ?? 0) + 1);
  return named.map(({ file, below }) => ({ file, name: counts.get(keyOf(below)) === 1 ? stemOf(below) : `${stemOf(below)}-${createHash("sha256").update(file).digest("hex").slice(0, 8)}` }));
}

/** Where upper and lower case are the same, two names must differ in more. */
const keyOf = (below: string): string => stemOf(below).toLowerCase();

/** What all files of a pattern lie below: the folder, or the part of a glob before anything that varies. */
function rootOf(pattern: string): string {
  const parts = pattern.split(/[\\/]/);
  const varies = parts.findIndex((part) => isDynamicPattern(part));
  if (varies < 0) return pattern;
  return parts.slice(0, varies).join("/") || (pattern.startsWith("/") ? "/" : ".");
}

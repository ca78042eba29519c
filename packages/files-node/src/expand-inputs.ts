import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { didYouMean } from "@vitrine/core";
import { glob, isDynamicPattern } from "tinyglobby";
import { fileError, systemReason } from "./errors.js";
import { namesBeside } from "./read-file.js";

/** What a folder is searched for: pictures, tensors, texts. */
export const inputExtensions: readonly string[] = [".png", ".jpg", ".jpeg", ".webp", ".npy", ".txt"];
/** More files than a set of inputs ever has. */
const most = 100_000;

export interface ExpandOptions {
  /** Lower-case endings that a folder is searched for (default: `inputExtensions`). Files and globs are taken as they are. */
  readonly extensions?: readonly string[];
  /** What relative patterns start from (default: the working folder). */
  readonly cwd?: string;
}

/** `2.png` before `10.png`; the same on every machine. */
const collator = new Intl.Collator("en", { numeric: true });
const inOrder = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);

/**
 * The files that a list of files, folders and globs names: in the order given, those of a folder or glob in natural order, none twice.
 * A folder stands for the inputs directly in it, hidden ones left out; a name that exists is never taken for a glob.
 * @returns paths that begin as the patterns do
 * @throws `inputs-none` for the first pattern that gives nothing, `inputs-many`
 */
export async function expandInputs(patterns: readonly string[], options: ExpandOptions = {}): Promise<string[]> {
  const cwd = options.cwd ?? process.cwd();
  const files = new Map<string, string>();
  for (const pattern of patterns) {
    for (const file of await expand(pattern, cwd, options.extensions ?? inputExtensions)) {
      const absolute = path.resolve(cwd, file);
      if (!files.has(absolute)) files.set(absolute, file);
    }
    if (files.size > most) throw fileError("inputs-many", { pattern, most });
  }
  return [...files.values()];
}

/** Whether a pattern names a set, by itself: a folder, or a glob that is no file's name. */
export async function namesSet(pattern: string, cwd = process.cwd()): Promise<boolean> {
  const found = await stat(path.resolve(cwd, pattern)).catch(() => undefined);
  return found ? found.isDirectory() : isDynamicPattern(path.sep === "\\" ? pattern.replaceAll("\\", "/") : pattern);
}

async function expand(pattern: string, cwd: string, extensions: readonly string[]): Promise<readonly string[]> {
  const none = (why: string, near?: string): Error => fileError("inputs-none", { pattern, why, near });
  const at = path.resolve(cwd, pattern);
  const found = await stat(at).catch(() => undefined);
  if (found?.isDirectory()) {
    const entries = await readdir(at, { withFileTypes: true }).catch((error: unknown) => {
      throw none(systemReason(error));
    });
    const names = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith(".") && extensions.includes(path.extname(entry.name).toLowerCase())).map((entry) => entry.name);
    if (names.length === 0) {
      const folders = entries.some((entry) => entry.isDirectory()) ? `; its subfolders are not searched, '${path.join(pattern, "**", `*${extensions[0] ?? ""}`)}' does` : "";
      throw none(`the folder has no file that ends in ${extensions.join(", ")}${folders}`);
    }
    return names.sort(inOrder).map((name) => path.join(pattern, name));
  }
  if (found) return [pattern];
  // On Windows a backslash parts folders; in a glob it would escape.
  const portable = path.sep === "\\" ? pattern.replaceAll("\\", "/") : pattern;
  if (!isDynamicPattern(portable)) throw none("there is no such file or folder", didYouMean(path.basename(pattern), await namesBeside(at)));
  const matches = await glob(portable, { cwd, onlyFiles: true, expandDirectories: false });
  if (matches.length === 0) throw none("nothing matches");
  return matches.sort(inOrder).map((file) => path.normalize(file));
}

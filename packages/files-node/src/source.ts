import { realpath } from "node:fs/promises";
import path from "node:path";
import { coreError, type ModelSource } from "@vitrine/core";
import { codeOf, fileError, systemReason } from "./errors.js";
import { readWholeFile } from "./read-file.js";

/**
 * A model file on disk. What it names beside itself is read from its own folder or below only; absolute paths, `..` and links that
 * lead out are refused, since a model file is not trusted.
 */
export function fileSource(file: string): ModelSource {
  const name = path.basename(file);
  const folder = path.dirname(path.resolve(file));
  return {
    name,
    read: () => readWholeFile(file),
    sibling: async (wanted) => readWholeFile(await inside(folder, wanted, name), wanted),
  };
}

/** Whether `wanted` cannot leave its folder by its text alone, on any platform. */
function staysByName(wanted: string): boolean {
  if (wanted === "" || wanted.includes("\0") || /^([\\/]|[A-Za-z]:)/.test(wanted)) return false;
  let depth = 0;
  for (const part of wanted.split(/[\\/]/)) {
    depth += part === ".." ? -1 : part === "." || part === "" ? 0 : 1;
    if (depth < 0) return false;
  }
  return depth > 0;
}

async function inside(folder: string, wanted: string, beside: string): Promise<string> {
  const outside = (): Error => coreError("source-outside", { path: wanted, beside });
  if (!staysByName(wanted)) throw outside();
  try {
    const [root, target] = await Promise.all([realpath(folder), realpath(path.join(folder, wanted))]);
    const relative = path.relative(root, target);
    if (relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) throw outside();
    return target;
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") throw coreError("source-missing", { path: wanted, beside }, error);
    if (code === "source-outside") throw error;
    throw fileError("file-unreadable", { path: wanted, why: systemReason(error) }, error);
  }
}

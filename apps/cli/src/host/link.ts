import path from "node:path";
import { pathToFileURL } from "node:url";

/** A path that terminals make clickable, as a link where standard output is one. */
export function link(file: string): string {
  const shown = path.relative(process.cwd(), file) || ".";
  const text = shown.startsWith("..") ? file : shown;
  return process.stdout.isTTY ? `\u001b]8;;${pathToFileURL(file).href}\u001b\\${text}\u001b]8;;\u001b\\` : text;
}


import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { CreateRequest } from "./arguments.js";
import { CreateError } from "./errors.js";
import { namesOf, type Kind, type Names } from "./names.js";

const home = fileURLToPath(new URL("../", import.meta.url));

/** What npm leaves out of what it packs, or takes for its own: templates hold them under other names. */
const renamed: Readonly<Record<string, string>> = { gitignore: ".gitignore", "manifest.json": "package.json" };

export interface Created {
  readonly folder: string;
  readonly kind: Kind;
  /** Relative to the folder. */
  readonly files: readonly string[];
}

/**
 * Writes a new package into a folder of its own under `into`. Templates are whole plugins called `my-plugin`; only names are changed.
 * @throws CreateError where the name is no package name, or the folder is there and not empty
 */
export async function createPlugin({ name, kind, into }: CreateRequest & { readonly into: string }): Promise<Created> {
  const names = namesOf(name, kind);
  const target = path.join(into, names.folder);
  const there = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new CreateError(`\`${target}\` cannot be written to: ${error.message}.`);
  });
  if (there.length > 0) throw new CreateError(`\`${target}\` is there already, and not empty.`);

  const template = path.join(home, "templates", kind);
  const version = (JSON.parse(await readFile(path.join(home, "package.json"), "utf8")) as { version: string }).version;
  const entries = await readdir(template, { recursive: true, withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.filter((found) => found.isFile())) {
    const from = path.join(entry.parentPath, entry.name);
    const file = path.join(path.dirname(path.relative(template, from)), renamed[entry.name] ?? entry.name);
    await mkdir(path.dirname(path.join(target, file)), { recursive: true });
    await writeFile(path.join(target, file), fill(await readFile(from, "utf8"), names, version));
    files.push(file);
  }
  return { folder: names.folder, kind, files: files.sort() };
}

/** The names in a template, and what takes their place. */
function fill(text: string, names: Names, version: string): string {
  const words: Readonly<Record<string, string>> = { "my-plugin": names.package, "my-id": names.id, "My title": names.title, "0.0.0-vitrine": `^${version}` };
  return text.replace(/my-plugin|my-id|My title|0\.0\.0-vitrine/g, (word) => words[word]!);
}

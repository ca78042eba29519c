import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Plugin } from "@vitrine/core";
import { vi } from "vitest";
import { runCli } from "../src/cli.js";
import { standardPlugins } from "../src/standard.js";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line and keeps what it prints. */
export async function cli(args: readonly string[], signal = new AbortController().signal): Promise<Ran> {
  let out = "";
  let err = "";
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true));
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation((text) => ((err += String(text)), true));
  try {
    return { code: await runCli(args, signal), out, err };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

const shared = globalThis as { vitrineTestPlugins?: Record<string, readonly Plugin[]> };

/** A configuration file of these plugins: the standard ones whose names `keep` takes, and more. */
export async function configFile(folder: string, keep: (name: string) => boolean, more: readonly Plugin[] = []): Promise<string> {
  const file = path.join(folder, `${Math.random().toString(36).slice(2)}.config.mjs`);
  (shared.vitrineTestPlugins ??= {})[file] = [...(await standardPlugins()).filter(({ name }) => keep(name)), ...more];
  // A file in a temporary folder can import none of our packages: it is handed them.
  await writeFile(file, `export default { plugins: globalThis.vitrineTestPlugins[${JSON.stringify(file)}] };\n`);
  return file;
}

import { mkdir, mkdtemp, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { coreError, isVitrineError } from "@vitrine/core";
import { codeOf, fileError, systemReason } from "./errors.js";

/** What a temporary folder inside an output folder begins with. */
const staging = ".vitrine-";

/**
 * Makes a folder and those above it that are missing; returns the ones made, outermost first. Where that fails, none stays.
 * Not `mkdir` with `recursive`: Node 20's never returns where the system answers ENOENT for a folder that cannot be made (`/proc/x`).
 */
async function makeFolders(folder: string): Promise<readonly string[]> {
  const missing: string[] = [];
  let at = path.resolve(folder);
  while (!(await exists(at))) {
    missing.unshift(at);
    at = path.dirname(at);
  }
  const made: string[] = [];
  try {
    for (const each of missing) {
      // Another process may have made it meanwhile: then it is not ours to remove.
      if (await mkdir(each).then(() => true, (error: unknown) => rethrowUnless(error, "EEXIST"))) made.push(each);
    }
    return made;
  } catch (error) {
    await removeEmpty(made);
    throw error;
  }
}

async function exists(at: string): Promise<boolean> {
  return stat(at).then(() => true, (error: unknown) => rethrowUnless(error, "ENOENT"));
}

function rethrowUnless(error: unknown, code: string): false {
  if (codeOf(error) === code) return false;
  throw error;
}

/** Removes folders that are still empty, innermost first. */
async function removeEmpty(folders: readonly string[]): Promise<void> {
  for (const each of [...folders].reverse()) await rmdir(each).catch(() => undefined);
}

interface Opened {
  readonly temporary: string;
  /** Takes everything back, folders that were made included. */
  undo(): Promise<void>;
}

/** Makes the folder, where it is not there yet, and a temporary one in it, on the same file system. @throws `output-unwritable` */
async function openFolder(folder: string): Promise<Opened> {
  let made: readonly string[] = [];
  try {
    made = await makeFolders(folder);
    const temporary = await mkdtemp(path.join(folder, staging));
    const undo = async (): Promise<void> => {
      await rm(temporary, { recursive: true, force: true });
      await removeEmpty(made);
    };
    return { temporary, undo };
  } catch (error) {
    await removeEmpty(made);
    throw fileError("output-unwritable", { folder, why: codeOf(error) === "ENOENT" ? "no folder can be made there" : systemReason(error) }, error);
  }
}

/**
 * Whether a run will be able to write there, found out by trying, before any work is done. Leaves nothing behind.
 * @throws `output-unwritable`
 */
export async function checkWritable(folder: string): Promise<void> {
  const { undo } = await openFolder(folder);
  await undo();
}

/** A file to write, made when its turn comes, so that not all are in memory at once. */
export interface FileToWrite {
  readonly name: string;
  readonly bytes: () => Uint8Array;
}

/**
 * Writes files so that each is whole or absent: all of them under temporary names first, then renamed into place, the last one last.
 * That last file vouches for the others, so an older one of its name goes before any of them changes.
 * Covers a process that dies at any moment; not a machine that loses its power.
 * @throws `output-unwritable`, `write-failed`, `cancelled`; nothing has been changed then, save that renaming itself may fail half-way
 */
export async function writeFiles(folder: string, files: readonly FileToWrite[], signal?: AbortSignal): Promise<void> {
  const { temporary, undo } = await openFolder(folder);
  let current = "";
  try {
    for (const { name, bytes } of files) {
      current = name;
      if (signal?.aborted) throw coreError("cancelled", {}, signal.reason);
      await writeFile(path.join(temporary, name), bytes());
    }
    if (signal?.aborted) throw coreError("cancelled", {}, signal.reason);
    const last = files.at(-1);
    if (last) await rm((current = path.join(folder, last.name)), { force: true });
    for (const { name } of files) await rename(path.join(temporary, (current = name)), path.join(folder, name));
    await rm(temporary, { recursive: true, force: true });
  } catch (error) {
    await undo();
    throw isVitrineError(error) ? error : fileError("write-failed", { file: path.basename(current), folder, why: systemReason(error) }, error);
  }
}

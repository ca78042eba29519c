import { constants } from "node:buffer";
import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { isVitrineError } from "@vitrine/core";
import { codeOf, fileError, systemReason } from "./errors.js";

/** The largest file that is read: what one array can hold, 4 GiB on Node 20. */
export const maxFileBytes = Math.min(constants.MAX_LENGTH, 4 * 2 ** 30);
/** At most this much in one call to the system, which takes no more than 2 GiB. */
const step = 2 ** 30;

/**
 * A whole file, in one array of exactly its size.
 * @param shown the path as a message says it
 * @throws `file-missing`, `file-not-regular` for folders, devices and pipes, `file-too-large`, `file-unreadable`
 */
export async function readWholeFile(file: string, shown = file): Promise<Uint8Array> {
  try {
    const found = await stat(file);
    // A pipe or a device would block, or never end.
    if (!found.isFile()) throw fileError("file-not-regular", { path: shown, is: found.isDirectory() ? "a folder" : "a device or pipe" });
    if (found.size > maxFileBytes) throw fileError("file-too-large", { path: shown, bytes: found.size, most: maxFileBytes });
    const bytes = new Uint8Array(found.size);
    const handle = await open(file, "r");
    try {
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, at, Math.min(step, bytes.length - at), at);
        if (bytesRead === 0) throw fileError("file-unreadable", { path: shown, why: "it became shorter while it was read" });
        at += bytesRead;
      }
    } finally {
      await handle.close();
    }
    return bytes;
  } catch (error) {
    if (isVitrineError(error)) throw error;
    if (codeOf(error) === "ENOENT") throw fileError("file-missing", { path: shown, beside: await namesBeside(file) }, error);
    throw fileError("file-unreadable", { path: shown, why: systemReason(error) }, error);
  }
}

/** What else lies in a file's folder, for near misses; nothing where it cannot be listed or is very full. */
export async function namesBeside(file: string): Promise<readonly string[]> {
  const names = await readdir(path.dirname(file)).catch((): string[] => []);
  return names.length > 2000 ? [] : names;
}

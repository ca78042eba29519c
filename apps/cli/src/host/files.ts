import { readFile, stat } from "node:fs/promises";
import { cliError } from "../errors.js";

/** A small file (a picture, a tensor, a description), whole. */
export async function readBytes(path: string, what = "file"): Promise<Uint8Array> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw cliError("file-missing", { path, what });
  if (!found.isFile()) throw cliError("file-unreadable", { path, why: found.isDirectory() ? "it is a folder" : "it is no regular file" });
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    throw cliError("file-unreadable", { path, why: error instanceof Error ? error.message : String(error) }, error);
  }
}

export async function readJson(path: string, what = "file"): Promise<unknown> {
  const text = new TextDecoder().decode(await readBytes(path, what));
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw cliError("json-invalid", { path, why: error instanceof Error ? error.message : String(error) }, error);
  }
}

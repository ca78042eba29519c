import { readWholeFile } from "@vitrine/files-node";
import { cliError } from "../errors.js";

export async function readJson(path: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readWholeFile(path));
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw cliError("json-invalid", { path, why: error instanceof Error ? error.message : String(error) }, error);
  }
}

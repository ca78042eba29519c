import { expandSet, namesSet } from "@vitrine/files-node";
import type { Model } from "@vitrine/core";
import { cliError } from "../errors.js";
import { inputPath } from "../host/models.js";

/** One input of a set. */
export interface SetItem {
  /** Of its folder. */
  readonly name: string;
  readonly file: string;
  /** What `--input` would be given for it alone. */
  readonly texts: readonly string[];
}

/**
 * The inputs that `--input` names one by one: those of a folder or a glob. Undefined where all of it is one input or one batch, which
 * is what files that are named themselves are.
 * @throws `usage` where several named inputs are sets, `inputs-none`
 */
export async function setItems(model: Model, texts: readonly string[]): Promise<readonly SetItem[] | undefined> {
  const names = new Set(model.inputs.map(({ name }) => name));
  const given = texts.map((text) => {
    const at = text.indexOf("=");
    const name = at > 0 && names.has(text.slice(0, at)) ? text.slice(0, at) : undefined;
    return { text, name, pattern: inputPath(name === undefined ? text : text.slice(at + 1)) };
  });
  const isSet = await Promise.all(given.map(({ pattern }) => namesSet(pattern)));
  if (!isSet.some(Boolean)) return undefined;
  const named = given.filter(({ name }) => name !== undefined);
  if (named.length === 0) return (await expandSet(given.map(({ pattern }) => pattern))).map(({ file, name }) => ({ name, file, texts: [file] }));
  const [set, ...more] = given.filter((_, i) => isSet[i]);
  if (more.length > 0 || named.length < given.length) throw cliError("usage", { message: "Of several named inputs one may be a folder or a glob.", hint: "Name the others' files; or give each input as one .npy file that holds the batch." });
  return (await expandSet([set!.pattern])).map(({ file, name }) => ({ name, file, texts: given.map((one) => (one === set ? `${one.name!}=${file}` : one.text)) }));
}

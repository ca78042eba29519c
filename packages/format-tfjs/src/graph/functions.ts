import { tfjsError } from "../errors.js";
import { Fields, isObject, type Json, type JsonObject } from "../json/fields.js";
import { NodeAttributes, typeOf, type TfType } from "./attributes.js";
import { nodesOf, readRef, type NodeRef, type TfNode } from "./nodes.js";

/** A function of a graph's library: what a branch does, or a loop does again and again. */
export interface TfFunction {
  readonly name: string;
  readonly arguments: readonly { readonly name: string; readonly dtype: TfType | undefined }[];
  /** Where each result comes from, in order. */
  readonly results: readonly NodeRef[];
  /** Its nodes; arguments are among them, as nodes without inputs. */
  readonly nodes: ReadonlyMap<string, TfNode>;
}

/** The functions of a GraphDef by name, read when they are asked for. */
export class FunctionLibrary {
  readonly #given = new Map<string, Json>();
  readonly #read = new Map<string, TfFunction>();

  constructor(
    topology: Json | undefined,
    readonly file: string,
  ) {
    const library = isObject(topology) ? topology["library"] : undefined;
    const list = isObject(library) ? library["function"] : undefined;
    if (!Array.isArray(list)) return;
    for (const entry of list as readonly Json[]) {
      const signature = isObject(entry) ? entry["signature"] : undefined;
      const name = isObject(signature) ? signature["name"] : undefined;
      if (typeof name === "string") this.#given.set(name, entry);
    }
  }

  /** Adds a function that is not in the file, and returns the name under which it is found. */
  add(wanted: string, made: Omit<TfFunction, "name">): string {
    let name = wanted;
    for (let i = 2; this.#given.has(name) || this.#read.has(name); i++) name = `${wanted}_${i}`;
    this.#read.set(name, { ...made, name });
    return name;
  }

  /** @throws `tfjs-graph` where there is none of that name, or it is not whole */
  find(name: string, by: string): TfFunction {
    const known = this.#read.get(name);
    if (known) return known;
    const given = this.#given.get(name);
    if (given === undefined) throw tfjsError("tfjs-graph", { file: this.file, why: `${by} needs the function \`${name}\`, which is not there` });
    const made = readFunction(Fields.of(given, `modelTopology.library.${name}`, this.file), name);
    this.#read.set(name, made);
    return made;
  }
}

function readFunction(fields: Fields, name: string): TfFunction {
  const signature = fields.fields("signature");
  const list = (key: string): JsonObject[] => signature.array(key, []).map((entry, i) => (isObject(entry) && typeof entry["name"] === "string" ? entry : signature.fail(`${key}[${i}]`, "an argument with a name")));
  const nodes = nodesOf(fields.array("nodeDef", []), fields.path("nodeDef"), fields.file);
  const args = list("inputArg").map((entry) => ({ name: entry["name"] as string, dtype: typeOf(entry["type"]) }));
  for (const { name: arg } of args) nodes.set(arg, { name: arg, op: "_Arg", inputs: [], attributes: new NodeAttributes(arg, "_Arg", {}) });
  const ret = fields.fields("ret");
  const results = list("outputArg").map((entry) => readRef(ret.string(entry["name"] as string)));
  return { name, arguments: args, results, nodes };
}

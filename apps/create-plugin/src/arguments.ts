import { parseArgs } from "node:util";
import { CreateError } from "./errors.js";
import { kindOf, kinds, type Kind } from "./names.js";

export interface CreateRequest {
  /** The name of the npm package: `my-method`, `@me/vitrine-runtime-mine`. */
  readonly name: string;
  readonly kind: Kind;
}

export const usage = `npm create @vitrine/plugin NAME
npm create @vitrine/plugin NAME -- --kind ${kinds.join("|")}

Writes a package into the folder NAME: a method, unless the name or --kind says a runtime or a format.`;

/** @throws CreateError that says what was expected */
export function parseArguments(args: readonly string[]): CreateRequest | "help" {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], allowPositionals: true, options: { kind: { type: "string" }, help: { type: "boolean", short: "h" } } });
  } catch (error) {
    throw new CreateError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
  const { values, positionals } = parsed;
  if (values.help) return "help";
  const [name, ...more] = positionals;
  if (name === undefined) throw new CreateError(`What the package is called was not said.\n\n${usage}`);
  if (more.length > 0) throw new CreateError(`One name is expected, and \`${positionals.join(" ")}\` was given.\n\n${usage}`);
  const kind = values.kind ?? kindOf(name);
  if (!kinds.includes(kind as Kind)) throw new CreateError(`\`${kind}\` is no kind of plugin: expected ${kinds.join(", ")}.`);
  return { name, kind: kind as Kind };
}

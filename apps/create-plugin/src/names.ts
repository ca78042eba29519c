import { CreateError } from "./errors.js";

export const kinds = ["method", "runtime", "format"] as const;
export type Kind = (typeof kinds)[number];

/** What is to be made, where only a name says so: a method, unless it names another kind. */
export function kindOf(name: string): Kind {
  return kinds.find((kind) => new RegExp(`(^|[^a-z])${kind}([^a-z]|$)`).test(name)) ?? "method";
}

/** What a plugin is called, everywhere that it has a name. */
export interface Names {
  /** On npm. */
  readonly package: string;
  /** The folder that it is written into: the package's name without its scope. */
  readonly folder: string;
  /** On the command line: the name without `vitrine` and the kind, unless nothing else is left. */
  readonly id: string;
  /** For people. */
  readonly title: string;
}

/** npm's own rule for new packages. */
const packageName = /^(@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*$/;

/** @throws CreateError where npm would not take the name, or no id can be made of it */
export function namesOf(name: string, kind: Kind): Names {
  if (!packageName.test(name) || name.length > 214) throw new CreateError(`\`${name.slice(0, 80)}\` is no name for an npm package: lower-case letters, digits and hyphens, perhaps after \`@scope/\`.`);
  const folder = name.split("/").at(-1)!;
  const words = folder.split(/[^a-z0-9]+/).filter((word) => word !== "");
  const own = words.filter((word, i) => word !== "vitrine" && !(word === kind && words[i - 1] === "vitrine"));
  const kept = own.length > 0 ? own : words;
  if (!/^[a-z]/.test(kept[0] ?? "")) throw new CreateError(`\`${name}\` gives no id for the command line: it has to begin with a letter, as \`my-${kind}\` does.`);
  return { package: name, folder, id: kept.join("-"), title: capital(kept.join(" ")) };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

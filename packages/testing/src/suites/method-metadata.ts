import { flagOf, resolveParameters, type Method } from "@vitrine/core";
import { hold, type SuiteCase } from "./suite.js";

const kinds: readonly string[] = ["number", "integer", "boolean", "choice", "text", "texts", "numbers", "layer", "layers", "tensor", "inputs", "models", "fill"];

/** What a method says of itself: its flags, its form and its page are made of it. */
export function methodMetadata(method: Method): SuiteCase[] {
  const parameters = Object.entries(method.params);
  const metadata = (name: string, run: () => void): SuiteCase => ({ name: `metadata › ${name}`, run: async () => run() });
  return [
    metadata("id, title and summary", () => {
      hold(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(method.id), "the id is in kebab case", () => `it is \`${method.id}\``);
      hold(method.title.trim() !== "", "it has a title", () => "it is empty");
      hold(/[.?]$/.test(method.summary.trim()), "the summary is a sentence", () => `it is \`${method.summary}\``);
    }),
    metadata("citations", () => {
      for (const { authors, year, title, where } of method.citations) {
        hold(authors.trim() !== "" && title.trim() !== "" && where.trim() !== "", "a citation says who, what and where", () => JSON.stringify({ authors, year, title, where }));
        hold(Number.isInteger(year) && year > 1800 && year < 2200, "a citation has a year", () => `it is ${year}`);
      }
    }),
    metadata("examples call it", () => {
      for (const example of method.examples ?? []) hold(example.split(/\s+/).includes(method.id), "an example is a command line with the method's id", () => `\`${example}\` lacks \`${method.id}\``);
    }),
    metadata("parameters describe themselves", () => {
      for (const [name, { kind, description, placeholder, choices }] of parameters) {
        hold(/^[a-z][a-zA-Z0-9]*$/.test(name), "a parameter's name is in camel case", () => `it is \`${name}\``);
        hold(kinds.includes(kind), "a parameter is of a known kind", () => `\`${name}\` is a \`${kind}\``);
        hold(description.trim() !== "", "a parameter is described", () => `\`${name}\` is not`);
        hold(placeholder.trim() !== "", "a parameter has a placeholder", () => `\`${name}\` has none`);
        hold(kind !== "choice" || (choices?.length ?? 0) > 1, "a choice offers something to choose from", () => `\`${name}\` offers ${choices?.join(", ") ?? "nothing"}`);
      }
      const flags = parameters.map(([name]) => flagOf(name));
      hold(new Set(flags).size === flags.length, "each parameter has a flag of its own", () => flags.join(", "));
    }),
    metadata("its defaults are valid", () => {
      resolveParameters(method.id, method.params, {});
    }),
  ];
}

import { readdirSync } from "node:fs";
import path from "node:path";
import { createEngine, flagOf, showFill, type Engine, type Fill, type Method, type Parameter, type Plugin } from "@vitrine/core";
import { autodiffPlugin } from "@vitrine/autodiff";
import { graphPlugin, graphSource, referenceRuntime, tinyConvNet, type TinyModel } from "@vitrine/testing";
import type { Page } from "./page.js";

/** The names of the packages that hold methods. */
export const methodPackages = (root: string): string[] => readdirSync(path.join(root, "packages")).filter((name) => name.startsWith("method-")).sort();

const isPlugin = (value: unknown): value is Plugin => typeof value === "object" && value !== null && "register" in value && "name" in value;

/** An engine with every method of the repository. @param scope the npm scope of our packages */
export async function everyMethod(root: string, scope: string): Promise<Engine> {
  const modules = await Promise.all(methodPackages(root).map((name) => import(`${scope}/${name}`) as Promise<Record<string, unknown>>));
  return createEngine({ runtime: referenceRuntime, plugins: [graphPlugin, autodiffPlugin, ...modules.flatMap((module) => Object.values(module).filter(isPlugin))] });
}

/** What a method cannot be run without, for the tiny network. */
const needed: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  correspondence: { boxes: [0, 0, 4, 4, 2, 2, 4, 4, 4, 4, 4, 4] },
};

/** What a method writes for a tiny convolutional network, on the reference runtime: one row per kind of tensor. */
async function tensorsOf(engine: Engine, method: Method, tiny: TinyModel): Promise<string[]> {
  const model = await engine.load(graphSource(tiny.graph), tiny.spec && { spec: tiny.spec });
  const samples = method.together ? 3 : 1;
  try {
    const report = await engine.run(method, { model, input: tiny.feeds(samples), batch: 8, params: needed[method.id] ?? {} });
    const seen = new Set<string>();
    return Object.entries(report.tensors).flatMap(([key, { meaning, axes, tensor }]) => {
      // `activation/conv1`, `activation/relu1`: one kind.
      const kind = key.replace(/\/.*$/, "/NAME");
      if (seen.has(kind)) return [];
      seen.add(kind);
      return [`| \`${kind}\` | ${tensor.dtype} | ${cell(axes?.join(", ") ?? `${tensor.shape.length} axes`)} | ${cell(meaning)} |`];
    });
  } finally {
    await model.dispose();
  }
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function defaultOf({ default: value }: Parameter): string {
  if (value === undefined) return "";
  if (typeof value === "object" && value !== null && "kind" in value) return `\`${showFill(value as Fill)}\``;
  return `\`${cell(Array.isArray(value) ? value.join(",") : String(value as string | number | boolean))}\``;
}

/** The reference page of a method: what its author says of it, and after that what its schema says. */
export async function methodPage(engine: Engine, method: Method, words: string): Promise<Page> {
  const parameters = Object.entries(method.params).map(([key, parameter]) => {
    const choices = parameter.choices ? ` One of ${parameter.choices.map((choice) => `\`${choice}\``).join(", ")}.` : "";
    const value = parameter.choices ? "" : ` \`${cell(parameter.placeholder)}\``;
    return `| \`${flagOf(key)}\`${value} | ${defaultOf(parameter)} | ${cell(parameter.description)}${choices} |`;
  });
  const tensors = await tensorsOf(engine, method, tinyConvNet());
  const source = /^(arxiv:|doi:|https?:)/i;
  const linked = (where: string): string => (source.test(where) ? `[${where}](${where.replace(/^arxiv:/i, "https://arxiv.org/abs/").replace(/^doi:/i, "https://doi.org/")})` : where);
  const text = [
    `# ${method.title}`,
    method.summary,
    words.trim(),
    ...(method.examples?.length ? ["## Command lines", `\`\`\`sh\n${method.examples.map((example) => `vitrine ${example}`).join("\n")}\n\`\`\``] : []),
    "## Parameters",
    ...(parameters.length > 0 ? [["| flag | default | what it is |", "|---|---|---|", ...parameters].join("\n")] : ["It has none."]),
    ...(method.targeted === false ? ["It explains no target: there is no `--target`."] : []),
    ...(method.needsInput === false ? ["It needs no input."] : []),
    "## Tensors that it writes",
    "For a small convolutional network; each as a `.npy` file beside `findings.json`, which names them.",
    ["| tensor | type | axes | meaning |", "|---|---|---|---|", ...tensors].join("\n"),
    ...(method.citations.length > 0 ? ["## Sources", method.citations.map(({ authors, year, title, where }) => `- ${authors} (${year}): *${title}*. ${linked(where)}`).join("\n")] : []),
  ].join("\n\n");
  return { file: `methods/${method.id}.html`, title: method.title, text };
}

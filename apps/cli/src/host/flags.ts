import { Option, type Command } from "commander";
import { coreError, flagOf, resolveParameters, type Method, type Parameter, type ParameterHost } from "@vitrine/core";
import { showDefault } from "./show.js";

const collect = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];

/** Gives a method's command one flag per parameter. Values stay texts here: the parameter itself reads them. */
export function addParameterFlags(command: Command, method: Method): void {
  for (const [key, parameter] of Object.entries(method.params)) {
    const flag = flagOf(key);
    const value = parameter.kind === "boolean" ? `[${parameter.placeholder}]` : `<${parameter.placeholder.replace(/[<>[\]]/g, "")}>`;
    const option = new Option(`${flag} ${value}`, describe(parameter)).argParser(parameter.kind === "boolean" ? (text: string) => [text] : collect);
    command.addOption(option);
  }
}

function describe(parameter: Parameter): string {
  const standard = showDefault(parameter.default);
  return standard === undefined ? parameter.description : `${parameter.description} (default: ${standard})`;
}

/** The parameters that were given: `--params FILE.json` first, then the flags, each read by its parameter. */
export async function readParameters(method: Method, flags: Readonly<Record<string, unknown>>, file: Readonly<Record<string, unknown>>, host: ParameterHost): Promise<Record<string, unknown>> {
  const given: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(file)) {
    const parameter = method.params[key];
    if (!parameter) throw coreError("parameter-unknown", { method: method.id, parameter: key, known: Object.keys(method.params) });
    given[key] = await fromJson(parameter, value, host);
  }
  for (const [key, parameter] of Object.entries(method.params)) {
    const texts = flags[key];
    if (texts === true) given[key] = true;
    else if (Array.isArray(texts)) given[key] = await parameter.parse(texts as string[], host);
  }
  // Checked here too, before any model is run.
  resolveParameters(method.id, method.params, given);
  return given;
}

/** What JSON cannot hold (a tensor, a set of inputs, a fill) stands there as on the command line. */
async function fromJson(parameter: Parameter, value: unknown, host: ParameterHost): Promise<unknown> {
  const asText = ["tensor", "inputs", "models", "fill"].includes(parameter.kind);
  if (!asText) return value;
  const texts = (Array.isArray(value) ? value : [value]).map((item) => (typeof item === "string" || typeof item === "number" ? String(item) : undefined));
  return texts.every((text) => text !== undefined) ? parameter.parse(texts, host) : value;
}


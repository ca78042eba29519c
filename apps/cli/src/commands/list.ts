import { flagOf, type Engine } from "@vitrine/core";
import { print, printJson } from "../host/output.js";
import { columns, showDefault } from "../host/show.js";

/** `vitrine methods` */
export function listMethods(engine: Engine, json: boolean): void {
  const methods = engine.methods.map((method) => ({
    id: method.id,
    title: method.title,
    summary: method.summary,
    citations: method.citations,
    parameters: Object.entries(method.params).map(([key, parameter]) => ({
      flag: flagOf(key),
      kind: parameter.kind,
      ...(parameter.choices && { choices: parameter.choices }),
      default: showDefault(parameter.default) ?? null,
      description: parameter.description,
    })),
  }));
  if (json) return printJson(methods);
  print(
    methods
      .map((method) => {
        const rows = method.parameters.map(({ flag, choices, default: standard, description }) => [`  ${flag}`, standard ?? "", choices ? `${description} (${choices.join(", ")})` : description]);
        const sources = method.citations.map((citation) => `  ${citation.authors} ${citation.year}, ${citation.title}. ${citation.where}`);
        return [`${method.id} – ${method.summary}`, columns(rows), ...sources].filter((part) => part !== "").join("\n");
      })
      .join("\n\n"),
  );
}

/** `vitrine runtimes` */
export async function listRuntimes(engine: Engine, json: boolean): Promise<void> {
  const runtimes = await Promise.all(engine.runtimes.map(async (runtime) => ({ id: runtime.id, summary: runtime.summary, providers: await runtime.providers() })));
  if (json) return printJson(runtimes);
  const rows = runtimes.flatMap((runtime) => runtime.providers.map((state) => [`${runtime.id}:${state.provider}`, state.available ? "ready" : "missing", state.note ?? ""]));
  print(rows.length === 0 ? "No runtime is installed." : columns(rows, ["runtime", "state", ""]));
}

/** `vitrine formats` */
export function listFormats(engine: Engine, json: boolean): void {
  const formats = engine.formats.map(({ id, title, extensions, write }) => ({ id, title, extensions, writes: write !== undefined }));
  if (json) return printJson(formats);
  print(columns(formats.map((format) => [format.id, format.title, format.extensions.join(" "), format.writes ? "reads and writes" : "reads"]), ["format", "", "files", ""]));
}

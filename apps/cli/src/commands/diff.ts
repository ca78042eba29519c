import path from "node:path";
import type { Engine, Model } from "@vitrine/core";
import { diffModels } from "@vitrine/diff";
import { checkWritable } from "@vitrine/files-node";
import { compose, type ComposeOptions } from "../compose.js";
import { cliError } from "../errors.js";
import { readInputs } from "../host/inputs.js";
import { link } from "../host/link.js";
import { openModel, type ModelOptions } from "../host/models.js";
import { print, printJson } from "../host/output.js";
import { saveReport } from "../host/save.js";
import { plain, wrap } from "../host/show.js";

export interface DiffFlags extends ModelOptions, Omit<ComposeOptions, "runtime"> {
  readonly input?: readonly string[] | undefined;
  readonly out?: string | undefined;
  readonly runtime?: readonly string[] | undefined;
  readonly tolerance?: number | undefined;
  readonly layers?: readonly string[] | undefined;
  readonly json?: boolean | undefined;
  readonly theme?: "light" | "dark" | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `vitrine diff MODEL [OTHER] --runtime A --runtime B --input X`: where two runtimes, providers or models part. */
export async function diff(models: readonly string[], flags: DiffFlags): Promise<void> {
  const runtimes = flags.runtime ?? [];
  const [first = "", second = first] = models;
  if (models.length === 1 && runtimes.length !== 2) throw cliError("diff-sides", { runtimes });
  if (models.length === 2 && runtimes.length > 2) throw cliError("diff-sides", { runtimes });
  if (flags.out !== undefined) await checkWritable(flags.out);
  const engines: Engine[] = [];
  const open = async (model: string, runtime: string | undefined): Promise<{ engine: Engine; model: Model }> => {
    const engine = await compose({ ...flags, runtime });
    engines.push(engine);
    return { engine, model: await openModel(engine, model, flags) };
  };
  try {
    const a = await open(first, runtimes[0]);
    const b = await open(second, runtimes[1] ?? runtimes[0]);
    const given = await readInputs(a.engine, a.model, flags.input ?? []);
    const report = await diffModels(a.model, b.model, given.input, {
      label: given.label,
      ...(flags.tolerance !== undefined && { tolerance: flags.tolerance }),
      ...(flags.layers !== undefined && { layers: flags.layers }),
      ...(flags.signal !== undefined && { signal: flags.signal }),
    });
    const saved = flags.out === undefined ? undefined : await saveReport(flags.out, report, { theme: flags.theme ?? "light", signal: flags.signal });
    if (flags.json) {
      const { method, model, runtime, params, facts, notices } = report;
      printJson(saved?.document ?? { method, model, runtime, params, facts, notices });
      return;
    }
    const { summary } = report.facts as { readonly summary: string };
    const lines = [...wrap(plain(summary, 2000))];
    for (const { title, file } of saved?.pictures ?? []) if (file !== undefined) lines.push("", plain(title, 160), `  ${link(path.resolve(saved!.folder, file))}`);
    for (const notice of report.notices ?? []) lines.push("", ...wrap(`Note: ${plain(notice, 600)}`));
    if (saved) lines.push("", `${Object.keys(report.tensors).length} tensors and findings.json in ${link(path.resolve(saved.folder))}`);
    print(lines.join("\n"));
  } finally {
    await Promise.all(engines.map((engine) => engine.dispose()));
  }
}

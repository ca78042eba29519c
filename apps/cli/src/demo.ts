import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { toFloat32, type Engine, type FindingTensor, type HeatmapView, type Model, type Report, type SideBySideView } from "@vitrine/core";
import { activation } from "@vitrine/method-activation";
import { occlusion } from "@vitrine/method-occlusion";
import { findZooModel, zooDemoSample } from "@vitrine/zoo";
import { compose } from "./compose.js";
import { readValue } from "./host/inputs.js";
import { openModel } from "./host/models.js";
import { exitCodeOf, showError } from "./host/output.js";
import { saveReport } from "./host/save.js";

const out = path.resolve(process.argv[2] ?? "vitrine-demo");

/** `pnpm demo`: a bundled network and its cheating twin, explained on the same bundled picture. */
async function demo(): Promise<void> {
  const engine = await compose({});
  try {
    const { object } = zooDemoSample;
    phase(`Opening a network that was trained on ${object}s (and seven other things) everywhere, and its twin that saw them mostly in their usual places`);
    const honest = await openModel(engine, "zoo:scenes");
    const cheating = await openModel(engine, "zoo:scenes-cheating");
    const layers = await honest.layers();
    const { info } = honest.runtime;
    tell(`${layers.length} layers, ${info.id}:${info.provider}, ${info.threads ?? "?"} threads`);

    const picture = fileURLToPath(zooDemoSample.picture);
    const input = await readValue(engine, picture);
    phase("What every layer sees");
    const seen = await engine.run(activation, { model: honest, input, label: path.basename(picture) });
    const layersOut = await saveReport(path.join(out, "layers"), seen, { theme: "light" });
    tell(link(path.join(layersOut.folder, layersOut.pictures.find(({ file }) => file?.startsWith("activation"))?.file ?? "")));

    phase("Where the decision came from: a grey square hides part after part");
    const looks = [];
    for (const [who, model] of [["honest", honest], ["cheating", cheating]] as const) {
      const report = await explain(engine, model, input, path.basename(picture), object);
      await saveReport(path.join(out, who), report, { theme: "light" });
      tell(`${who}: ${summaryOf(report)}`);
      looks.push({ who, report });
    }
    const together = await saveReport(path.join(out, "compared"), compare(looks, object), { theme: "light" });
    process.stdout.write(`\nSame answer. Different reasons.\n`);
    tell(link(path.join(together.folder, together.pictures[0]?.file ?? "")));
    tell(link(out));
    const accuracy = (name: string) => findZooModel(name)?.accuracy;
    const percent = (value: number | undefined): string => `${Math.round(100 * (value ?? 0))} %`;
    process.stdout.write(
      `\nOn unseen pictures in their usual places the two are right on ${percent(accuracy("scenes")?.usual)} and ${percent(accuracy("scenes-cheating")?.usual)};` +
        ` with the places swapped, on ${percent(accuracy("scenes")?.swapped)} and ${percent(accuracy("scenes-cheating")?.swapped)}.\n`,
    );
  } finally {
    await engine.dispose();
  }
}

/** By the logit: both networks are so sure that hiding one square hardly moves a probability. */
function explain(engine: Engine, model: Model, input: unknown, label: string, object: string): PromiseLike<Report> {
  return engine.run(occlusion, { model, input, label, target: { kind: "class", label: object }, params: { baseline: { kind: "pixel", value: 127.5 }, score: "logit" }, batch: 32 });
}

/**
 * Both maps over the same picture, each on its own scale: the cheating network needs no single square much, since the place is everywhere
 * in the picture, and on the honest one's scale nothing of it would be seen.
 */
function compare(looks: readonly { readonly who: string; readonly report: Report }[], object: string): Report {
  const tensors: Record<string, FindingTensor> = {};
  const maps = looks.map(({ who, report }) => {
    const view = report.views.find((found): found is HeatmapView => found.kind === "heatmap")!;
    const take = (key: string): string => {
      tensors[`${who}/${key}`] = report.tensors[key]!;
      return `${who}/${key}`;
    };
    return { who, report, view: { ...view, tensor: take(view.tensor), ...(view.over !== undefined && { over: take(view.over) }) } };
  });
  const views: HeatmapView[] = maps.map(({ who, report, view }) => ({
    ...view,
    range: [0, largest(tensors[view.tensor]!)],
    title: `The ${who} network says ${object}, ${Math.round(100 * Number(zooDemoSample.answers[who === "honest" ? "scenes" : "scenes-cheating"]?.probability))} %`,
    caption: summaryOf(report),
  }));
  const side: SideBySideView = {
    kind: "side-by-side",
    title: "Same answer. Different reasons.",
    caption: `The more colour, the more the answer "${object}" needs what is there. One learned the ${object}, the other the place where ${object}s were in its training pictures.`,
    views,
  };
  return { ...looks[0]!.report, tensors, views: [side], facts: Object.fromEntries(looks.map(({ who, report }) => [who, report.facts])) };
}

const largest = ({ tensor }: FindingTensor): number => toFloat32(tensor).reduce((a, b) => Math.max(a, b), 0);

function summaryOf(report: Report): string {
  const { summary } = report.facts;
  return typeof summary === "string" ? summary : "";
}

function phase(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

function tell(text: string): void {
  process.stdout.write(`  ${text}\n`);
}

function link(file: string): string {
  const shown = path.relative(process.cwd(), file) || ".";
  return process.stdout.isTTY ? `\u001b]8;;${pathToFileURL(file).href}\u001b\\${shown}\u001b]8;;\u001b\\` : shown;
}

try {
  await demo();
} catch (error) {
  process.stderr.write(`${showError(error, { debug: process.argv.includes("--debug"), json: false })}\n`);
  process.exitCode = exitCodeOf(error);
}

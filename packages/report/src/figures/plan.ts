import type { FindingTensor, Report, View } from "@vitrine/core";
import { showCount } from "@vitrine/render";
import { mapValues, TensorStore, type EmbeddedTensor, type TensorPlace } from "../data/embed.js";
import type { Entry, ReportDocument, Section } from "../document.js";
import { drawForPage, type DrawnView } from "./draw.js";
import { shareImages } from "./share-images.js";
import { drawnAs, tensorKeys } from "./views.js";

/** A figure with everything that stands around it. */
export interface PlannedFigure {
  readonly drawn: DrawnView;
  readonly svg?: string;
  readonly wide?: string;
  readonly saved?: string;
  readonly tensors: readonly TensorPlace[];
  /** By a tensor's key: where the values of its map are in the page's data. */
  readonly maps: Readonly<Record<string, string>>;
  readonly command: string;
  readonly code: string;
}

export interface PlannedEntry {
  readonly entry: Entry;
  readonly figures: readonly PlannedFigure[];
}

export interface PlannedSection {
  readonly section: Section;
  readonly entries: readonly PlannedEntry[];
}

/** A page before it is written. */
export interface PagePlan {
  readonly document: ReportDocument;
  /** The input as a drawing. */
  readonly picture?: string;
  /** Where it looked: the first view of the first open entry that says what decided. */
  readonly looked?: PlannedFigure;
  readonly sections: readonly PlannedSection[];
  /** Rasters that several figures show. */
  readonly symbols: string;
  readonly tensors: Readonly<Record<string, EmbeddedTensor>>;
  /** What a reader of the page should know of its making. */
  readonly notices: readonly string[];
}

/** Characters of a page, and of what is left for its text, style and script. */
export interface Room {
  readonly bytes: number;
}
const forWords = 400_000;
/** Figures may take this share of the page; data fill what they leave. */
const forFigures = 0.8;
/** Maps of more values are not told at the pointer. */
const mostRead = 256 * 256;

interface Made {
  readonly entry: Entry;
  readonly drawn: DrawnView;
}

/** The pictures of a drawing, in the order in which they are shared and given back. */
const svgsOf = ({ picture, wide, saved }: DrawnView): string[] => [picture, wide, saved].flatMap((each) => (each ? [each.svg] : []));

/** The pictures behind a map that can be read at the pointer but is no plain [rows, columns] tensor. */
function reducedMaps(view: View, { tensors }: Report): Map<string, FindingTensor> {
  const found = new Map<string, FindingTensor>();
  const look = (given: View, depth: number): void => {
    const each = drawnAs(given);
    if ((each.kind === "side-by-side" || each.kind === "unit-page") && depth < 3) each.views.forEach((inner) => look(inner, depth + 1));
    if (each.kind !== "heatmap") return;
    const raw = Object.hasOwn(tensors, each.tensor) ? tensors[each.tensor] : undefined;
    if (!raw || raw.tensor.dtype === "string" || raw.tensor.shape.length < 3 || raw.tensor.shape.length > 4) return;
    const [rows = 0, columns = 0] = raw.tensor.shape.slice(-2);
    if (rows * columns <= mostRead) found.set(each.tensor, { tensor: mapValues(raw.tensor, each), meaning: `${raw.meaning}, as drawn` });
  };
  look(view, 0);
  return found;
}

/** Draws everything, decides what the page holds, and says what it does not. */
export function planPage(document: ReportDocument, { bytes }: Room): PagePlan {
  const notices: string[] = [];
  let count = 0;
  const next = (): string => `f${++count}`;

  const where = document.sections.find(({ id }) => id === "decided")?.entries.find(({ open }) => open);
  const shown = document.input?.picture !== undefined;
  const first = where?.report.views[0];
  const looked: Made | undefined = where && first && { entry: where, drawn: drawForPage(next(), first, where.report, { pictureShown: shown }) };
  const made = document.sections.flatMap((section) => section.entries.map((entry) => ({ section, entry, figures: entry.report.views.map((view): Made => ({ entry, drawn: drawForPage(next(), view, entry.report) })) })));
  const picture = document.input?.picture && drawForPage(next(), { kind: "image", title: "The input", tensor: "input" }, { tensors: { input: { tensor: document.input.picture, meaning: "the input" } } }, { pictureShown: true });

  // Open entries come first: where the page has no room, it lacks what is folded.
  const all: Made[] = [...(looked ? [looked] : []), ...[...made].sort((a, b) => Number(b.entry.open) - Number(a.entry.open)).flatMap(({ figures }) => figures)];
  const shared = shareImages([...all.flatMap(({ drawn }) => svgsOf(drawn)), ...(picture ? svgsOf(picture) : [])]);
  let at = 0;
  let left = forFigures * (bytes - forWords) - shared.symbols.length;
  const store = new TensorStore();
  const kept = new Map<DrawnView, { svg?: string; wide?: string; saved?: string }>();
  const without: Made[] = [];
  const reduced = new Map<DrawnView, Map<string, FindingTensor>>();
  for (const each of all) {
    const { drawn, entry } = each;
    const take = (present: unknown): string | undefined => (present ? shared.svgs[at++] : undefined);
    const [svg, wide, saved] = [take(drawn.picture), take(drawn.wide), take(drawn.saved)];
    const size = (svg?.length ?? 0) + (saved?.length ?? 0);
    if (size > left) {
      without.push(each);
      continue;
    }
    left -= size;
    const hasWide = wide !== undefined && wide.length <= left / 4;
    if (hasWide) left -= wide.length;
    kept.set(drawn, { ...(svg !== undefined && { svg }), ...(hasWide && { wide }), ...(saved !== undefined && { saved }) });
    const maps = reducedMaps(drawn.view, entry.report);
    reduced.set(drawn, maps);
    for (const key of tensorKeys(drawn.view, entry.report.tensors)) store.want(entry.report.tensors[key]!);
    for (const found of maps.values()) store.want(found);
  }
  const used = forFigures * (bytes - forWords) - left;
  const homeless = store.place(bytes - forWords - used);
  if (without.length > 0) notices.push(`${showCount(without.length)} of ${showCount(all.length)} figures have no room in a page of ${showMegabytes(bytes)}; each names the command that draws it.`);
  if (homeless > 0) notices.push(`${showCount(homeless)} tensor${homeless === 1 ? " is" : "s are"} too large for a page of ${showMegabytes(bytes)}; the figures that they belong to name the command that writes them.`);

  const finish = ({ entry, drawn }: Made): PlannedFigure => {
    const { command, code, report } = entry;
    const keys = tensorKeys(drawn.view, report.tensors);
    const pictures = kept.get(drawn);
    if (!pictures) {
      const failure = `There is no room for this picture in a page of ${showMegabytes(bytes)}. The command below draws it.`;
      return { drawn: { id: drawn.id, title: drawn.title, view: { ...drawn.view, kind: "text", text: failure }, notices: [], remarks: [], failure }, tensors: [], maps: {}, command, code };
    }
    const tensors = keys.map((key) => store.of(key, report.tensors[key]!));
    const maps: Record<string, string> = {};
    for (const { key, id } of tensors) if (id !== undefined) maps[key] = id;
    for (const [key, found] of reduced.get(drawn) ?? []) {
      const { id } = store.of(key, found);
      if (id !== undefined) maps[key] = id;
      else delete maps[key];
    }
    return { drawn, ...pictures, tensors, maps, command, code };
  };
  return {
    document,
    ...(picture && { picture: shared.svgs.at(-1)! }),
    ...(looked && { looked: finish(looked) }),
    sections: document.sections.map((section) => ({ section, entries: made.filter((each) => each.section === section).map(({ entry, figures }) => ({ entry, figures: figures.map(finish) })) })),
    symbols: shared.symbols,
    tensors: store.embedded(),
    notices,
  };
}

export function showMegabytes(bytes: number): string {
  return bytes >= 999_500 ? `${showCountOrTenth(bytes / 1e6)} MB` : `${showCount(Math.max(1, bytes / 1e3))} kB`;
}

const showCountOrTenth = (value: number): string => (value >= 10 ? showCount(value) : value.toFixed(1).replace(/\.0$/u, ""));

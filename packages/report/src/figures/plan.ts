import type { FindingTensor, Report, View } from "@vitrine/core";
import { showCount, type Figure } from "@vitrine/render";
import { mapValues, TensorStore, type EmbeddedTensor, type TensorPlace } from "../data/embed.js";
import type { Entry, ReportDocument, Section } from "../document.js";
import { drawForPage, type DrawnView } from "./draw.js";
import { drawnAs, saysWhere, tensorKeys } from "./views.js";

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
  /** Views that yielded to one that shows nearly the same: their titles, and the layers that those are of. */
  readonly yielded: readonly { readonly title: string; readonly nearly: string }[];
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
  /** What it is called: of another target than the answer it is not where the answer came from, and has its own title. */
  readonly lookedTitle?: string;
  readonly sections: readonly PlannedSection[];
  /** Data URIs of the rasters that figures show, by the ids under which they use them. */
  readonly rasters: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, EmbeddedTensor>>;
  /** Figures that found no room. */
  readonly missing: number;
  /** Those that yielded to others which show nearly the same. */
  readonly yielded: number;
  /** What a reader of the page should know of its making. */
  readonly notices: readonly string[];
}

/** How large a page may be. */
export interface Room {
  /** Characters of figures, rasters and data together. */
  readonly bytes: number;
  /** How the reader is told: "5 MB". */
  readonly named: string;
}
/** Figures may take this share of the room; data fill what they leave. Where that leaves figures out, what cannot be read at the pointer yields. */
const forFigures = 0.8;
const mostForFigures = 0.93;
/** Maps of more values are not told at the pointer. */
const mostRead = 256 * 256;

interface Made {
  readonly entry: Entry;
  readonly drawn: DrawnView;
}

/** A document with all that can be drawn of it. */
export interface DrawnDocument {
  readonly document: ReportDocument;
  readonly picture?: DrawnView;
  readonly looked?: Made;
  readonly made: readonly { readonly section: Section; readonly entry: Entry; readonly figures: readonly Made[] }[];
}

/** Whether what is explained is what the network answered. */
function isOfAnswer({ answer }: ReportDocument, target: Report["target"]): boolean {
  if (answer?.kind !== "classes" || target === undefined) return true;
  const [first] = typeof target === "string" ? [target] : target;
  return first === undefined || first === "top" || first.split("@t=")[0] === `class:${answer.top[0]?.index}`;
}

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

/** The layer whose view shows nearly the same. */
const nearlyOf = ({ view }: DrawnView): string | undefined => (view.kind === "layer-grid" && typeof view.nearly === "string" ? view.nearly : undefined);

/** Figures of an entry that are always drawn as finely as they can be. */
const alwaysFine = 6;

/** Pixels for each CSS pixel of the maps of layers beyond the first figures of an entry: where a page has no room for all, and for all but those that others nearly show. */
export const coarse = 0.6;
export const coarsest = 0.4;

/** The same with fewer pixels in the maps of layers beyond the first figures of each entry, to save room. */
export function coarser(drawn: DrawnDocument, density: number): DrawnDocument {
  const again = ({ entry, drawn: { id, view } }: Made): Made => ({ entry, drawn: drawForPage(id, view, entry.report, { density }) });
  return { ...drawn, made: drawn.made.map((each) => ({ ...each, figures: each.figures.map((figure, i) => (i >= alwaysFine && figure.drawn.view.kind === "layer-grid" ? again(figure) : figure)) })) };
}

/** The views of an entry: those of one group together, where the first of them stands; what the entry's summary says anyway is left out. */
function inReadingOrder({ report: { views, facts } }: Entry): readonly View[] {
  const shown = views.filter((view) => !(view.kind === "text" && view.text === facts["summary"]));
  const groups = [...new Set(shown.map(({ group }) => group))];
  return groups.flatMap((group) => shown.filter((view) => view.group === group));
}

/** Draws every view of a document. */
export function drawDocument(document: ReportDocument): DrawnDocument {
  let count = 0;
  const next = (): string => `f${++count}`;
  const where = document.sections.find(({ id }) => id === "decided")?.entries.find(({ open }) => open);
  const first = where?.report.views[0];
  const { picture } = document.input ?? {};
  const drawn = picture && drawForPage(next(), { kind: "image", title: "The input", tensor: "input" }, { tensors: { input: { tensor: picture, meaning: "the input" } } }, { pictureShown: true });
  const looked = where && first && saysWhere(first, where.report.tensors) && { entry: where, drawn: drawForPage(next(), first, where.report, { pictureShown: picture !== undefined }) };
  const made = document.sections.flatMap((section) => section.entries.map((entry) => ({ section, entry, figures: inReadingOrder(entry).map((view): Made => ({ entry, drawn: drawForPage(next(), view, entry.report) })) })));
  return { document, ...(drawn && { picture: drawn }), ...(looked && { looked }), made };
}

/** Rasters that have a place on the page, and what is left for more. */
class Shelf {
  readonly rasters: Record<string, string> = {};
  constructor(public left: number) {}

  /** Takes drawings and their rasters as one, if there is room within `share` of what is left; what stands already costs nothing. */
  take(figures: readonly (Figure | undefined)[], share = 1): boolean {
    const wanted = new Map<string, string>();
    let size = 0;
    for (const figure of figures) {
      if (!figure) continue;
      size += figure.svg.length;
      for (const [id, href] of Object.entries(figure.rasters)) if (!Object.hasOwn(this.rasters, id)) wanted.set(id, href);
    }
    for (const href of wanted.values()) size += href.length + symbolLength;
    if (size > share * this.left) return false;
    this.left -= size;
    for (const [id, href] of wanted) this.rasters[id] = href;
    return true;
  }
}
/** Characters around a raster. */
const symbolLength = 160;

/** Decides what a page holds, and says what it does not. */
export function planPage(drawn: DrawnDocument, room: Room): PagePlan {
  const plan = planWith(forFigures, drawn, room);
  return plan.missing === 0 ? plan : planWith(mostForFigures, drawn, room);
}

function planWith(share: number, { document, picture, looked, made }: DrawnDocument, { bytes, named }: Room): PagePlan {
  const notices: string[] = [];
  const shelf = new Shelf(share * bytes);
  const hasPicture = shelf.take([picture?.picture]);
  const store = new TensorStore();
  const kept = new Map<DrawnView, { readonly wide: boolean; readonly maps: ReadonlyMap<string, FindingTensor> }>();
  // The first figures of all entries come first, then the second ones: where the page has no room, every entry lacks what is far down.
  // Last of all comes what another figure shows nearly as well.
  const rank = new Map(made.flatMap(({ entry, figures }) => figures.map(({ drawn }, i) => [drawn, 2 * i + (entry.open ? 0 : 1) + (i >= alwaysFine && nearlyOf(drawn) !== undefined ? 1e6 : 0)] as const)));
  const all: Made[] = [...(looked ? [looked] : []), ...made.flatMap(({ figures }) => figures).sort((a, b) => rank.get(a.drawn)! - rank.get(b.drawn)!)];
  for (const { drawn, entry } of all) {
    if (!shelf.take([drawn.picture, drawn.saved])) continue;
    const maps = reducedMaps(drawn.view, entry.report);
    kept.set(drawn, { wide: shelf.take([drawn.wide], 0.25), maps });
    for (const key of tensorKeys(drawn.view, entry.report.tensors)) store.want(entry.report.tensors[key]!, drawn.view.kind === "heatmap" && !maps.has(key) ? 0 : 1);
    for (const found of maps.values()) store.want(found, 0);
  }
  const homeless = store.place(bytes - (share * bytes - shelf.left));
  const yields = (drawn: DrawnView): boolean => nearlyOf(drawn) !== undefined && !kept.has(drawn);
  const yielded = all.filter(({ drawn }) => yields(drawn)).length;
  const without = all.length - kept.size - yielded;
  if (yielded > 0) notices.push(`${showCount(yielded)} of ${showCount(all.length)} figures have no room in a page of ${named} beside those that show nearly the same; they are named below these, with the command that draws them.`);
  if (without > 0) notices.push(`${showCount(without)} of ${showCount(all.length)} figures have no room in a page of ${named}; each names the command that draws it.`);
  if (homeless > 0) notices.push(`${showCount(homeless)} tensor${homeless === 1 ? " is" : "s are"} too large for a page of ${named}; the figures that they belong to name the command that writes them.`);

  const finish = ({ entry, drawn }: Made): PlannedFigure => {
    const { command, code, report } = entry;
    const found = kept.get(drawn);
    if (!found) {
      const failure = `There is no room for this picture in a page of ${named}. The command below draws it.`;
      const { caption, source } = drawn.view;
      const view: View = { kind: "text", title: drawn.title, text: failure, ...(caption !== undefined && { caption }), ...(source !== undefined && { source }) };
      return { drawn: { id: drawn.id, title: drawn.title, ...(drawn.group !== undefined && { group: drawn.group }), view, notices: drawn.notices, remarks: [], failure }, tensors: [], maps: {}, command, code };
    }
    const tensors = tensorKeys(drawn.view, report.tensors).map((key) => store.of(key, report.tensors[key]!));
    const maps: Record<string, string> = {};
    for (const { key, id } of tensors) if (id !== undefined) maps[key] = id;
    for (const [key, each] of found.maps) {
      const { id } = store.of(key, each);
      if (id !== undefined) maps[key] = id;
      else delete maps[key];
    }
    return { drawn, ...(drawn.picture && { svg: drawn.picture.svg }), ...(found.wide && drawn.wide && { wide: drawn.wide.svg }), ...(drawn.saved && { saved: drawn.saved.svg }), tensors, maps, command, code };
  };
  return {
    document,
    ...(hasPicture && picture?.picture && { picture: picture.picture.svg }),
    ...(looked && { looked: finish(looked), lookedTitle: isOfAnswer(document, looked.entry.report.target) ? "Where it looked" : looked.drawn.view.title }),
    sections: document.sections.map((section) => ({ section, entries: made.filter((each) => each.section === section).map(({ entry, figures }) => ({
      entry,
      figures: figures.filter(({ drawn }) => !yields(drawn)).map(finish),
      yielded: figures.flatMap(({ drawn }) => (yields(drawn) ? [{ title: drawn.title, nearly: nearlyOf(drawn)! }] : [])),
    })) })),
    rasters: shelf.rasters,
    tensors: store.embedded(),
    missing: without,
    yielded,
    notices,
  };
}

export function showMegabytes(bytes: number): string {
  return bytes >= 999_500 ? `${showCountOrTenth(bytes / 1e6)} MB` : `${showCount(Math.max(1, bytes / 1e3))} kB`;
}

const showCountOrTenth = (value: number): string => (value >= 10 ? showCount(value) : value.toFixed(1).replace(/\.0$/u, ""));

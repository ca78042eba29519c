import { countOf, gridColumns, type FindingTensor, type GridScaling, type LayerGridView, type View } from "@vitrine/core";
import type { BankAnalysis } from "./analysis.js";
import { colourPicture, filterCells, mostFilters, rangeOf } from "./cells.js";
import { smallMatrix } from "./matrix.js";
import type { Noticed } from "./noticed.js";
import { by, keyOf, titled } from "./words.js";

export interface FilterViewOptions {
  readonly scale: "auto" | "filter" | "layer" | "both";
  /** Undefined: not for colours, else yes. */
  readonly symmetric: boolean | undefined;
  readonly rgb: readonly [number, number, number];
}

export interface Shown {
  readonly tensors: Readonly<Record<string, FindingTensor>>;
  readonly views: readonly View[];
}

type Over = "filter" | "layer";

/** The pictures of one bank of filters: colours over pixels, maps of deeper convolutions, matrices of the rest. */
export function filterViews(one: BankAnalysis, noticed: readonly Noticed[], options: FilterViewOptions): Shown {
  const { bank, first } = one;
  const extent = bank.kernel.reduce((a, b) => a * b, 1);
  if (extent === 1) return matrixView(one);
  if (first && bank.slices === 3) return colourViews(one, options);
  return mapViews(one, noticed, options);
}

const scales = (wanted: FilterViewOptions["scale"], auto: readonly Over[]): readonly Over[] => (wanted === "auto" ? auto : wanted === "both" ? ["filter", "layer"] : [wanted]);
const bounded = (shown: number, all: number): string => (shown < all ? ` The first ${shown} of ${all}; the findings hold all of them.` : "");

function colourViews({ parameter, bank, dead }: BankAnalysis, options: FilterViewOptions): Shown {
  const tensors: Record<string, FindingTensor> = {};
  const filters = Math.min(mostFilters, bank.filters);
  const symmetric = options.symmetric ?? false;
  const whole = rangeOf(bank);
  const views = scales(options.scale, ["filter", "layer"]).map((over): View => {
    const items = Array.from({ length: filters }, (_, f) => {
      const key = keyOf(`picture-${over}`, parameter.name, String(f));
      const picture = colourPicture(bank, f, { symmetric, over, rgb: options.rgb }, over === "layer" ? whole : rangeOf(bank, f));
      tensors[key] = { tensor: picture, axes: ["row", "column", "colour"], meaning: `filter ${f} as colours, scaled over ${over === "layer" ? "the layer" : "itself"}` };
      // Scaled by itself, next to nothing looks like anything else.
      return { tensor: key, label: dead.includes(f) ? `${f} · dead` : String(f) };
    });
    const how = symmetric ? "Zero is middle grey." : "The least value is dark, the greatest bright.";
    return {
      kind: "image-grid", group: parameter.layer, items, columns: columnsFor(filters),
      title: over === "layer" ? `The filters of ${parameter.layer} on one scale` : `What the filters of ${parameter.layer} look for`,
      caption: `${over === "layer" ? "One scale for all: faint filters are weak ones." : "Each filter on its own scale."} ${how} ${by(bank.kernel)} pixels, numbered from 0.${bounded(filters, bank.filters)}`,
    };
  });
  return { tensors, views };
}

/** Rows as wide as a page holds. */
const columnsFor = (cells: number): number => Math.min(16, Math.max(8, gridColumns(cells)));

function mapViews({ parameter, bank }: BankAnalysis, noticed: readonly Noticed[], options: FilterViewOptions): Shown {
  const cells = filterCells(bank);
  const key = keyOf("filters", parameter.name, bank.block);
  const signed = options.symmetric ?? true;
  const marked = marksOf(noticed, cells.filters);
  // A depthwise filter works on a channel of its own, whose size it makes up for: on one scale most would be blank.
  const views = scales(options.scale, bank.groups > 1 && bank.slices === 1 ? ["filter"] : ["layer"]).map((over): LayerGridView => {
    const scaling: GridScaling = { normalise: signed ? "signed" : "min-max", contrast: over === "layer" ? "layer" : "channel", channelBoost: 0, gamma: 1 };
    const what = cells.slices < bank.slices ? `In each, the first ${cells.slices} of its ${bank.slices} input slices: ${cells.arrangement}.` : bank.slices > 1 ? `In each, ${cells.arrangement}.` : "";
    const grouped = bank.groups > 1 ? ` ${bank.slices === 1 ? "Depthwise: each filter sees one channel." : `${bank.groups} groups: each filter sees ${bank.slices} channels.`}` : "";
    const turned = parameter.op === "ConvTranspose" ? " A transposed convolution draws with them." : "";
    return {
      kind: "layer-grid", group: parameter.layer, tensor: key, axes: { unit: 0, rows: [1], columns: [2] }, scaling, ownScale: over === "filter", columns: Math.min(16, gridColumns(cells.filters)),
      colours: signed ? "signed" : "magnitude", unit: "weight", title: `The filters of ${titled(parameter.layer, bank.block)}`,
      caption: `${countOf(bank.filters, "filter")} of ${by(bank.kernel)} over ${countOf(bank.slices, "channel")}. ${what}${grouped}${turned}${bounded(cells.filters, bank.filters)}`.trim(),
      ...(marked.length > 0 && { marked }),
    };
  });
  const meaning = `filters as maps; ${cells.slices > 1 ? `${cells.arrangement}, zeros between them` : "one input slice each"}`;
  return { tensors: { [key]: { tensor: cells.tensor, axes: ["unit", "row", "column"], meaning } }, views };
}

/** Why a cell is marked: what was noticed of it. */
function marksOf(noticed: readonly Noticed[], filters: number): { unit: number; label: string }[] {
  const words: Partial<Record<Noticed["finding"], string>> = { "dead filters": "next to nothing", "noisy filters": "like noise" };
  return noticed.flatMap(({ finding, filters: which }) => {
    const label = words[finding];
    return label === undefined || which.length > filters / 2 ? [] : which.filter((unit) => unit < filters).map((unit) => ({ unit, label }));
  });
}

function matrixView({ parameter, bank }: BankAnalysis): Shown {
  const small = smallMatrix(bank);
  const key = keyOf("matrix", parameter.name, bank.block);
  const [rows, columns] = small.block;
  const cut = rows * columns > 1 ? ` Each cell stands for ${rows} × ${columns} weights, and shows the one with the largest magnitude.` : "";
  const grouped = bank.groups > 1 ? ` ${bank.groups} groups: a row's columns are the channels of its group.` : "";
  const table = parameter.role === "table";
  const across = parameter.role === "recurrent-weight" ? "unit of the step before" : table ? "feature" : "input";
  const recurrent = parameter.role === "recurrent-weight" ? " from its own last state" : parameter.kind === "recurrent" ? " from its input" : "";
  const view: View = {
    kind: "matrix", group: parameter.layer, tensor: key, rows: small.rows, columns: small.columns, colours: "signed", unit: "weight",
    title: table ? `The table of ${parameter.layer}` : `The weights of ${titled(parameter.layer, bank.block)}${recurrent}`,
    caption: `${bank.filters} × ${bank.slices}: a row for each ${table ? "entry" : "unit"}, a column for each ${across}.${cut}${grouped}`,
  };
  return { tensors: { [key]: { tensor: small.tensor, axes: ["unit", "input"], meaning: `weights [${table ? "entry, feature" : "unit, input"}]${rows * columns > 1 ? `, of each ${rows} × ${columns} the one with the largest magnitude` : ""}` } }, views: [view] };
}

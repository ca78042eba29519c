/**
 * What to draw, not how. Plain data: tensors are named by their key in the findings, so that a view can be redrawn from
 * `findings.json` alone. Version 1. A renderer draws an unknown kind by its `fallback`.
 */
export type View =
  | HeatmapView | ImageView | ImageGridView | LayerGridView | HistogramView | CurveView | BarsView | ScatterView | MatrixView
  | LabelMapView | TableView | TextView | TextTraceView | SideBySideView | UnitPageView | LinkView | CustomView;

export const viewSchemaVersion = 1;

/** Colour maps by meaning; LOOK in the docs says which colours they are. */
export type Colours =
  /** Zero is the page, more is more ink. */
  | "magnitude"
  /** Diverges around zero. */
  | "signed"
  /** Transparent to one accent, over a greyed picture. */
  | "importance"
  /** Pixels as they are: RGB. */
  | "picture";

export interface ViewBase {
  readonly kind: string;
  /** What is seen, in plain words: "Where the dog was found". */
  readonly title: string;
  /** One or two sentences under the picture: what it shows, what it cannot tell. */
  readonly caption?: string;
  /** Model, layer, method, target, parameters that matter: filled in by the engine where a method leaves it out. */
  readonly source?: string;
  /** Views with the same group belong to one question and share a section. */
  readonly group?: string;
}

export interface Scaled {
  readonly colours: Colours;
  /** Values at both ends of the legend. Absent: the data's own, "own scale" is said. For `signed` symmetric about zero. */
  readonly range?: readonly [number, number];
  /** Unit of the numbers, for the legend: "probability", "activation". */
  readonly unit: string;
}

/** A picture behind a map, or beside it: a tensor key of RGBA or RGB bytes, [height, width, 3 or 4], uint8. */
export type PictureKey = string;

/** One map [height, width], or [1 or batch, 1 or channels, height, width] with `sample` and `reduce`. */
export interface HeatmapView extends ViewBase, Scaled {
  readonly kind: "heatmap";
  readonly tensor: string;
  readonly sample?: number;
  /** How channels become one map. Default `sum`. */
  readonly reduce?: "sum" | "mean" | "max" | "max-abs" | "norm";
  /** The picture that it lies over; the clean one stands beside it. */
  readonly over?: PictureKey;
  /** Where on that picture the map lies, in its pixels: [y, x, height, width], partly outside perhaps. Absent: all of it. */
  readonly place?: readonly [number, number, number, number];
  /** Outlined in input pixels: an occluder, a receptive field, a ground-truth box. [y, x, height, width] */
  readonly outlines?: readonly { readonly box: readonly [number, number, number, number]; readonly label: string }[];
}

export interface ImageView extends ViewBase {
  readonly kind: "image";
  readonly tensor: PictureKey;
  readonly outlines?: HeatmapView["outlines"];
}

/** Small pictures on one page: filters, a gallery. */
export interface ImageGridView extends ViewBase {
  readonly kind: "image-grid";
  readonly items: readonly { readonly tensor: PictureKey; readonly label: string }[];
  readonly columns?: number;
}

/** What the axes of a tensor are, so that a view can draw one sample of a raw tensor without a second copy of it. Every axis is named exactly once. */
export interface GridAxes {
  /** Absent: the tensor is a single sample. */
  readonly batch?: number;
  /** Absent: there is one unit. */
  readonly unit?: number;
  /** Positions from top to bottom; several are nested, the first outermost (the slices of a volume stand one under the other). */
  readonly rows: readonly number[];
  /** Positions from left to right. */
  readonly columns: readonly number[];
}

/** How raw values become ink; `layerGridCells` computes it. */
export interface GridScaling {
  /**
   * `min-max`: (a − min) / (max − min + 1e-10), as the Deep Visualization Toolbox; zero may be grey.
   * `magnitude`: |a| / max |a|; zero is the page. `signed`: a / max |a|, from −1 to 1; zero is the page.
   */
  readonly normalise: "min-max" | "magnitude" | "signed";
  /** What min and max are taken over. */
  readonly contrast: "layer" | "channel";
  /** b of × max_c^(−b), 0 to 1: lifts quiet channels, wholly at 1. */
  readonly channelBoost: number;
  /** γ of ^γ (of the magnitude, for `signed`): below 1 lifts faint values. */
  readonly gamma: number;
}

/**
 * All units of a layer, one cell each, tiled. The tensor is the raw activation, batch included: a renderer draws what
 * `layerGridCells(tensor, view)` returns, in [0, 1] (`signed`: [−1, 1]). `range`: raw values at both
 * ends of the scale, where contrast is over the layer; absent, those of the tensor.
 */
export interface LayerGridView extends ViewBase, Scaled {
  readonly kind: "layer-grid";
  readonly tensor: string;
  readonly axes: GridAxes;
  /** Index along the batch axis (default 0). */
  readonly sample?: number;
  readonly scaling: GridScaling;
  /** Cells side by side. */
  readonly columns: number;
  /** True where units do not share one scale (contrast per channel, or a boost); said in the legend. */
  readonly ownScale: boolean;
  readonly over?: PictureKey;
  /** Units to mark, with why. */
  readonly marked?: readonly { readonly unit: number; readonly label: string }[];
  /** The layer behind this one, where a view shows nearly the same of it: that of its rectifier, say. Where there is no room for all views, this one goes first. */
  readonly nearly?: string;
}

export interface HistogramView extends ViewBase {
  readonly kind: "histogram";
  /** [bins] counts. */
  readonly counts: string;
  /** [bins + 1] edges. */
  readonly edges: string;
  readonly xAxis: string;
  readonly yAxis: string;
}

export interface CurveView extends ViewBase {
  readonly kind: "curve";
  readonly series: readonly { readonly x: string; readonly y: string; readonly label: string }[];
  readonly xAxis: string;
  readonly yAxis: string;
  readonly yRange?: readonly [number, number];
}

export interface BarsView extends ViewBase {
  readonly kind: "bars";
  readonly bars: readonly { readonly label: string; readonly value: number; readonly marked?: boolean }[];
  readonly xAxis: string;
  readonly range?: readonly [number, number];
}

export interface ScatterView extends ViewBase {
  readonly kind: "scatter";
  readonly x: string;
  readonly y: string;
  readonly labels?: readonly string[];
  readonly xAxis: string;
  readonly yAxis: string;
  readonly xRange?: readonly [number, number];
  readonly yRange?: readonly [number, number];
}

export interface MatrixView extends ViewBase, Scaled {
  readonly kind: "matrix";
  readonly tensor: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
}

/** A map of categories: the most probable class at each position of an occluder. */
export interface LabelMapView extends ViewBase {
  readonly kind: "label-map";
  /** int32 [height, width]: indices into `labels` by value. */
  readonly tensor: string;
  readonly labels: Readonly<Record<number, string>>;
  readonly over?: PictureKey;
}

export interface TableView extends ViewBase {
  readonly kind: "table";
  /** `digits`: decimals of its numbers. */
  readonly columns: readonly { readonly title: string; readonly numeric?: boolean; readonly digits?: number; readonly unit?: string }[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface TextView extends ViewBase {
  readonly kind: "text";
  readonly text: string;
}

/** A text whose symbols are coloured by a value each. */
export interface TextTraceView extends ViewBase, Scaled {
  readonly kind: "text-trace";
  readonly symbols: readonly string[];
  /** [symbols] */
  readonly tensor: string;
  /** Under each symbol: its most probable successors. */
  readonly next?: readonly (readonly { readonly symbol: string; readonly probability: number }[])[];
}

/** Pictures that are to be compared. Maps among them share a scale unless they say not. */
export interface SideBySideView extends ViewBase {
  readonly kind: "side-by-side";
  readonly views: readonly View[];
}

/** Everything about one unit on one page. */
export interface UnitPageView extends ViewBase {
  readonly kind: "unit-page";
  readonly unit: string;
  readonly views: readonly View[];
}

export interface LinkView extends ViewBase {
  readonly kind: "link";
  readonly href: string;
  readonly text: string;
}

/** A kind of somebody else's: drawn by whoever knows `kind`, by its fallback elsewhere. */
export interface CustomView extends ViewBase {
  readonly kind: `${string}/${string}`;
  readonly data: unknown;
  readonly fallback: Exclude<View, CustomView>;
}

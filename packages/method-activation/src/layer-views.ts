import { countOf, layerAxes, layerAxisNames, layerExtent, layerGridLayout, layerKindWords, modelName, percentOf, threeDigits, topK, unravelIndex, type BarsView, type Graph, type GridScaling, type Layer, type LayerGridView, type View } from "@vitrine/core";
import type { Answer } from "./capture.js";
import { ofSample, rangeOf, type LayerStatistics } from "./statistics.js";
import { placeWords } from "./words.js";

/** How layers are drawn: the parameters of that name. */
export interface GridOptions {
  readonly normalise: "auto" | "dvt" | "magnitude" | "signed";
  readonly contrast: GridScaling["contrast"];
  readonly channelBoost: number;
  readonly gamma: number;
}

/** What views of layers, and of what they see, share. */
export const layersGroup = "What each layer sees";
const group = layersGroup;
/** How many classes a bar chart shows. */
const mostBars = 10;
/** Words for the units that a grid marks. */
const ranks = ["strongest", "second", "third"] as const;

/** A layer as it is seen best: a softmax over classes as bars, every other one as a grid of its units. */
export function layerView(statistics: LayerStatistics, sample: number, options: GridOptions, answer: Answer | undefined, isOutput: boolean, nearly?: string): View {
  const { layer } = statistics;
  const isVector = layerExtent(layer).every((size) => size === 1);
  if (layer.kind === "softmax" && isVector && layer.units > 1) return bars(statistics, sample, isOutput ? answer : undefined);
  const view = grid(statistics, sample, options);
  return nearly === undefined ? view : { ...view, nearly };
}

const passedOn: ReadonlySet<Layer["kind"]> = new Set(["conv", "dense", "norm", "add"]);
const alike: ReadonlySet<Layer["kind"]> = new Set(["norm", "activation"]);

/** By the value of a layer that only a normalisation or an activation uses: the name of that one, whose maps look nearly the same. */
export function nearlyTheSame(graph: Pick<Graph, "nodes" | "outputs">, layers: readonly Layer[]): ReadonlyMap<string, string> {
  const byValue = new Map(layers.map((layer) => [layer.value, layer]));
  const users = new Map<string, string[]>();
  for (const { inputs, outputs } of graph.nodes) for (const input of new Set(inputs)) users.set(input, [...(users.get(input) ?? []), outputs[0] ?? ""]);
  const found = new Map<string, string>();
  for (const { value, kind, shape } of layers) {
    const [user, ...more] = users.get(value) ?? [];
    const behind = user === undefined || more.length > 0 ? undefined : byValue.get(user);
    if (behind && passedOn.has(kind) && alike.has(behind.kind) && String(behind.shape) === String(shape) && !graph.outputs.some(({ name }) => name === value)) found.set(value, behind.name);
  }
  return found;
}

function bars(statistics: LayerStatistics, sample: number, answer: Answer | undefined): BarsView {
  const { layer } = statistics;
  const isLog = layer.op === "LogSoftmax";
  const strongest = topK(ofSample(statistics, "max", sample), mostBars).map(({ index, value }) => ({ label: answer?.classes.find((one) => one.index === index)?.name ?? `unit ${index}`, value }));
  return classBars(strongest, { group, title: `What ${layer.name} says`, xAxis: isLog ? "log-probability" : "probability", ...(!isLog && { range: [0, 1] as const }), of: layer.units });
}

function classBars(bars: readonly { readonly label: string; readonly value: number }[], { of, ...view }: Pick<BarsView, "title" | "group" | "xAxis" | "range"> & { readonly of: number }): BarsView {
  const caption = of > bars.length ? `The ${bars.length} strongest of ${of.toLocaleString("en-US")}.` : `All ${of}, the strongest first.`;
  return { kind: "bars", ...view, caption, bars: bars.map((bar, i) => (i === 0 ? { ...bar, marked: true } : bar)) };
}

/** The classes of the model's output, for a network that ends in no softmax of its own. */
export function answerBars({ classes, unit }: Answer, section: string): BarsView {
  return classBars(classes.slice(0, mostBars).map(({ name, value }) => ({ label: name, value })), {
    group: section, title: "Its strongest classes", xAxis: unit, of: classes.length, ...(unit === "probability" && { range: [0, 1] as const }),
  });
}

/** The scaling of a layer: where nothing is negative, more is more ink; else two colours around zero. */
function scalingOf(options: GridOptions, min: number): GridScaling {
  const { normalise, contrast, channelBoost, gamma } = options;
  const chosen = normalise === "auto" ? (min < 0 ? "signed" : "magnitude") : normalise === "dvt" ? "min-max" : normalise;
  return { normalise: chosen, contrast, channelBoost, gamma };
}

function grid(statistics: LayerStatistics, sample: number, options: GridOptions): LayerGridView {
  const { layer, units } = statistics;
  const highest = ofSample(statistics, "max", sample);
  const { min, max } = rangeOf(statistics, sample);
  const scaling = scalingOf(options, min);
  const most = Math.max(Math.abs(min), Math.abs(max));
  const ownScale = scaling.contrast === "channel" || scaling.channelBoost > 0;
  const range = scaling.normalise === "min-max" ? ([min, max] as const) : ([scaling.normalise === "signed" ? -most : 0, most] as const);
  const strongest = units > 1 ? topK(highest, Math.min(ranks.length, units - 1)).filter(({ value }) => value > 0) : [];
  return {
    kind: "layer-grid", group, title: `What ${layer.name} sees`, tensor: `activation/${layer.name}`,
    ...layerGridLayout(layer), sample: layerAxes(layer).batch === undefined ? 0 : sample * (statistics.rowsPerSample ?? 0), scaling, ownScale,
    colours: scaling.normalise === "signed" ? "signed" : "magnitude",
    unit: "activation",
    ...(!ownScale && range.every(Number.isFinite) && { range }),
    ...(strongest.length > 0 && { marked: strongest.map(({ index }, i) => ({ unit: index, label: ranks[i]! })) }),
    caption: gridCaption(statistics, sample, scaling),
  };
}

/** What the figure itself does not say: it tells sizes, scale and gamma in its own labels. */
function gridCaption(statistics: LayerStatistics, sample: number, scaling: GridScaling): string {
  const { layer, units, rowsPerSample } = statistics;
  const boost = scaling.channelBoost > 0 ? ` Quiet units are lifted (boost ${scaling.channelBoost}).` : "";
  const zero = scaling.normalise === "min-max" ? " The palest value is the lowest, not zero." : "";
  const first = rowsPerSample === 1 || layerAxes(layer).batch === undefined ? "" : rowsPerSample === undefined ? " Samples are mixed in this layer; its first row is shown." : ` Shown is the first of ${rowsPerSample} windows.`;
  const kind = layerKindWords(layer);
  return `${kind[0]!.toUpperCase()}${kind.slice(1)} of ${countOf(units, "unit")}.${first}${zero}${boost}${strongestWords(statistics, sample)}`;
}

function strongestWords(statistics: LayerStatistics, sample: number): string {
  const { layer, units } = statistics;
  const highest = ofSample(statistics, "max", sample);
  const [best] = topK(highest, 1);
  if (!best || units === 1 || !(best.value > 0)) return "";
  const position = ofSample(statistics, "position", sample)[best.index]!;
  const names = layerAxisNames(layer).filter((_, axis) => layer.spatialAxes.includes(axis));
  const where = Number.isNaN(position) || statistics.positions === 1 ? "" : ` at ${placeWords(unravelIndex(position, layerExtent(layer)), names)}`;
  return ` The strongest is unit ${best.index}: ${threeDigits(best.value)}${where}.`;
}

/** "squeezenet1.1 says golden retriever (78 %)." */
export function answerSentence(model: string, answer: Answer): string {
  const { top, unit } = answer;
  if (Number.isNaN(top.value)) return `${modelName(model)} says nothing: what it computes is no number (NaN).`;
  return `${modelName(model)} says ${top.name} (${unit === "probability" ? percentOf(top.value) : `score ${threeDigits(top.value)}`}).`;
}

/** The units of a layer in the order of their maxima, for lists. */
export function strongestUnits(statistics: LayerStatistics, sample: number, most: number): { readonly unit: number; readonly max: number; readonly mean: number; readonly position: readonly number[] | undefined }[] {
  const extent = layerExtent(statistics.layer);
  const means = ofSample(statistics, "mean", sample);
  const positions = ofSample(statistics, "position", sample);
  return topK(ofSample(statistics, "max", sample), most).map(({ index, value }) => {
    const position = positions[index]!;
    const only = statistics.positions === 1 ? 0 : position;
    return { unit: index, max: value, mean: means[index]!, position: Number.isNaN(only) || extent.length === 0 ? undefined : unravelIndex(only, extent) };
  });
}

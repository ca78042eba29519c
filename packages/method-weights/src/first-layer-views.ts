import { countOf, float32, orNull, percentOf, threeDigits, type BarsView, type FindingTensor, type TableView, type View } from "@vitrine/core";
import type { BankAnalysis } from "./analysis.js";
import { filterClasses, oriented, smallestForNoise } from "./classify.js";
import type { Shown } from "./filter-views.js";
import { smallestForGabor } from "./gabor.js";
import { keyOf } from "./words.js";

const plural = { edge: "edges", grating: "gratings", blob: "blobs", colour: "colours", noise: "noise" } as const;
const mostRows = 64;
const mostInMatrix = 128;

/** What the filters over pixels are, how finely they see, and which of them are alike. */
export function firstLayerViews({ parameter, bank, first, similarity }: BankAnalysis): Shown {
  const { shapes, gabors, meanPower, bandShares, aliasing } = first!;
  const { layer, name } = parameter;
  const group = layer;
  const tensors: Record<string, FindingTensor> = {};
  const live = shapes.flatMap((shape, filter) => (shape ? [{ filter, ...shape }] : []));
  if (live.length === 0) return { tensors, views: [] };
  const fitted = gabors.flatMap((fit) => (fit ? [fit.adjustedR2] : []));
  const well = fitted.filter((r2) => r2 > 0.5).length;
  const gaborWords = fitted.length === 0
    ? `Kernels below ${smallestForGabor} × ${smallestForGabor} are too small to fit a Gabor function to.`
    : `A Gabor function explains more than half of ${countOf(well, "filter")} of ${fitted.length} (adjusted R²).`;
  const noiseWords = Math.min(...bank.kernel) < smallestForNoise ? ` Kernels below ${smallestForNoise} × ${smallestForNoise} are too small to tell noise.` : "";
  const bars: BarsView = {
    kind: "bars", group, title: `What kinds of filters ${layer} has`, xAxis: "filters",
    bars: filterClasses.map((kind) => ({ label: plural[kind], value: live.filter((shape) => shape.class === kind).length })),
    caption: `Sorted by their spectra: noise is spread over all frequencies, colour differs between the channels, a blob has no direction, a grating more than one period, an edge about one.${noiseWords} ${gaborWords}${shapes.length < bank.filters ? ` The first ${shapes.length} of ${bank.filters} filters were looked at.` : ""}`,
  };

  const frequencies = keyOf("frequency", name, bank.block);
  const angles = keyOf("orientation", name, bank.block);
  const directed = live.filter(({ coherence }) => coherence >= oriented);
  const views: View[] = [bars];
  tensors[frequencies] = { tensor: float32([directed.length], directed.map((shape) => shape.frequency)), axes: ["filter"], meaning: "cycles per pixel of the strongest frequency, of filters with a direction" };
  tensors[angles] = { tensor: float32([directed.length], directed.map((shape) => shape.angle)), axes: ["filter"], meaning: "direction in which the filter varies, degrees clockwise from left-to-right" };
  if (directed.length > 1) {
    views.push({
      kind: "scatter", group, title: `Directions and frequencies of ${layer}`, x: angles, y: frequencies, labels: directed.map(({ filter }) => String(filter)),
      xAxis: "direction in which it varies (°, clockwise; 0 is left to right)", yAxis: "cycles per pixel", xRange: [0, 180], yRange: [0, Math.max(0.5, ...directed.map((shape) => shape.frequency))],
      caption: `${countOf(directed.length, "filter")} of ${live.length} with a preferred direction. Gaps are directions or details that the layer cannot tell.`,
    });
  }

  const spectrum = keyOf("spectrum", name, bank.block);
  tensors[spectrum] = { tensor: meanPower, axes: ["vertical frequency", "horizontal frequency"], meaning: "mean power of the filters' DFT, each filter's summing to 1; zero frequency in the middle, the highest (.5 cycles per pixel) at the edges" };
  const bandWords = bandShares ? ` ${percentOf(bandShares.low)} of the power lies below .1 cycles per pixel, ${percentOf(bandShares.middle)} from there to .25, ${percentOf(bandShares.high)} above.` : "";
  const strideWords = aliasing ? ` ${percentOf(aliasing.share)} lies above what its stride of ${[...new Set(aliasing.stride)].join(" × ")} can carry (${[...new Set(aliasing.nyquist.map(threeDigits))].join(", ")}; white noise: ${percentOf(aliasing.ofNoise)}).` : "";
  views.push({
    kind: "heatmap", group, title: `What frequencies ${layer} sees`, tensor: spectrum, colours: "magnitude", unit: "share of the power",
    caption: `Coarse structure is in the middle, fine detail at the edges; each filter counts alike.${bandWords}${strideWords}`,
  });
  const alike = similarityView(layer, name, similarity);
  if (alike) {
    Object.assign(tensors, alike.tensors);
    views.push(...alike.views);
  }
  const table: TableView = {
    kind: "table", group, title: `Every filter of ${layer}`,
    columns: [
      { title: "filter", numeric: true, digits: 0 }, { title: "kind" }, { title: "direction", numeric: true, digits: 0, unit: "°" }, { title: "cycles per pixel", numeric: true, digits: 3 },
      { title: "periods in it", numeric: true, digits: 2 }, { title: "colour", numeric: true, digits: 2 }, { title: "concentration", numeric: true, digits: 2 }, { title: "Gabor R²", numeric: true, digits: 2 },
    ],
    rows: live.slice(0, mostRows).map((shape) => [shape.filter, shape.class, shape.coherence >= oriented ? Math.round(shape.angle) % 180 : null, shape.frequency, shape.cycles, shape.chroma, shape.concentration, orNull(gabors[shape.filter]?.adjustedR2)]),
    caption: `Colour is the share of the energy that differs between the channels; concentration the share of the power near the strongest frequency${live[0]!.noiseBelow === undefined ? "" : ` (white noise stays below ${threeDigits(live[0]!.noiseBelow)})`}.${live.length > mostRows ? ` The first ${mostRows} of ${live.length}.` : ""}`,
  };
  return { tensors, views: [...views, table] };
}

function similarityView(layer: string, name: string, similarity: BankAnalysis["similarity"]): Shown | undefined {
  if (!similarity || similarity.compared.length > mostInMatrix) return undefined;
  const key = `cosine/${name}`;
  const n = similarity.compared.length;
  const names = similarity.compared.map(String);
  const view: View = {
    kind: "matrix", group: layer, title: `Which filters of ${layer} are alike`, tensor: key, rows: names, columns: names, colours: "signed", range: [-1, 1], unit: "cosine",
    caption: `1 is the same filter, −1 its negative, 0 nothing in common. ${similarity.pairs.length === 0 ? "No two are duplicates." : `${countOf(similarity.pairs.length, "pair")} count as duplicates.`}`,
  };
  return { tensors: { [key]: { tensor: float32([n, n], similarity.cosines), axes: ["filter", "filter"], meaning: "cosine between two filters" } }, views: [view] };
}

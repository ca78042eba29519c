import { countOf, orNull, percentOf, type BarsView, type TableView, type View } from "@vitrine/core";
import { isSilentAt, meanOf, ofSample, type LayerStatistics } from "./statistics.js";

/** What the lists of layers tell of one of them; NaN or undefined where it does not apply. */
export interface LayerMeasures {
  readonly layer: string;
  readonly units: number;
  /** Positions of all its units together: what a layer weighs in a share over layers. */
  readonly size: number;
  readonly sparsity: number;
  /** Units whose map is all zero on this input, or on every input of a set. */
  readonly silent: number | undefined;
  readonly below: number;
  readonly concentration: number;
  readonly entropy: number;
}

/** One sample of a layer in a few numbers. */
export function measuresOf(statistics: LayerStatistics, sample: number): LayerMeasures {
  const { layer, units, positions } = statistics;
  // Where something is no number, the share of zeros among the rest says nothing of the layer.
  const told = !ofSample(statistics, "mean", sample).some(Number.isNaN);
  const mean = (name: "zeros" | "below" | "concentration" | "entropy"): number => (told ? meanOf(ofSample(statistics, name, sample)) : NaN);
  let silent = 0;
  for (let unit = 0; unit < units; unit++) if (isSilentAt(statistics, sample * units + unit)) silent++;
  return {
    layer: layer.name, units, size: units * positions,
    sparsity: layer.rectified ? mean("zeros") : NaN,
    silent: layer.rectified && told ? silent : undefined,
    below: mean("below"), concentration: mean("concentration"), entropy: mean("entropy"),
  };
}

/** "Its 26 rectifiers are off 61 % of the time, and 40 of 2,944 units say nothing on this input." Undefined for a network without rectifiers. */
export function sparsitySentence(measures: readonly LayerMeasures[], where: string): string | undefined {
  const rectified = measures.filter((one) => one.silent !== undefined && Number.isFinite(one.sparsity));
  if (rectified.length === 0) return undefined;
  const size = rectified.reduce((sum, one) => sum + one.size, 0);
  const share = rectified.reduce((sum, one) => sum + one.sparsity * one.size, 0) / size;
  const units = rectified.reduce((sum, one) => sum + one.units, 0);
  const silent = rectified.reduce((sum, one) => sum + one.silent!, 0);
  const what = rectified.length === 1 ? `The rectifier ${rectified[0]!.layer} gives` : `Its ${rectified.length} rectifiers give`;
  return `${what} exactly zero at ${percentOf(share)} of all places; ${silent === 0 ? `every one of ${rectified.length === 1 ? "its" : "their"} ${countOf(units, "unit")} responds` : `${silent.toLocaleString("en-US")} of ${countOf(units, "unit")} ${silent === 1 ? "is" : "are"} silent`} ${where}.`;
}

const round = (share: number): number | null => (Number.isFinite(share) ? share * 100 : null);

/** Sparsity, silent units and localisation of every layer in one list, and sparsity again as bars. */
export function sparsityViews(measures: readonly LayerMeasures[], words: { readonly group: string; readonly table: string; readonly bars: string; readonly silent: string; readonly below: number | undefined }): View[] {
  const { below } = words;
  const told = measures.filter((one) => [one.sparsity, one.below, one.concentration, one.entropy].some(Number.isFinite));
  const table: TableView = {
    kind: "table", group: words.group, title: words.table,
    caption:
      "Off: values that are exactly zero, told for rectifiers only. Held by a tenth: the share of a map's energy (a²) in its strongest tenth of positions. Spread: entropy of the energy over positions, 0 in one place, 1 everywhere alike. Empty where it does not apply.",
    columns: [
      { title: "layer" }, { title: "units", numeric: true }, { title: "off", numeric: true, digits: 1, unit: "%" }, { title: words.silent, numeric: true },
      ...(below === undefined ? [] : [{ title: `below ${below}`, numeric: true, digits: 1, unit: "%" }]),
      { title: "held by a tenth", numeric: true, digits: 1, unit: "%" }, { title: "spread", numeric: true, digits: 2 },
    ],
    rows: told.map((one) => [one.layer, one.units, round(one.sparsity), one.silent ?? null, ...(below === undefined ? [] : [round(one.below)]), round(one.concentration), orNull(one.entropy)]),
  };
  const rectified = measures.filter((one) => Number.isFinite(one.sparsity));
  const bars: BarsView = {
    kind: "bars", group: words.group, title: words.bars, caption: "The share of exact zeros at the output of every rectifier.",
    bars: rectified.map((one) => ({ label: one.layer, value: one.sparsity })), xAxis: "share of zeros", range: [0, 1],
  };
  return [...(told.length > 0 ? [table] : []), ...(rectified.length > 1 ? [bars] : [])];
}

import { boxWords, coreError, layerAxisNames, layerExtent, layerGridLayout, layerKindWords, mapPlace, parseTarget, rawCells, receptiveBox, tensor, threeDigits, type FindingTensor, type InputBox, type Job, type Layer, type TableView, type Tensor, type View } from "@vitrine/core";
import { inputExtent } from "./input-picture.js";
import { strongestUnits } from "./layer-views.js";
import { ofSample, type LayerStatistics } from "./statistics.js";
import { placeWords } from "./words.js";

type Sees = Pick<Job, "model" | "inputs">;

/** What a unit sees from a position, on the input; undefined where the layer has no way back to input positions. */
export function boxOf(job: Sees, layer: Layer, position: readonly number[] | undefined): InputBox | undefined {
  const field = layer.receptiveField;
  if (!field || !position) return undefined;
  const extent = inputExtent(job, field.input);
  return extent.length === position.length ? receptiveBox(field, position, extent) : undefined;
}

/** The strongest units of every layer in one list. */
export function strongestTable(job: Sees, statistics: readonly LayerStatistics[], sample: number, most: number): TableView {
  const rows = statistics.flatMap((one) =>
    strongestUnits(one, sample, Math.min(most, one.units)).map(({ unit, max, mean, position }) => {
      const box = boxOf(job, one.layer, position);
      return [one.layer.name, unit, Number.isFinite(max) ? max : null, Number.isFinite(mean) ? mean : null, position && one.positions > 1 ? position.join(", ") : "", box ? boxWords(box) : ""];
    }),
  );
  return {
    kind: "table", group: "Which units respond most",
    title: most === 1 ? "The strongest unit of each layer" : "The strongest units of each layer",
    caption: "By the largest value anywhere in the unit's map. What it sees there is its receptive field, cut at the edges of the input.",
    columns: [
      { title: "layer" }, { title: "unit", numeric: true }, { title: "maximum", numeric: true, digits: 3 }, { title: "mean", numeric: true, digits: 3 },
      { title: "at" }, { title: "sees of the input" },
    ],
    rows,
  };
}

/** One unit that was asked for. */
export interface WantedUnit {
  readonly layer: string;
  readonly unit: number;
  readonly position: readonly number[] | undefined;
}

/** `conv1[12]`, `conv1[12]@3,4`; a list that was split at commas keeps its positions. @throws `target-syntax` */
export function parseUnits(texts: readonly string[]): WantedUnit[] {
  const whole: string[] = [];
  for (const text of texts) {
    if (/^\d+$/.test(text) && whole.at(-1)?.includes("@")) whole.push(`${whole.pop()!},${text}`);
    else whole.push(text);
  }
  return whole.map((text) => {
    const target = parseTarget(text.startsWith("unit:") ? text : `unit:${text}`);
    if (target.kind !== "unit") throw coreError("target-syntax", { target: text, why: "a unit is written LAYER[NUMBER]" });
    return { layer: target.layer, unit: target.unit, position: target.position };
  });
}

/** @throws `unit-outside`, `position-outside` */
export function checkUnit({ unit, position }: WantedUnit, layer: Layer): void {
  if (!(unit >= 0 && unit < layer.units)) throw coreError("unit-outside", { layer: layer.name, unit, units: layer.units });
  const extent = layerExtent(layer);
  const fits = position === undefined || (position.length === extent.length && position.every((p, i) => p >= 0 && p < extent[i]!));
  if (!fits) throw coreError("position-outside", { layer: layer.name, position, extent });
}

/** One unit enlarged: its map over the input, with what it sees from its strongest position (or the one asked for) outlined. */
export function unitView(job: Sees, wanted: WantedUnit, statistics: LayerStatistics, activation: Tensor<"float32">, sample: number, picture: string | undefined): { readonly view: View; readonly tensors: Readonly<Record<string, FindingTensor>> } {
  const { layer } = statistics;
  const name = `${layer.name}[${wanted.unit}]`;
  const group = `Unit ${wanted.unit} of ${layer.name}`;
  const max = ofSample(statistics, "max", sample)[wanted.unit]!;
  const min = ofSample(statistics, "min", sample)[wanted.unit]!;
  if (statistics.positions === 1) {
    return { view: { kind: "text", group, title: `How strongly unit ${wanted.unit} of ${layer.name} responds`, text: `${threeDigits(max)}. It is a single number: ${layerKindWords(layer)} without positions.` }, tensors: {} };
  }
  const position = wanted.position ?? strongestUnits(statistics, sample, statistics.units).find(({ unit }) => unit === wanted.unit)?.position;
  const box = boxOf(job, layer, position);
  const key = `unit/${name}`;
  const map = unitMap(layer, wanted.unit, activation, sample * (statistics.rowsPerSample ?? 0));
  const most = Math.max(Math.abs(min), Math.abs(max));
  const isSigned = min < 0;
  const over = layer.receptiveField && layer.receptiveField.size.length === 2 ? picture : undefined;
  const place = over === undefined ? undefined : mapPlace(layer.receptiveField!, layerExtent(layer));
  const names = layerAxisNames(layer).filter((_, axis) => layer.spatialAxes.includes(axis));
  const strongest = position === undefined ? "" : ` ${wanted.position ? "Outlined" : "Strongest"} at ${placeWords(position, names)}${box ? `, where it sees ${boxWords(box)} of the input` : ""}.`;
  return {
    tensors: { [key]: { tensor: map, value: layer.value, meaning: `activation of unit ${wanted.unit} at every position`, axes: ["row", "column"] } },
    view: {
      kind: "heatmap", group, title: `Where unit ${wanted.unit} of ${layer.name} responds`, tensor: key,
      colours: isSigned ? "signed" : over === undefined ? "magnitude" : "importance", unit: "activation",
      ...(Number.isFinite(most) && { range: [isSigned ? -most : 0, most] as const }),
      ...(over !== undefined && { over }),
      ...(place && { place: [place.start[0]!, place.start[1]!, place.size[0]!, place.size[1]!] as const }),
      ...(over !== undefined && box && !box.size.includes(0) && { outlines: [{ box: [box.start[0]!, box.start[1]!, box.size[0]!, box.size[1]!] as const, label: "receptive field" }] }),
      caption: `From ${threeDigits(min)} to ${threeDigits(max)} on this input.${strongest}`,
    },
  };
}

/** [rows, columns] of one unit, as its layer lies on a page. */
function unitMap(layer: Layer, unit: number, activation: Tensor<"float32">, row: number): Tensor<"float32"> {
  const { axes } = layerGridLayout(layer);
  const { height, width, data } = rawCells(activation, axes, axes.batch === undefined ? 0 : row, unit);
  return tensor("float32", [height, width], data);
}

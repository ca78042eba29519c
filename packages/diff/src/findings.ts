import {
  countOf, float32, layerAxes, layerAxisNames, layerGridLayout, layerKindWords, modelName, orNull, threeDigits, toFloat32, unravelIndex,
  type Findings, type FindingTensor, type Layer, type LayerGridView, type Model, type Tensor, type View,
} from "@vitrine/core";
import { runtimeName, type LayerDifference, type Shown } from "./diff.js";

export interface Compared {
  readonly first: Model;
  readonly second: Model;
  readonly differences: readonly LayerDifference[];
  readonly unmatched: readonly { readonly layer: string; readonly why: string }[];
  /** The layer whose maps are drawn: the first above the tolerance, else the worst. */
  readonly shown: Shown;
  readonly tolerance: number;
  readonly sameFile: boolean;
}

/** Of a curve of logarithms: where exactly equal layers stand. */
const floor = -9;
const ceiling = 9;
const bounded = (logarithm: number): number => Math.min(ceiling, Math.max(floor, logarithm));
/** Rows of the table: all layers of most networks. */
const mostRows = 200;
const group = "Where two runs part";

export function findingsOf(compared: Compared): Findings {
  const { differences, shown, tolerance, unmatched } = compared;
  const tensors: Record<string, FindingTensor> = {
    relativeL2: perLayer(differences, ({ relativeL2 }) => relativeL2, "‖first − second‖₂ / ‖first‖₂ of each layer"),
    largest: perLayer(differences, ({ largest }) => largest, "largest absolute difference of each layer"),
    cosine: perLayer(differences, ({ cosine }) => cosine, "cosine of the two values of each layer; NaN where one is all zero"),
    layer: { tensor: float32([differences.length], differences.map((_, i) => i)), meaning: "place of each layer in the network, from 0" },
    logarithm: perLayer(differences, ({ relativeL2 }) => bounded(Math.log10(relativeL2)), `logarithm (base 10) of the relative L2 difference; ${floor} where it is that or less`),
    tolerance: perLayer(differences, () => bounded(Math.log10(tolerance)), "logarithm (base 10) of the tolerance"),
  };
  const highest = Math.max(-2, ...Array.from(tensors["logarithm"]!.tensor.data as Float32Array, (value) => Math.ceil(value)));
  const above = differences.filter(({ relativeL2 }) => relativeL2 > tolerance);
  const worst = differences.reduce((most, one) => (one.relativeL2 > most.relativeL2 ? one : most));
  const equal = worst.relativeL2 === 0;
  const summary = sentence(compared, above, worst);
  const views: View[] = [
    { kind: "text", group, title: equal ? "They are equal" : above.length === 0 ? "They agree" : `They part at ${above[0]!.pair.first.name}`, text: summary },
    ...(equal ? [] : [growthOf(highest), ...mapsOf(compared, tensors)]),
    tableOf(differences, tolerance),
  ];
  const notices = [
    ...(unmatched.length > 0 ? [`${countOf(unmatched.length, "layer")} could not be compared: ${unmatched.slice(0, 5).map(({ layer, why }) => `${layer} (${why})`).join("; ")}${unmatched.length > 5 ? "; …" : ""}.`] : []),
    ...new Set([compared.first, compared.second].flatMap((model) => [...model.runtime.info.notices, ...model.runNotices])),
  ];
  return {
    tensors,
    facts: {
      summary,
      layers: differences.map((one) => ({ layer: one.pair.first.name, value: one.pair.first.value, relativeL2: orNull(one.relativeL2), largest: orNull(one.largest), cosine: orNull(one.cosine), notFinite: one.notFinite })),
      firstAboveTolerance: above[0]?.pair.first.name ?? null,
      layersAboveTolerance: above.length,
      worstLayer: worst.pair.first.name,
      worstRelativeL2: orNull(worst.relativeL2),
      outputRelativeL2: orNull(differences.find(({ pair }) => pair.first.value === compared.first.output.name)?.relativeL2),
      unmatched: unmatched.map(({ layer, why }) => ({ layer, why })),
      shown: equal ? null : shown.difference.pair.first.name,
    },
    views: views.map((view) => withSource(view, sourceLine(compared))),
    ...(notices.length > 0 && { notices }),
  };
}

const growthOf = (highest: number): View => ({
  kind: "curve", group, title: "How the difference grows from layer to layer", series: [{ x: "layer", y: "logarithm", label: "relative L2" }, { x: "layer", y: "tolerance", label: "tolerance" }], yRange: [floor, highest],
  xAxis: "layer, in the order of the network", yAxis: "relative L2 difference, log10", caption: `Equal layers stand at ${threeDigits(floor)}.`,
});

const perLayer = (differences: readonly LayerDifference[], of: (one: LayerDifference) => number, meaning: string): FindingTensor => ({ tensor: float32([differences.length], differences.map(of)), meaning, axes: ["layer"] });

/** "onnx-node:cpu" and "tfjs:wasm"; the files where those differ. */
function names({ first, second, sameFile }: Compared): [string, string] {
  return sameFile ? [runtimeName(first), runtimeName(second)] : [modelName(first.file.name), modelName(second.file.name)];
}

function sentence(compared: Compared, above: readonly LayerDifference[], worst: LayerDifference): string {
  const [a, b] = names(compared);
  const { differences, tolerance } = compared;
  if (worst.relativeL2 === 0) return `${a} and ${b} are equal on ${differences.length === 1 ? "the one layer" : `all ${differences.length} layers`}, to the last bit.`;
  const most = `The largest relative difference is ${threeDigits(worst.relativeL2)}, at ${worst.pair.first.name}`;
  if (above.length === 0) return `${a} and ${b} agree on ${differences.length === 1 ? "the one layer" : `all ${differences.length} layers`} to ${tolerance}. ${most}.`;
  const [first] = above;
  const strange = first!.notFinite > 0 ? ` There, ${countOf(first!.notFinite, "element")} ${first!.notFinite === 1 ? "is" : "are"} a finite number in one and not in the other.` : "";
  const before = differences.indexOf(first!);
  const upTo = before === 0 ? "part at the first layer," : `agree on ${countOf(before, "layer")}, and part at`;
  return `${a} and ${b} ${upTo} ${first!.pair.first.name}, ${layerKindWords(first!.pair.first)}: relative L2 ${threeDigits(first!.relativeL2)}, above the tolerance of ${tolerance}.${strange} ${countOf(above.length, "layer")} of ${differences.length} ${above.length === 1 ? "is" : "are"} above it. ${most}.`;
}

function sourceLine({ first, second, sameFile }: Compared): string {
  return [first.file.name, ...(sameFile ? [] : [second.file.name]), "Diff", runtimeName(first), ...(sameFile || runtimeName(first) !== runtimeName(second) ? [runtimeName(second)] : [])].join(" · ");
}

const withSource = (view: View, source: string): View => (view.kind === "side-by-side" ? { ...view, source, views: view.views.map((inner) => ({ ...inner, source })) } : { ...view, source });

/** The layer as both see it, on one scale, and the difference on its own. */
function mapsOf(compared: Compared, tensors: Record<string, FindingTensor>): View[] {
  const { difference: { pair: { first: layer }, relativeL2 }, first, second } = compared.shown;
  const axes = layerAxisNames(layer);
  const keep = (what: string, tensor: Tensor, meaning: string): string => {
    const key = `${what}/${layer.name}`;
    tensors[key] = { tensor, meaning, value: layer.value, axes };
    return key;
  };
  const a = toFloat32(first);
  const b = toFloat32(second);
  const delta = a.map((value, i) => (Object.is(value, b[i]) ? 0 : b[i]! - value));
  const [firstName, secondName] = names(compared);
  const common = rangeOf(a, b);
  const own = rangeOf(delta);
  const at = unravelIndex(compared.shown.difference.at, layer.shape).map((index, axis) => `${axes[axis]!} ${index}`).filter((_, axis) => axes[axis] !== "batch").join(", ");
  return [
    {
      kind: "side-by-side", group,
      title: relativeL2 > compared.tolerance ? `The first layer that differs: ${layer.name}` : `The layer that differs most: ${layer.name}`,
      caption: `The difference is drawn on its own scale. It is largest at ${at === "" ? "its only element" : at}: ${threeDigits(compared.shown.difference.largest)}.`,
      views: [
        gridOf(layer, keep("first", first, `value of ${layer.name} by ${firstName}`), firstName, common),
        gridOf(layer, keep("second", second, `value of ${layer.name} by ${secondName}`), secondName, common),
        gridOf(layer, keep("difference", float32(layer.shape, delta), `${secondName} minus ${firstName}`), "Their difference", own, true),
      ],
    },
  ];
}

function rangeOf(...values: readonly Float32Array[]): { readonly min: number; readonly most: number } {
  let min = 0;
  let most = 0;
  for (const array of values) {
    for (const value of array) {
      if (!Number.isFinite(value)) continue;
      if (value < min) min = value;
      if (Math.abs(value) > most) most = Math.abs(value);
    }
  }
  return { min, most };
}

function gridOf(layer: Layer, key: string, title: string, { min, most }: { readonly min: number; readonly most: number }, isDifference = false): LayerGridView {
  const signed = isDifference || min < 0;
  return {
    kind: "layer-grid", title, tensor: key, ...layerGridLayout(layer), ...(layerAxes(layer).batch !== undefined && { sample: 0 }),
    scaling: { normalise: signed ? "signed" : "magnitude", contrast: "layer", channelBoost: 0, gamma: 1 }, ownScale: false,
    colours: signed ? "signed" : "magnitude", unit: isDifference ? "difference" : "activation", range: [signed ? -most : 0, most],
  };
}

function tableOf(differences: readonly LayerDifference[], tolerance: number): View {
  const rows = differences.slice(0, mostRows).map(({ pair, relativeL2, largest, cosine }) => [pair.first.name, relativeL2 > tolerance ? "above" : "", scientific(relativeL2), scientific(largest), orNull(cosine)]);
  return {
    kind: "table", group, title: "Layer by layer",
    columns: [{ title: "layer" }, { title: `above ${tolerance}` }, { title: "relative L2" }, { title: "largest difference" }, { title: "cosine", numeric: true, digits: 6 }],
    rows,
    ...(differences.length > mostRows && { caption: `The first ${mostRows} of ${differences.length} layers; the findings have all.` }),
  };
}

const scientific = (value: number): string => (value === 0 ? "0" : Number.isFinite(value) ? value.toExponential(1).replace("-", "−") : "∞");

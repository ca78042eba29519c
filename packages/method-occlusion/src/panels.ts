import { className, type View } from "@vitrine/core";
import type { Canvas } from "./canvas.js";
import { extent } from "./maps.js";
import { occludedPicture } from "./pictures.js";
import type { Projection, ProjectionPanel } from "./projection.js";
import { scoreWords } from "./results.js";
import { placeOf } from "./words.js";
import { windowBox } from "./windows.js";

/**
 * Zeiler & Fergus 2014, figure 7: the picture, an occluded example, and for every position of the hidden square (b) the sum
 * of the followed map, (c) its projection, (d) the probability of the class, (e) the most probable class. Raw values, nothing subtracted.
 * @param picture key of the clean picture, where there is one
 */
export function panelsView(canvas: Canvas, picture: string | undefined): View {
  const { plan } = canvas.result;
  const what = plan.places.length === 2 ? "square" : "window";
  const window = plan.places.map((axis) => plan.grid!.window[axis]!).join(" × ");
  return {
    kind: "side-by-side", title: `What changes as a ${what} moves over the input`, group: "occlusion",
    caption: `Each point is the middle of a hidden ${what} of ${window}; raw values, nothing subtracted (Zeiler & Fergus 2014, figure 7).`,
    views: [...pictures(canvas, picture), ...responses(canvas), ...projection(canvas), score(canvas), ...classes(canvas)],
  };
}

function pictures(canvas: Canvas, picture: string | undefined): View[] {
  if (picture === undefined) return [];
  const { result: { plan }, sample, strongest } = canvas;
  const occluded = occludedPicture(plan, sample, strongest.part);
  const { start, end } = windowBox(plan.grid!, strongest.part);
  const [row, column] = plan.places.slice(-2) as [number, number];
  const box = [start[row]!, start[column]!, end[row]! - start[row]!, end[column]! - start[column]!] as const;
  return [
    { kind: "image", title: "What the network gets", tensor: picture },
    ...(occluded ? [{ kind: "image" as const, title: `With ${placeOf(strongest)} hidden`, tensor: canvas.put("occluded", occluded), outlines: [{ box, label: "hidden" }] }] : []),
  ];
}

function responses(canvas: Canvas): View[] {
  const { drawing: { measures, clean }, result: { measured }, sample } = canvas;
  if (!measured.features || !measures.feature) return [];
  const { key, values } = canvas.grid("map/feature", measured.features, "sum of the followed map per position of the hidden square");
  // From the smallest to the largest: what changes a sum of many activations is little beside the sum.
  const { min, max } = extent(values);
  return [{
    kind: "heatmap", title: `How strongly unit ${clean.channels![sample]!} of ${measures.feature.layer.name} responds`,
    caption: `Its map summed, ${Number(clean.features![sample]!.toPrecision(3))} with nothing hidden.`,
    tensor: key, colours: "magnitude", range: [min, min < max ? max : min + 1], unit: "summed activation",
  }];
}

const panelOf = ({ drawing: { projections }, result: { plan } }: Canvas): ProjectionPanel | undefined => projections.panels.get(plan);

/** A projection as a view of its own. @param name of the tensor that is kept */
function projected(canvas: Canvas, { drawn, isPicture }: Projection, name: string, title: string, caption: string): View {
  const tensor = canvas.put(name, drawn);
  const base = { title, ...(caption !== "" && { caption }), tensor };
  return isPicture ? { kind: "image", ...base } : { kind: "heatmap", ...base, colours: "signed", unit: "projection" };
}

/** (c): what the strongest position of the followed map sees, by DeconvNet. */
function projection(canvas: Canvas): View[] {
  const { drawing: { measures, clean }, sample } = canvas;
  const own = panelOf(canvas)?.own[sample];
  if (!own) return [];
  const unit = `unit ${clean.channels![sample]!} of ${measures.feature!.layer.name}`;
  return [projected(canvas, own, "map/projection", `What ${unit} sees there`, `Its strongest position projected onto the input by DeconvNet${own.isPicture ? "; grey is zero" : ""}.`)];
}

/** The same map projected from other images on which it is strong. */
export function othersView(canvas: Canvas): View[] {
  const { drawing: { measures, clean }, sample } = canvas;
  const others = panelOf(canvas)?.others[sample] ?? [];
  if (others.length === 0) return [];
  const strength = ({ activation }: { readonly activation: number }): string => `${Number(activation.toPrecision(3))} at its strongest`;
  const title = `Unit ${clean.channels![sample]!} of ${measures.feature!.layer.name} in the other images on which it is strongest`;
  const caption = "Below each what the unit sees there: its strongest position projected by DeconvNet (Zeiler & Fergus 2014, figure 7 c).";
  const pictures = others.map(({ picture }, i) => picture && canvas.put(`other/${i}/picture`, picture));
  if (others.every(({ isPicture }, i) => isPicture && pictures[i] !== undefined)) {
    return [{
      kind: "image-grid", title, caption, group: "occlusion", columns: others.length,
      items: [
        ...others.map((other, i) => ({ tensor: pictures[i]!, label: other.label })),
        ...others.map((other, i) => ({ tensor: canvas.put(`other/${i}/projection`, other.drawn), label: strength(other) })),
      ],
    }];
  }
  const views = others.map((other, i) => projected(canvas, other, `other/${i}/projection`, other.label, strength(other)));
  return [{ kind: "side-by-side", title, group: "occlusion", caption: "What the unit sees there: its strongest position projected by DeconvNet (Zeiler & Fergus 2014, figure 7 c).", views }];
}

function score(canvas: Canvas): View {
  const { drawing: { measures }, result: { measured }, sample } = canvas;
  const { key } = canvas.grid("map/score", measured.scores, "score per position of the hidden square");
  const words = scoreWords(measures);
  return {
    kind: "heatmap", title: `${words[0]!.toUpperCase()}${words.slice(1)} of ${measures.target.titles[sample]!}`, tensor: key, unit: words,
    ...(measures.isProbability ? { colours: "magnitude", range: [0, 1] } : { colours: "signed" }),
  };
}

function classes(canvas: Canvas): View[] {
  const { drawing: { model }, result: { measured } } = canvas;
  if (!measured.classes) return [];
  const { key, values } = canvas.grid("map/class", measured.classes, "strongest class per position of the hidden square");
  const labels = Object.fromEntries([...new Set(values)].map((index) => [index, className(model.labels, index)]));
  return [{ kind: "label-map", title: "What the network says", tensor: key, labels }];
}

import { float32, type FindingTensor, type View } from "@vitrine/core";
import { Canvas, type Drawing } from "./canvas.js";
import { extent, meanOver } from "./maps.js";
import { drawnSamples } from "./drawn.js";
import { othersView, panelsView } from "./panels.js";
import { cleanPicture, occludedPicture } from "./pictures.js";
import { takesDrop } from "./presets.js";
import { placeOf } from "./words.js";

/** The pictures of the findings, with the tensors that only they need. */
export function draw(drawing: Drawing): { readonly views: readonly View[]; readonly tensors: Readonly<Record<string, FindingTensor>> } {
  const views: View[] = [];
  const tensors: Record<string, FindingTensor> = {};
  const samples = drawing.clean.scores.length;
  for (let sample = 0; sample < Math.min(samples, drawnSamples); sample++) {
    drawing.results.forEach((result, index) => {
      const suffix = `${index === 0 ? "" : `/${result.plan.name}`}${samples === 1 ? "" : `/${sample}`}`;
      views.push(...viewsOf(new Canvas(drawing, result, sample, suffix, tensors)));
    });
  }
  return { views, tensors };
}

function viewsOf(canvas: Canvas): View[] {
  const { plan } = canvas.result;
  const clean = cleanPicture(plan, canvas.sample);
  const picture = clean && canvas.put("picture", clean);
  const isMap = plan.places.length >= 2;
  return [
    ...(isMap ? [importance(canvas, picture)] : []),
    ...(plan.grid && plan.places.length === 1 ? [curve(canvas)] : []),
    ...(plan.grid && isMap ? [panelsView(canvas, picture), ...othersView(canvas)] : []),
    ...(plan.groups ? [bars(canvas), ...hiddenGroup(canvas, picture)] : []),
  ];
}

/** The attribution, over the picture where there is one. */
function importance(canvas: Canvas, picture: string | undefined): View {
  const map = canvas.slab("map/attribution", canvas.attribution(), "attribution, averaged over channels");
  const { min, max } = extent(map.values);
  const against = min < -0.1 * max && max > 0 ? ` Hiding some places raises it (by up to ${Number((-min).toPrecision(2))}).` : "";
  const scaled = picture === undefined
    ? ({ colours: "signed" } as const)
    : ({ colours: "importance", range: [0, max > 0 ? max : 1], over: picture } as const);
  return { kind: "heatmap", title: canvas.title(), caption: `${canvas.answer()}${against}${map.note}`, group: "occlusion", tensor: map.key, unit: canvas.unit(), ...scaled };
}

/** A series: one number per step. */
function curve(canvas: Canvas): View {
  const { plan } = canvas.result;
  const [axis = 0] = plan.places;
  const values = meanOver(canvas.attribution(), plan.sample.shape, [axis]);
  const y = canvas.put("map/attribution", { tensor: float32([values.length], values), meaning: "attribution per position, averaged over channels" });
  const x = canvas.put("map/position", { tensor: float32([values.length], values.map((_, i) => i)), meaning: "position" });
  return { kind: "curve", title: canvas.title(), caption: canvas.answer(), group: "occlusion", series: [{ x, y, label: canvas.unit() }], xAxis: `position in ${plan.name}`, yAxis: canvas.unit() };
}

/** So many groups fit under each other. */
const drawnGroups = 20;

/** Groups of a mask, those that matter most first. */
function bars(canvas: Canvas): View {
  const { result: { plan, measured }, drawing: { clean, measures }, sample } = canvas;
  const { count } = plan.parts;
  const effects = plan.groups!.values.map((group, part) => {
    const score = measured.scores[sample * count + part]!;
    return { label: `group ${group}`, value: takesDrop(measures.score) ? clean.scores[sample]! - score : score };
  });
  return {
    kind: "bars", title: count > drawnGroups ? `The ${drawnGroups} of ${count} groups that matter most` : "What each group does", group: "occlusion",
    // Where there is a map, the answer stands under it.
    ...(plan.places.length >= 2 ? {} : { caption: canvas.answer() }),
    bars: effects.sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, drawnGroups), xAxis: `${canvas.unit()} when hidden`,
  };
}

/** The clean picture, and the one without its most important group. */
function hiddenGroup(canvas: Canvas, picture: string | undefined): View[] {
  const occluded = occludedPicture(canvas.result.plan, canvas.sample, canvas.strongest.part);
  if (picture === undefined || !occluded) return [];
  return [{
    kind: "side-by-side", title: "The group that matters most, hidden", group: "occlusion",
    views: [{ kind: "image", title: "What the network gets", tensor: picture }, { kind: "image", title: `With ${placeOf(canvas.strongest)} hidden`, tensor: canvas.put("occluded", occluded) }],
  }];
}

import { sizeOf, type HeatmapView } from "@vitrine/core";
import { colourBar } from "../legend/colour-bar.js";
import { keys } from "../legend/keys.js";
import { domainOf } from "../data/domain.js";
import { mapOf, samplesOf, type ValueMap } from "../data/map.js";
import { statisticsOf, type Statistics } from "../data/statistics.js";
import { emptyExhibit } from "../figure/empty.js";
import { grey } from "../picture/picture.js";
import { shownMap } from "../picture/map-picture.js";
import { toDataUri } from "../picture/png.js";
import { renderError } from "../errors.js";
import { emptyBlock, flow, stack, type Block, type Mark } from "../scene/mark.js";
import { tensorOf, type Exhibit, type Scene } from "../scene/scene.js";
import { showNumber } from "../text/numbers.js";
import { fitInto, frame, labelled, mapMark, outlineKeys, outlineMarks, inputPhoto, pictureFor, type Size } from "./stage.js";

/** The one map of a view. @throws `view-sample`, `view-tensor-shape` */
export function mapFor(view: HeatmapView, scene: Pick<Scene, "tensors">): ValueMap {
  const tensor = tensorOf(scene, view, view.tensor);
  const { sample = 0, reduce } = view;
  if (tensor.dtype === "string" || tensor.shape.length > 4) {
    throw renderError("view-tensor-shape", { view: view.title, tensor: view.tensor, dtype: tensor.dtype, shape: tensor.shape, expected: "numbers [height, width] or [batch, channels, height, width]" });
  }
  const samples = samplesOf(tensor);
  if (sizeOf(tensor.shape) > 0 && !(Number.isInteger(sample) && sample >= 0 && sample < samples)) throw renderError("view-sample", { view: view.title, sample, samples });
  return mapOf(tensor, { sample, reduce });
}

function describe(view: HeatmapView, map: ValueMap, { min, max, strongest }: Statistics): string {
  const size = `A map of ${map.height} rows and ${map.width} columns`;
  if (strongest < 0) return `${size} without a single number.`;
  const where = `the highest at row ${Math.floor(strongest / map.width)}, column ${strongest % map.width}`;
  return `${size}: ${view.unit} from ${showNumber(min)} to ${showNumber(max)}${min === max ? "" : `, ${where}`}.`;
}

type Place = Size & { readonly x: number; readonly y: number };

/** Where a map lies when the picture below it is shown in `size`. @throws `view-field` */
function placeOf({ place, title }: HeatmapView, of: Size, size: Size): Place {
  if (!place) return { x: 0, y: 0, ...size };
  const [y, x, height, width] = place;
  if (!(place.every(Number.isFinite) && width > 0 && height > 0)) throw renderError("view-field", { view: title, field: "place", value: place, expected: "[y, x, height, width] in pixels of the picture" });
  const [across, down] = [size.width / of.width, size.height / of.height];
  return { x: x * across, y: y * down, width: width * across, height: height * down };
}

/** A map that covers another part than the whole: cut at the picture's edges, its own edges dashed. */
function within(scene: Scene, image: Mark, { x, y, width, height }: Place, size: Size): Mark {
  return { kind: "clip", x: 0, y: 0, ...size, children: [image, { kind: "rect", x, y, width, height, stroke: scene.tokens.second, strokeWidth: 1, dash: "4 4" }] };
}

/** The clean picture, and beside it the map over the greyed picture; the map alone where nothing lies behind it. */
export function drawHeatmap(view: HeatmapView, scene: Scene): Exhibit {
  const map = mapFor(view, scene);
  if (map.values.length === 0) return emptyExhibit(scene, `Nothing to draw: “${view.tensor}” has no elements.`);
  const { colours, unit, outlines } = view;
  const statistics = statisticsOf(map.values);
  const domain = scene.agreed.domain ?? domainOf(statistics, view);
  const over = view.over === undefined ? undefined : pictureFor(scene, view, view.over);
  const beside = over !== undefined && scene.agreed.onePicture !== true;

  const of = over ?? map;
  const size = fitInto(of, beside ? Math.floor((scene.width - 16) / 2) : scene.width);
  const outlined = outlineMarks(scene, outlines, of, size);
  // Only what is transparent lets the picture below be seen.
  const below: Mark[] = over && colours === "importance" ? [inputPhoto(scene, grey(over, scene.theme), size)] : [];
  const place = placeOf(view, of, size);
  const picture = shownMap(map, { range: domain.range, colours, theme: scene.theme, width: place.width, height: place.height });
  const image: Mark = { kind: "image", ...place, href: toDataUri(picture), ...mapMark(scene, colours, { kind: "map", tensor: view.tensor, rows: map.height, columns: map.width }) };
  const laid: Mark[] = [...below, ...(view.place ? [within(scene, image, place, size)] : [image]), frame(scene, size), ...outlined];
  const tensor = tensorOf(scene, view, view.tensor);
  const samples = samplesOf(tensor);
  const which = samples > 1 ? `, sample ${view.sample ?? 0} (0 to ${samples - 1})` : "";
  const body: Block = beside
    ? flow([labelled(scene, "Input", size, [inputPhoto(scene, over, size), frame(scene, size), ...outlined]), labelled(scene, `${colours === "importance" ? "Map over the input" : "Map"}, ${map.height} × ${map.width}${which}`, size, laid)], scene.width, 16)
    : scene.agreed.onePicture || scene.depth > 0
      ? { ...size, marks: laid }
      : labelled(scene, `Map, ${map.height} × ${map.width}${which}`, { ...size, width: Math.max(size.width, 200) }, laid);

  const bar = scene.agreed.oneLegend
    ? emptyBlock
    : colourBar(scene, { colours, range: domain.range, unit, missing: [statistics.missing, statistics.count], ...(domain.own && { remark: "own scale" }) }, scene.width);
  const legend = stack([bar, keys(scene, outlineKeys(scene, outlines), scene.width)], 12);
  return { body, legend, ...(scene.agreed.domain === undefined && { notices: domain.notices, remarks: domain.remarks }), description: describe(view, map, statistics) };
}

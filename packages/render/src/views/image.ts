import type { ImageGridView, ImageView } from "@vitrine/core";
import { keys } from "../legend/keys.js";
import { emptyExhibit } from "../figure/empty.js";
import { flow, placed, stack, type Block } from "../scene/mark.js";
import type { Exhibit, Scene } from "../scene/scene.js";
import { textLine } from "../scene/text.js";
import { showCount } from "../text/numbers.js";
import { fitInto, frame, labelled, outlineKeys, outlineMarks, inputPhoto, photo, pictureFor } from "./stage.js";

/** Larger galleries are cut: a page holds no more. */
const mostItems = 400;
const gap = 8;

export function drawImage(view: ImageView, scene: Scene): Exhibit {
  const picture = pictureFor(scene, view, view.tensor);
  if (picture.data.length === 0) return emptyExhibit(scene, `Nothing to draw: “${view.tensor}” has no pixels.`);
  const size = fitInto(picture, scene.width);
  const marks = [inputPhoto(scene, picture, size), frame(scene, size), ...outlineMarks(scene, view.outlines, picture, size)];
  return {
    // Within another view, or beside what stands for it, the title above it says enough.
    body: scene.depth > 0 || scene.agreed.onePicture ? { ...size, marks } : labelled(scene, `${picture.height} × ${picture.width} pixels`, { ...size, width: Math.max(size.width, 160) }, marks),
    legend: keys(scene, outlineKeys(scene, view.outlines), scene.width),
    description: `A picture of ${picture.height} × ${picture.width} pixels.`,
  };
}

/** Small pictures in columns of one width, each with its label. */
export function drawImageGrid(view: ImageGridView, scene: Scene): Exhibit {
  const items = view.items.slice(0, mostItems);
  if (items.length === 0) return emptyExhibit(scene, "Nothing to draw: the gallery is empty.");
  const pictures = items.map((item) => ({ ...item, picture: pictureFor(scene, view, item.tensor) }));
  const fewest = Math.max(1, Math.floor((scene.width + gap) / (160 + gap)));
  const most = Math.max(1, Math.floor((scene.width + gap) / (48 + gap)));
  const columns = Math.min(most, Math.max(1, view.columns ?? Math.min(items.length, Math.max(fewest, 6))));
  const column = Math.min(160, Math.floor((scene.width - gap * (columns - 1)) / columns / 4) * 4);
  const cells = pictures.map(({ picture, label }): Block => {
    const size = picture.data.length === 0 ? { width: column, height: column } : fitInto(picture, column, column);
    const marks = picture.data.length === 0 ? [frame(scene, size)] : [photo(picture, size), frame(scene, size)];
    const words = textLine(scene, label, { width: column });
    return { width: column, height: column + 20, marks: [placed({ ...size, marks }, 0, column - size.height), placed(words, 0, column + 4)] };
  });
  const left = view.items.length - items.length;
  const rest = left === 0 ? [] : [textLine(scene, `The first ${showCount(items.length)} of ${showCount(view.items.length)} pictures.`)];
  return {
    body: stack([flow(cells, columns * (column + gap) - gap, gap), ...rest], 12),
    description: `${showCount(items.length)} pictures: ${items.slice(0, 12).map(({ label }) => label).join(", ")}${items.length > 12 ? " …" : ""}.`,
  };
}

import { pictureTensor, type HeatmapView, type ImageView, type Picture, type Report, type Tensor, type View } from "@vitrine/core";
import { longSide, onWhite, resize } from "@vitrine/image";
import { grey, pictureOf, toPicture } from "@vitrine/render";

/** Pixels of a small picture, on its long side: twice what a gallery shows. */
const side = 320;

/** What stands for a report in a gallery: its first map, over its picture where it lies over one; else its first picture. */
function thumbnailView(report: Pick<Report, "views">): HeatmapView | ImageView | undefined {
  const flat = report.views.flatMap((view): readonly View[] => (view.kind === "side-by-side" ? view.views : [view]));
  return flat.find((view) => view.kind === "heatmap") ?? flat.find((view) => view.kind === "image");
}

/** The tensors that it takes. */
export function thumbnailKeys(report: Pick<Report, "views">): readonly string[] {
  const view = thumbnailView(report);
  return view ? [view.tensor, ...(view.kind === "heatmap" && view.over !== undefined ? [view.over] : [])] : [];
}

/** [height, width, 3] bytes; undefined for a report without a picture. */
export function thumbnailOf(report: Pick<Report, "views" | "tensors">, theme: "light" | "dark"): Tensor | undefined {
  const view = thumbnailView(report);
  const tensor = view && report.tensors[view.tensor]?.tensor;
  if (!tensor || tensor.data.length === 0) return undefined;
  if (view.kind === "image") return small(pictureOf(tensor));
  const map = toPicture(tensor, { colours: view.colours, theme, range: view.range, sample: view.sample, reduce: view.reduce } as Parameters<typeof toPicture>[1]);
  const over = view.over === undefined || view.place ? undefined : report.tensors[view.over]?.tensor;
  return small(over ? laidOver(map, grey(pictureOf(over), theme)) : map);
}

function small(picture: Picture): Tensor {
  const { width, height } = picture;
  if (Math.max(width, height) >= side) return pictureTensor(resize(onWhite(picture), longSide([height, width], side)));
  // Small maps keep their pixels.
  const times = Math.max(1, Math.floor(side / Math.max(width, height)));
  return pictureTensor(laidOver(onWhite(picture), blank(width * times, height * times)));
}

const blank = (width: number, height: number): Picture => ({ width, height, data: new Uint8ClampedArray(4 * width * height).fill(255) });

/** A map over a picture of another size, each value a rectangle. */
function laidOver(map: Picture, picture: Picture): Picture {
  const data = Uint8ClampedArray.from(picture.data);
  for (let y = 0; y < picture.height; y++) {
    const row = Math.floor((y * map.height) / picture.height) * map.width;
    for (let x = 0; x < picture.width; x++) {
      const from = 4 * (row + Math.floor((x * map.width) / picture.width));
      const to = 4 * (y * picture.width + x);
      const alpha = map.data[from + 3]! / 255;
      for (let c = 0; c < 3; c++) data[to + c] = data[to + c]! * (1 - alpha) + map.data[from + c]! * alpha;
    }
  }
  return { width: picture.width, height: picture.height, data };
}

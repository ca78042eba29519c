import { toNumbers, type Random, type Tensor } from "@vitrine/core";
import { occlusionError } from "./errors.js";
import { copyBox, type Hideable, type SampleShape } from "./parts.js";

/** First row, first column, height, width, in positions of the input. */
export type Box = readonly [number, number, number, number];

/**
 * Boxes of parts: [parts][images].
 * @param given [images, 4] for one part, [parts, images, 4] for several
 * @param extent rows and columns of the input
 * @throws `boxes-shape`, `box-outside`
 */
export function readBoxes(given: Tensor, images: number, extent: readonly [number, number]): Box[][] {
  const { shape } = given;
  const parts = shape.length === 2 ? 1 : (shape[0] ?? 0);
  const fits = (shape.length === 2 || shape.length === 3) && shape.at(-1) === 4 && shape.at(-2) === images && parts > 0;
  if (!fits) throw occlusionError("boxes-shape", { shape, images });
  const numbers = toNumbers(given);
  return Array.from({ length: parts }, (_, part) =>
    Array.from({ length: images }, (_, image) => {
      const box = numbers.slice((part * images + image) * 4, (part * images + image) * 4 + 4) as [number, number, number, number];
      const [row, column, height, width] = box;
      const inside = box.every(Number.isInteger) && row >= 0 && column >= 0 && height > 0 && width > 0 && row + height <= extent[0] && column + width <= extent[1];
      if (!inside) throw occlusionError("box-outside", { box, part, image, extent });
      return box;
    }),
  );
}

/** A box of the same size somewhere in the input. */
export function elsewhere([, , height, width]: Box, extent: readonly [number, number], random: Random): Box {
  return [random.below(extent[0] - height + 1), random.below(extent[1] - width + 1), height, width];
}

/** Boxes as places to hide, over all channels: those of image `sample` in list `index`. */
export function boxParts(sample: SampleShape, rowAxis: number, columnAxis: number, boxes: readonly (readonly Box[])[]): Hideable {
  return {
    copy(index, image, from, to) {
      const [row, column, height, width] = boxes[index]![image]!;
      const start = sample.shape.map((_, axis) => (axis === rowAxis ? row : axis === columnAxis ? column : 0));
      const end = sample.shape.map((dim, axis) => (axis === rowAxis ? row + height : axis === columnAxis ? column + width : dim));
      copyBox(sample, start, end, from, to);
    },
  };
}

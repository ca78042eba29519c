import { tensor, type FindingTensor, type Picture, type Tensor } from "@vitrine/core";
import type { InputPlan } from "./plan.js";
import { gather, Rows } from "./rows.js";

/** [height, width, 3] bytes of a picture. */
export function pixels({ width, height, data }: Picture): Tensor<"uint8"> {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    rgb[3 * i] = data[4 * i]!;
    rgb[3 * i + 1] = data[4 * i + 1]!;
    rgb[3 * i + 2] = data[4 * i + 2]!;
  }
  return tensor("uint8", [height, width, 3], rgb);
}

/** A sample of the input as the network gets it, drawn; undefined where it is no picture. */
export function cleanPicture(input: InputPlan, sample: number): FindingTensor | undefined {
  const one = gather(input.prepared.tensor, input.batchAxis, [sample]);
  const picture = input.prepared.toPictures?.(one)[0];
  return picture && { tensor: pixels(picture), meaning: "the input as the network gets it, as a picture" };
}

/** The same with one part hidden. */
export function occludedPicture(input: InputPlan, sample: number, part: number): FindingTensor | undefined {
  if (!input.prepared.toPictures) return undefined;
  const rows = new Rows(input.prepared.tensor, input.batchAxis, [sample]);
  rows.hide(0, input.parts, part, input.filled);
  const picture = input.prepared.toPictures(rows.tensor)[0];
  return picture && { tensor: pixels(picture), meaning: "the input with one part hidden, as the network gets it, as a picture" };
}

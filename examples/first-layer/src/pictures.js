import { drawPicture, OBJECTS, SCENES } from "@vitrine/zoo-tools";

/** Side of the pictures, in pixels. */
export const side = 128;

export const labels = OBJECTS;

/**
 * Picture `i` of a set: each thing as often as any other, in every place alike. Sets of different names share no picture.
 * @param {string} set
 * @param {number} i
 */
export function picture(set, i) {
  const label = i % OBJECTS.length;
  const background = SCENES[(i * 7 + Math.floor(i / OBJECTS.length)) % SCENES.length];
  return { label, rgb: drawPicture({ seed: `first-layer/${set}/${i}`, object: OBJECTS[label], background, size: side }).rgb };
}

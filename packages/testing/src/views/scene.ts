import { seededRandom, tensor, type Tensor } from "@vitrine/core";

/** Numbers in [0, 1) that are the same on every machine. */
export function sequence(seed: number): () => number {
  return seededRandom(seed).uniform;
}

type Colour = readonly [number, number, number];

const ellipse = (x: number, y: number, cx: number, cy: number, rx: number, ry: number): number => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2;

/** Head, body and tail of the animal of the scene, in shares of its side: [x, y, radius x, radius y]. */
export const animal = [[0.36, 0.42, 0.1, 0.1], [0.53, 0.58, 0.2, 0.13], [0.76, 0.46, 0.03, 0.1]] as const;
const ears = [[0.29, 0.4, 0.035, 0.09], [0.42, 0.38, 0.035, 0.08]] as const;
const legs = [[0.41, 0.76, 0.03, 0.12], [0.62, 0.76, 0.03, 0.12]] as const;
const golden: Colour = [205, 150, 78];

function colourAt(x: number, y: number, noise: number): Colour {
  const part = (shapes: readonly (readonly [number, number, number, number])[]): boolean => shapes.some(([cx, cy, rx, ry]) => ellipse(x, y, cx, cy, rx, ry) < 1);
  if (ellipse(x, y, 0.33, 0.4, 0.014, 0.014) < 1 || ellipse(x, y, 0.28, 0.455, 0.022, 0.016) < 1) return [30, 24, 20];
  const shade = 1 - 0.5 * Math.max(0, y - 0.45) + 0.14 * (noise - 0.5);
  if (part(ears)) return [150 * shade, 100 * shade, 48 * shade];
  if (part(animal) || part(legs)) return [golden[0] * shade, golden[1] * shade, golden[2] * shade];
  if (ellipse(x, y, 0.82, 0.16, 0.07, 0.07) < 1) return [250, 232, 170];
  const hill = 0.5 + 0.05 * Math.sin(7 * x) + 0.03 * Math.sin(17 * x + 1);
  if (y > hill) return [70 + 40 * noise + 30 * (1 - y), 120 + 60 * noise - 30 * y, 50 + 20 * noise];
  return [150 + 70 * y, 190 + 40 * y, 232];
}

let painted: Tensor | undefined;

/** A picture of an animal on a meadow: uint8 [224, 224, 3]. */
export function meadow(): Tensor {
  return (painted ??= paint(224));
}

function paint(side: number): Tensor {
  const random = sequence(11);
  const data = new Uint8Array(3 * side * side);
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) data.set(colourAt(x / side, y / side, random()).map((value) => Math.min(255, Math.max(0, Math.round(value)))), 3 * (y * side + x));
  return tensor("uint8", [side, side, 3], data);
}

/** Brightness in [0, 1], averaged down to [side, side]. */
export function brightness(picture: Tensor, side: number): Float32Array {
  const [height = 0, width = 0] = picture.shape;
  const data = picture.data as Uint8Array;
  const result = new Float32Array(side * side);
  const step = height / side;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let total = 0;
      let count = 0;
      for (let v = Math.floor(y * step); v < (y + 1) * step; v++) {
        for (let u = Math.floor(x * step); u < (x + 1) * step; u++, count++) {
          const at = 3 * (v * width + u);
          total += 0.3 * data[at]! + 0.6 * data[at + 1]! + 0.1 * data[at + 2]!;
        }
      }
      result[y * side + x] = total / count / 255;
    }
  }
  return result;
}

/** How a score might drop where the animal is hidden, on [side, side]; a little below zero elsewhere. */
export function drops(side: number, strength = 0.62): Float32Array {
  const random = sequence(5);
  return Float32Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [((i % side) + 0.5) / side, (Math.floor(i / side) + 0.5) / side];
    const [head, body] = animal;
    const near = Math.exp(-ellipse(x, y, head[0], head[1], 0.09, 0.09)) + 0.35 * Math.exp(-ellipse(x, y, body[0], body[1], 0.16, 0.12));
    return strength * near - 0.03 * random();
  });
}

/** Responses of `units` oriented filters of several sizes to a picture, rectified: [units, side, side]. */
export function responses(picture: Tensor, units: number, side: number): Float32Array {
  const grey = brightness(picture, side);
  const random = sequence(3);
  const result = new Float32Array(units * side * side);
  for (let unit = 0; unit < units; unit++) {
    const angle = Math.PI * random();
    const period = 2 + 4 * random();
    const phase = 2 * Math.PI * random();
    const gain = unit % 9 === 4 ? 0 : 0.3 + random();
    const kernel: number[] = [];
    for (let v = -3; v <= 3; v++) for (let u = -3; u <= 3; u++) kernel.push(Math.exp(-(u * u + v * v) / 6) * Math.cos((2 * Math.PI * (u * Math.cos(angle) + v * Math.sin(angle))) / period + phase));
    const mean = kernel.reduce((sum, value) => sum + value, 0) / kernel.length;
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        let total = 0;
        for (let v = -3, k = 0; v <= 3; v++) for (let u = -3; u <= 3; u++, k++) total += (kernel[k]! - mean) * grey[Math.min(side - 1, Math.max(0, y + v)) * side + Math.min(side - 1, Math.max(0, x + u))]!;
        result[(unit * side + y) * side + x] = Math.max(0, gain * total);
      }
    }
  }
  return result;
}

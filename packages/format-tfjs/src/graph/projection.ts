import type { ScopedBuilder } from "../build/scoped-builder.js";
import type { NodeRule, NodeRules } from "./call.js";
import { isInside, lastOf, nearestTo, perPixel, picturesOf, pixelsAt, ramp } from "./sampling.js";

/** Pictures that are turned, moved or tilted: each place of the result comes from one of the picture, by the eight numbers of a projection. */
const transform: NodeRule = (call) => {
  const { b } = call;
  if (call.attributes.type("dtype") === "int32") call.fail("its pictures are of whole numbers, which TensorFlow.js does not turn either");
  const [height = 0, width = 0] = call.numbers(2, "size of the result");
  const pictures = picturesOf(call);
  const { rows, columns } = pictures;
  if (rows.known === null || columns.known === null) return call.fail("the size of its pictures is not known");
  const numbers = b.split(b.unsqueeze(call.plain(1), [1]), new Array<number>(8).fill(1), 2, `${call.name}/number`);
  const [x, y] = [ramp(b, width), b.unsqueeze(ramp(b, height), [1])];
  /** With the numbers from `first` on as its weights, and the third of them added unless told. */
  const sum = (first: number, rest = numbers[first + 2]!): string => b.add(b.add(b.mul(numbers[first]!, x), b.mul(numbers[first + 1]!, y)), rest);
  const projection = sum(6, b.scalar(1));
  const infinite = b.equal(projection, b.scalar(0));
  const depth = b.where(infinite, b.scalar(1), projection);
  const mode = (call.attributes.text("fill_mode") ?? "CONSTANT").toLowerCase();
  const fold = (Object.hasOwn(foldings, mode) ? foldings[mode] : undefined) ?? call.attributes.fail("fill_mode", Object.keys(foldings).join(", "));
  const column = fold(b, b.div(sum(0), depth), columns.known);
  const row = fold(b, b.div(sum(3), depth), rows.known);
  const sample = b.reshape(b.op("Range", [b.scalar(0, "int64"), pictures.samples.count, b.scalar(1, "int64")]), [-1, 1, 1]);
  const fill = call.plain(3);
  const at = (line: string, place: string): string => {
    const inside = perPixel(b, b.and(isInside(b, line, lastOf(b, rows)), isInside(b, place, lastOf(b, columns))));
    return b.where(inside, pixelsAt(b, pictures, sample, line, place), fill);
  };
  const interpolation = (call.attributes.text("interpolation") ?? "NEAREST").toLowerCase();
  const value = interpolation === "nearest" ? at(nearestTo(b, row), nearestTo(b, column)) : interpolation === "bilinear" ? weighed(b, row, column, at) : call.attributes.fail("interpolation", "NEAREST or BILINEAR");
  return call.value(b.where(perPixel(b, infinite), fill, value), [pictures.samples.known, height, width, call.input(0).shape?.[3] ?? null]);
};

/** Four pixels by how near they are, those behind the border among them. */
function weighed(b: ScopedBuilder, row: string, column: string, at: (row: string, column: string) => string): string {
  const [top, left] = [b.op("Floor", [row]), b.op("Floor", [column])];
  const [bottom, right] = [b.add(top, b.scalar(1)), b.add(left, b.scalar(1))];
  const [near, far] = [perPixel(b, b.sub(right, column)), perPixel(b, b.sub(column, left))];
  const line = (place: string): string => b.add(b.mul(near, at(place, left)), b.mul(far, at(place, right)));
  return b.add(b.mul(perPixel(b, b.sub(bottom, row)), line(top)), b.mul(perPixel(b, b.sub(row, top)), line(bottom)));
}

type Folding = (b: ScopedBuilder, place: string, size: number) => string;

const clamped: Folding = (b, place, size) => b.op("Clip", [place, b.scalar(0), b.scalar(size - 1)]);

/** What fits whole into a place that is not negative: `size` times as often as it does. */
const whole = (b: ScopedBuilder, place: string, size: number): string => b.op("Floor", [b.div(place, b.scalar(size))]);

/** Where places outside a picture are read, as TensorFlow.js finds them: in the picture again, or nowhere. */
const foldings: Readonly<Record<string, Folding>> = {
  constant: (_, place) => place,
  nearest: clamped,
  // dcba|abcd|dcba
  reflect: (b, place, size) => {
    if (size === 1) return clamped(b, place, size);
    const double = b.scalar(2 * size);
    const low = b.add(b.mul(double, whole(b, b.neg(place), 2 * size)), place);
    const before = b.where(b.less(low, b.scalar(-size)), b.add(low, double), b.sub(b.neg(low), b.scalar(1)));
    const high = b.sub(place, b.mul(double, whole(b, place, 2 * size)));
    const behind = b.where(b.less(high, b.scalar(size)), high, b.sub(b.sub(double, high), b.scalar(1)));
    return clamped(b, outside(b, place, size, before, behind), size);
  },
  // abcd|abcd|abcd
  wrap: (b, place, size) => {
    if (size === 1) return clamped(b, place, size);
    const before = b.add(place, b.mul(b.scalar(size), b.add(whole(b, b.neg(place), size - 1), b.scalar(1))));
    const behind = b.sub(place, b.mul(b.scalar(size), whole(b, place, size - 1)));
    return clamped(b, outside(b, place, size, before, behind), size);
  },
};

/** One place in front of the first pixel, another one behind the last. */
const outside = (b: ScopedBuilder, place: string, size: number, before: string, behind: string): string =>
  b.where(b.less(place, b.scalar(0)), before, b.where(b.greater(place, b.scalar(size - 1)), behind, place));

export const projectionRules: NodeRules = { ImageProjectiveTransformV3: transform };

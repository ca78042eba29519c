import type { ScopedBuilder } from "../build/scoped-builder.js";
import type { NodeCall, NodeRule, NodeRules } from "./call.js";
import { ofRank } from "./spatial.js";

/* Pictures [batch, rows, columns, channels] that are read at computed places. */

/** How many pixels there are along an axis, and the last of them: int64. */
interface Length {
  readonly known: number | null;
  readonly count: string;
  readonly last: string;
}

interface Pictures {
  /** [batch · rows · columns, channels]. */
  readonly pixels: string;
  readonly samples: Length;
  readonly rows: Length;
  readonly columns: Length;
}

export function picturesOf(call: NodeCall): Pictures {
  const { b } = call;
  const input = ofRank(call.input(0), 4);
  const image = call.layout.plain(input);
  const [, , , channels = null] = input.shape!;
  const length = (axis: number): Length => {
    const known = input.shape![axis] ?? null;
    if (known !== null) return { known, count: b.scalar(known, "int64"), last: b.scalar(known - 1, "int64") };
    const count = b.gather(b.shape(image), b.scalar(axis, "int64"), 0);
    return { known, count, last: b.sub(count, b.scalar(1, "int64")) };
  };
  const pixels = b.reshape(image, channels === null ? b.concat([b.ints([-1]), b.slice(b.shape(image), [3], [4], [0])], 0) : [-1, channels]);
  return { pixels: call.attributes.type("T") === "int32" ? b.cast(pixels, "float32") : pixels, samples: length(0), rows: length(1), columns: length(2) };
}

/** The pixels at places that are broadcast together, [places…, channels]. What lies outside gives one at the border. */
export function pixelsAt(b: ScopedBuilder, { pixels, rows, columns }: Pictures, sample: string, row: string, column: string): string {
  const inside = (place: string, { last }: Length): string => b.op("Clip", [b.cast(place, "int64"), b.scalar(0, "int64"), last]);
  const line = b.add(b.mul(sample, rows.count), inside(row, rows));
  return b.gather(pixels, b.add(b.mul(line, columns.count), inside(column, columns)), 0);
}

/** Whether places lie on an axis. */
export const isInside = (b: ScopedBuilder, place: string, last: string): string => b.and(b.greaterOrEqual(place, b.scalar(0)), b.lessOrEqual(place, last));

export const lastOf = (b: ScopedBuilder, { known, last }: Length): string => (known === null ? b.cast(last, "float32") : b.scalar(known - 1));

/** The nearest whole number, halves upwards. To add a half first would round twice. */
export function nearestTo(b: ScopedBuilder, place: string): string {
  const below = b.op("Floor", [place]);
  return b.add(below, b.cast(b.greaterOrEqual(b.sub(place, below), b.scalar(0.5)), "float32"));
}

export const perPixel = (b: ScopedBuilder, value: string): string => b.unsqueeze(value, [3]);

/** 0, 1, 2, … */
export const ramp = (b: ScopedBuilder, count: number): string => b.op("Range", [b.scalar(0), b.scalar(count), b.scalar(1)]);

/** Parts of pictures, each stretched to one size. Steps are those of TensorFlow, so that a box up to the border ends on the same side of it. */
const cropAndResize: NodeRule = (call) => {
  const { b } = call;
  const [height = 0, width = 0] = call.numbers(3, "size of a crop");
  if (height < 1 || width < 1) call.invalid(`its crops are ${height} × ${width}`);
  const pictures = picturesOf(call);
  const [top = "", left = "", bottom = "", right = ""] = b.split(call.plain(1), [1, 1, 1, 1], 1, `${call.name}/corner`);
  /** Places [boxes, count] from one end of each box to the other. */
  const along = (from: string, to: string, last: string, count: number): string => {
    if (count === 1) return b.mul(b.mul(b.add(from, to), b.scalar(0.5)), last);
    const step = b.div(b.mul(b.sub(to, from), last), b.scalar(count - 1));
    return b.add(b.mul(from, last), b.mul(ramp(b, count), step));
  };
  const [lastRow, lastColumn] = [lastOf(b, pictures.rows), lastOf(b, pictures.columns)];
  const y = b.unsqueeze(along(top, bottom, lastRow, height), [2]);
  const x = b.unsqueeze(along(left, right, lastColumn, width), [1]);
  const sample = b.reshape(b.cast(call.plain(2), "int64"), [-1, 1, 1]);
  const at = (row: string, column: string): string => pixelsAt(b, pictures, sample, row, column);
  const method = call.attributes.text("method") ?? "bilinear";
  const value = method === "nearest" ? at(nearestTo(b, y), nearestTo(b, x)) : method === "bilinear" ? between(b, y, x, at) : call.attributes.fail("method", "bilinear or nearest");
  const inside = perPixel(b, b.and(isInside(b, y, lastRow), isInside(b, x, lastColumn)));
  const boxes = call.input(1).shape?.[0] ?? call.input(2).shape?.[0] ?? null;
  return call.value(b.where(inside, value, b.scalar(call.attributes.number("extrapolation_value", 0))), [boxes, height, width, call.input(0).shape?.[3] ?? null]);
};

/** What lies between four pixels. */
function between(b: ScopedBuilder, y: string, x: string, at: (row: string, column: string) => string): string {
  const [top, left, bottom, right] = [b.op("Floor", [y]), b.op("Floor", [x]), b.op("Ceil", [y]), b.op("Ceil", [x])];
  const mixed = (one: string, other: string, share: string): string => b.add(one, b.mul(b.sub(other, one), share));
  const [down, across] = [perPixel(b, b.sub(y, top)), perPixel(b, b.sub(x, left))];
  return mixed(mixed(at(top, left), at(top, right), across), mixed(at(bottom, left), at(bottom, right), across), down);
}

export const samplingRules: NodeRules = { CropAndResize: cropAndResize };

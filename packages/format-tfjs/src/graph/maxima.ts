import type { ScopedBuilder } from "../build/scoped-builder.js";
import { windowAttributes, windowSizes } from "../build/window.js";
import { lazyConstant } from "../weights/derived.js";
import type { NodeCall, NodeRule, NodeRules } from "./call.js";
import { ofRank, perPlace, placesOf, poolWindow, windowOf } from "./spatial.js";

/** Further than any axis is long. */
const farthest = Number.MAX_SAFE_INTEGER;

/** Lower than any number that it is compared with, and finite with another one added. */
const lowest = -3.4028234663852886e38;

/** A filter with more places than this is no filter: each is a node of its own. */
const mostPlaces = 4096;

/** 0, 1, 2, …, int64. */
const ramp = (b: ScopedBuilder, count: string): string => b.op("Range", [b.scalar(0, "int64"), count, b.scalar(1, "int64")]);

/** The largest of each window, and where it is: the place of its pixel and channel in the picture, or in all pictures. */
const maxPoolWithPlaces: NodeRule = (call) => {
  const { b } = call;
  const input = ofRank(call.input(0), 4);
  const { sizes, channels, order, first, shape } = placesOf(call, 2, input);
  const [height = null, width = null] = sizes;
  if (height === null || width === null || channels === null) return call.fail("the sizes of its pictures are not known");
  const window = poolWindow(call, 2, first);
  const x = call.layout.in(input, order);
  const [values = "", found = ""] = b.node("MaxPool", [x], windowAttributes(window, sizes), { outputs: ["MaxPool", `${call.name}/Indices`] });
  // ONNX counts places channel by channel, through all samples.
  const pixel = b.op("Mod", [found, b.scalar(height * width, "int64")]);
  let place = b.add(b.mul(pixel, b.scalar(channels, "int64")), b.reshape(ramp(b, b.scalar(channels, "int64")), [1, -1, 1, 1]));
  if (call.attributes.bool("include_batch_in_index")) {
    const samples = b.reshape(ramp(b, b.gather(b.shape(x), b.scalar(0, "int64"), 0)), [-1, 1, 1, 1]);
    place = b.add(place, b.mul(samples, b.scalar(height * width * channels, "int64")));
  }
  const made = shape(channels, windowSizes(window, sizes));
  return [call.value(values, made, { order }), call.value(b.cast(place, "int32"), made, { order })];
};

/** The largest sum of window and filter [rows, columns, channels], channel by channel: for each place of the filter, what lies under it. */
const dilation: NodeRule = (call) => {
  const { b } = call;
  if (call.attributes.type("T") === "int32") call.fail("it takes whole numbers");
  const input = ofRank(call.input(0), 4);
  const places = placesOf(call, 2, input);
  const filter = call.input(1);
  const [rows = null, columns = null, channels = null] = filter.shape ?? [];
  if (rows === null || columns === null || channels === null) return call.fail("the shape of its filter is not known");
  if (rows * columns === 0) call.invalid("its filter is empty");
  if (rows * columns > mostPlaces) call.fail(`its filter has ${rows} × ${columns} places, and at most ${mostPlaces} are translated`);
  const window = { ...windowOf(call, 2, places.first, [rows, columns]), dilations: perPlace(call, "rates", 2, places.first) };
  const { pads } = windowAttributes(window, places.sizes);
  if (pads?.type !== "ints") return call.fail("the sizes of its pictures are not known, and its padding depends on them");
  const [top = 0, left = 0, bottom = 0, right = 0] = pads.value.map(Number);
  const x = call.layout.in(input, places.order);
  const padded = top + left + bottom + right > 0 ? b.op("Pad", [x, b.ints([0, 0, top, left, 0, 0, bottom, right]), b.scalar(lowest)]) : x;
  const weights = partsOf(call, rows * columns, channels);
  const sums = weights.map((weight, i) => {
    const at = [Math.floor(i / columns), i % columns];
    const starts = at.map((place, axis) => place * window.dilations[axis]!);
    const behind = at.map((place, axis) => (window.kernel[axis]! - 1 - place) * window.dilations[axis]!);
    return b.add(b.slice(padded, starts, behind.map((rest) => (rest === 0 ? farthest : -rest)), [2, 3], window.strides), weight);
  });
  return call.value(sums.length === 1 ? sums[0]! : b.op("Max", sums), places.shape(channels, windowSizes(window, places.sizes)), { order: places.order });
};

/** The filter's places, each [1, channels, 1, 1]. */
function partsOf(call: NodeCall, count: number, channels: number): readonly string[] {
  const { constant } = call.input(1);
  const shape = [1, channels, 1, 1];
  if (constant) return Array.from({ length: count }, (_, i) => call.b.constant(lazyConstant("float32", 4, shape, () => (constant.read().data as Float32Array).slice(i * channels, (i + 1) * channels)), `${call.name}/filter`));
  const whole = call.b.reshape(call.plain(1), [count, channels, 1, 1]);
  return count === 1 ? [whole] : call.b.split(whole, new Array<number>(count).fill(1), 0, `${call.name}/filter`);
}

export const maximaRules: NodeRules = { MaxPoolWithArgmax: maxPoolWithPlaces, Dilation2D: dilation };

import { attr } from "@vitrine/core";
import { channelsFirst, placeOf, type Size } from "../build/held.js";
import type { Json } from "../json/fields.js";
import { placesOf } from "./conv.js";
import { alike, held, type LayerCall, type LayerRule } from "./call.js";

/** `2`, `[2, 3]` or `[[1, 2], [3, 4]]`: what is added or cut before and after each place axis. */
function amounts(call: LayerCall, key: string, dims: number, fallback: number): readonly (readonly [number, number])[] {
  const wrong = (): never => call.config.fail(key, `a whole number, ${dims} of them, or ${dims} pairs`);
  const one = (value: Json | undefined): number => (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value : wrong());
  const given = call.config.get(key) ?? fallback;
  if (!Array.isArray(given)) return Array.from({ length: dims }, () => [one(given as Json), one(given as Json)] as const);
  const list = given as readonly Json[];
  if (dims === 1 && list.length === 2) return [[one(list[0]), one(list[1])]];
  if (list.length !== dims) return wrong();
  return list.map((entry) => (Array.isArray(entry) ? (entry.length === 2 ? ([one(entry[0] as Json), one(entry[1] as Json)] as const) : wrong()) : ([one(entry), one(entry)] as const)));
}

/** The axes of places, as the file counts them. */
const placeAxes = (call: LayerCall, dims: number): number[] => {
  const { order } = placesOf(call, call.input, dims);
  return Array.from({ length: dims }, (_, i) => i + (order === undefined ? 2 : 1));
};

const padding =
  (dims: number): LayerRule =>
  (call) => {
    const { input } = call;
    const axes = placeAxes(call, dims);
    const added = amounts(call, "padding", dims, 1);
    const rank = input.shape.length;
    const pads = new Array<number>(2 * rank).fill(0);
    axes.forEach((axis, i) => {
      pads[placeOf(input, axis)] = added[i]![0];
      pads[placeOf(input, axis) + rank] = added[i]![1];
    });
    const shape = resized(input.shape, axes, (size, i) => size + added[i]![0] + added[i]![1]);
    return { ...alike(input, call.b.op("Pad", [input.value, call.b.ints(pads)])), shape };
  };

const cropping =
  (dims: number): LayerRule =>
  (call) => {
    const { input } = call;
    const axes = placeAxes(call, dims);
    const cut = amounts(call, "cropping", dims, 1);
    const shape = resized(input.shape, axes, (size, i) => size - cut[i]![0] - cut[i]![1]);
    if (axes.some((axis) => shape[axis] !== null && shape[axis]! < 1)) call.invalid("it cuts off more than there is");
    // Up to the end where nothing is cut there: -0 would mean the beginning.
    const ends = cut.map(([, after]) => (after === 0 ? Number.MAX_SAFE_INTEGER : -after));
    return { ...alike(input, call.b.slice(input.value, cut.map(([before]) => before), ends, axes.map((axis) => placeOf(input, axis)), undefined, "Slice")), shape };
  };

/** As TensorFlow.js does it, which places corners at 0 also where newer TensorFlow aligns centres. */
const upSampling =
  (dims: number): LayerRule =>
  (call) => {
    const { b, input } = call;
    const axes = placeAxes(call, dims);
    const factors = call.config.ints("size", dims, 2);
    const interpolation = call.config.string("interpolation", "nearest");
    if (interpolation !== "nearest" && interpolation !== "bilinear") call.fail(`its interpolation \`${interpolation}\` has no counterpart`);
    const places = placesOf(call, input, dims);
    const value = call.layout.in(input, places.order);
    const scales = b.constant({ ...floatList([1, 1, ...factors]) });
    const attributes = {
      mode: attr.string(interpolation === "nearest" ? "nearest" : "linear"),
      coordinate_transformation_mode: attr.string("asymmetric"),
      ...(interpolation === "nearest" && { nearest_mode: attr.string("floor") }),
    };
    return { ...alike(input, b.op("Resize", [value, "", scales], attributes)), shape: resized(input.shape, axes, (size, i) => size * factors[i]!), order: places.order };
  };

/** To a fixed size, as Keras does it: the layer of TensorFlow.js takes its list of inputs for a picture, and fails in every model. */
const resizing: LayerRule = (call) => {
  const { b } = call;
  const input = call.ranked(4);
  const size = [call.config.int("height", undefined, 1), call.config.int("width", undefined, 1)];
  const interpolation = call.config.string("interpolation", "bilinear");
  if (interpolation !== "nearest" && interpolation !== "bilinear") call.fail(`its interpolation \`${interpolation}\` is none that TensorFlow.js has (bilinear, nearest)`);
  if (call.config.boolean("crop_to_aspect_ratio", false)) call.fail("it crops to the aspect ratio, which has no counterpart (feed pictures of that ratio, and save the model without it)");
  call.context.notice(`The layer \`${call.title}\`, which TensorFlow.js cannot run inside a model, resizes as in Keras.`);
  const order = channelsFirst(4);
  const x = call.layout.in(input, order);
  const target = b.concat([b.slice(b.shape(x, "Shape"), [0], [2], [0], undefined, "Slice"), b.ints(size)], 0, "Concat");
  const value = b.op("Resize", [x, "", "", target], {
    mode: attr.string(interpolation === "nearest" ? "nearest" : "linear"), coordinate_transformation_mode: attr.string("half_pixel"),
    ...(interpolation === "nearest" && { nearest_mode: attr.string("round_prefer_ceil") }),
  });
  return held(value, [input.shape[0] ?? null, ...size, input.shape[3] ?? null], order);
};

const floatList = (values: readonly number[]) => ({ dtype: "float32" as const, shape: [values.length], data: new Float32Array(values) });

const resized = (shape: readonly Size[], axes: readonly number[], make: (size: number, i: number) => number): Size[] =>
  shape.map((size, axis) => (size === null || !axes.includes(axis) ? size : make(size, axes.indexOf(axis))));

export const spatialRules: Readonly<Record<string, LayerRule>> = {
  ZeroPadding1D: padding(1), ZeroPadding2D: padding(2), ZeroPadding3D: padding(3),
  Cropping1D: cropping(1), Cropping2D: cropping(2), Cropping3D: cropping(3),
  UpSampling1D: upSampling(1), UpSampling2D: upSampling(2), UpSampling3D: upSampling(3), Resizing: resizing,
};

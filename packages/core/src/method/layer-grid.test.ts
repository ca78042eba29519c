import { describe, expect, test } from "vitest";
import { seededRandom } from "../input/random.js";
import { float32, type Tensor } from "../tensor/tensor.js";
import { gridColumns, layerGridCells, rawCells } from "./layer-grid.js";
import type { GridScaling } from "./view.js";

const dvt: GridScaling = { normalise: "min-max", contrast: "layer", channelBoost: 0, gamma: 1 };
const chw = { unit: 0, rows: [1], columns: [2] } as const;

function random(shape: readonly number[], seed = 1): Tensor<"float32"> {
  const source = seededRandom(seed);
  return float32(shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => source.normal()));
}

/** `tile_images_normalize`, line by line, on channels of plain numbers. */
function tileImagesNormalize(channels: readonly (readonly number[])[], boost: number, gamma: number): number[][] {
  const all = channels.flat();
  const min = Math.min(...all);
  let data = channels.map((channel) => channel.map((a) => a - min));
  const max = Math.max(...data.flat());
  data = data.map((channel) => channel.map((a) => a * (1 / (max + 1e-10))));
  if (boost > 0) data = data.map((channel) => channel.map((a) => a * (Math.max(...channel) + 1e-10) ** -boost));
  return gamma === 1 ? data : data.map((channel) => channel.map((a) => a ** gamma));
}

describe("layerGridCells", () => {
  test.each([0, 0.3, 0.5, 0.8, 1].flatMap((boost) => [1, 0.7, 0.5, 0.3].map((gamma) => [boost, gamma] as const)))("is the toolbox's definition at b = %f, gamma = %f", (boost, gamma) => {
    const source = random([5, 3, 4]);
    const channels = Array.from({ length: 5 }, (_, c) => Array.from(source.data.subarray(c * 12, c * 12 + 12)));
    const cells = layerGridCells(source, { axes: chw, scaling: { ...dvt, channelBoost: boost, gamma } });
    const expected = tileImagesNormalize(channels, boost, gamma).flat();
    expect([cells.units, cells.height, cells.width]).toEqual([5, 3, 4]);
    cells.data.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
    expect(cells.range).toEqual([Math.min(...source.data), Math.max(...source.data)]);
  });

  test("a range that the view names is the scale, where the layer has one", () => {
    const source = float32([2, 1, 2], [0, 2, -4, 1]);
    const shared = layerGridCells(source, { axes: chw, scaling: { ...dvt, normalise: "signed" }, range: [-8, 8] });
    expect([...shared.data]).toEqual([0, 0.25, -0.5, 0.125]);
    expect(shared.range).toEqual([-8, 8]);
    expect([...layerGridCells(source, { axes: chw, scaling: { ...dvt, normalise: "signed", contrast: "channel" }, range: [-8, 8] }).data]).toEqual([0, 1, -1, 0.25]);
  });

  test("magnitude and signed keep zero at zero", () => {
    const source = float32([2, 1, 2], [0, 2, -4, 1]);
    expect([...layerGridCells(source, { axes: chw, scaling: { ...dvt, normalise: "magnitude" } }).data]).toEqual([0, 0.5, 1, 0.25]);
    const signed = layerGridCells(source, { axes: chw, scaling: { ...dvt, normalise: "signed" } });
    expect([...signed.data]).toEqual([0, 0.5, -1, 0.25]);
    expect(signed.range).toEqual([-4, 4]);
    expect([...layerGridCells(source, { axes: chw, scaling: { ...dvt, normalise: "signed", gamma: 0.5 } }).data]).toEqual([0, Math.fround(Math.SQRT1_2), -1, 0.5]);
  });

  test("contrast per channel gives each its own scale", () => {
    const source = float32([2, 1, 2], [0, 2, 100, 200]);
    expect([...layerGridCells(source, { axes: chw, scaling: { ...dvt, contrast: "channel" } }).data]).toEqual([0, 1, 0, 1]);
    expect([...layerGridCells(source, { axes: chw, scaling: { ...dvt, normalise: "magnitude", contrast: "channel" } }).data]).toEqual([0, 1, 0.5, 1]);
  });

  test("any layout: the same cells from NCHW, NHWC, and time × direction × batch × units", () => {
    const scaling: GridScaling = { ...dvt, normalise: "signed" };
    const nchw = random([2, 3, 2, 2]);
    const nhwc = float32([2, 2, 2, 3], Float32Array.from({ length: 24 }, (_, i) => nchw.data[Math.floor(i / 12) * 12 + (i % 3) * 4 + (Math.floor(i / 3) % 4)]!));
    const a = layerGridCells(nchw, { axes: { batch: 0, unit: 1, rows: [2], columns: [3] }, sample: 1, scaling });
    const b = layerGridCells(nhwc, { axes: { batch: 0, unit: 3, rows: [1], columns: [2] }, sample: 1, scaling });
    expect(b).toEqual(a);
    const sequence = float32([3, 2, 1, 2], Float32Array.from({ length: 12 }, (_, i) => i));
    const cells = layerGridCells(sequence, { axes: { batch: 2, unit: 3, rows: [1], columns: [0] }, scaling: { ...scaling, normalise: "magnitude" } });
    expect([cells.units, cells.height, cells.width]).toEqual([2, 2, 3]);
    expect(Array.from(cells.data, (value) => Math.round(value * 11))).toEqual([0, 4, 8, 2, 6, 10, 1, 5, 9, 3, 7, 11]);
  });

  test("a constant layer is blank, and what is not finite spoils only its own place", () => {
    expect([...layerGridCells(float32([1, 1, 2], [3, 3]), { axes: chw, scaling: dvt }).data]).toEqual([0, 0]);
    expect([...layerGridCells(float32([1, 1, 2], [0, 0]), { axes: chw, scaling: { ...dvt, normalise: "signed" } }).data]).toEqual([0, 0]);
    expect([...layerGridCells(float32([1, 1, 4], [NaN, 1, Infinity, 2]), { axes: chw, scaling: { ...dvt, normalise: "magnitude" } }).data]).toEqual([NaN, 0.5, 1, 1]);
  });

  test("refuses axes or a sample that are not there", () => {
    const source = random([2, 3, 2, 2]);
    expect(() => layerGridCells(source, { axes: chw, scaling: dvt })).toThrow("do not fit");
    expect(() => layerGridCells(source, { axes: { batch: 0, unit: 1, rows: [2], columns: [2] }, scaling: dvt })).toThrow("do not fit");
    expect(() => layerGridCells(source, { axes: { batch: 0, unit: 1, rows: [2], columns: [3] }, sample: 2, scaling: dvt })).toThrow("do not fit");
  });

  test("columns", () => expect([1, 2, 4, 5, 64, 65, 0].map(gridColumns)).toEqual([1, 2, 2, 3, 8, 9, 1]));
});

test("rawCells: one unit as it is", () => {
  const source = random([2, 3, 2, 2]);
  const axes = { batch: 0, unit: 1, rows: [2], columns: [3] };
  expect(rawCells(source, axes, 1, 2)).toEqual({ units: 1, height: 2, width: 2, data: source.data.slice(20, 24) });
  expect(rawCells(source, axes, 1).data).toEqual(source.data.slice(12));
  expect(() => rawCells(source, axes, 1, 3)).toThrow("do not fit");
});

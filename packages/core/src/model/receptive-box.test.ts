import type { ReceptiveField } from "./layer.js";
import { describe, expect, test } from "vitest";
import { mapPlace, receptiveBox } from "./receptive-box.js";

/** 7 × 7, stride 2, padding 3: the first convolution of a ResNet. */
const field: ReceptiveField = { input: "x", size: [7, 7], stride: [2, 2], offset: [-3, -3] };

describe("receptiveBox", () => {
  test("is cut at the edges of the input", () => {
    expect(receptiveBox(field, [0, 5], [224, 224])).toEqual({ start: [0, 7], size: [4, 7] });
    expect(receptiveBox(field, [111, 111], [224, 224])).toEqual({ start: [219, 219], size: [5, 5] });
  });

  test("is empty where the field lies in the padding only", () => {
    expect(receptiveBox({ ...field, offset: [-9, 0] }, [0, 0], [224, 224]).size).toEqual([0, 7]);
    expect(receptiveBox(field, [200, 0], [224, 224]).size).toEqual([0, 4]);
  });

  test("covers broken steps behind an upsampling", () => {
    expect(receptiveBox({ input: "x", size: [3], stride: [0.5], offset: [-1] }, [3], [8])).toEqual({ start: [0], size: [4] });
  });
});

test("mapPlace: every position is a tile of one stride around the centre of its field", () => {
  const { start, size } = mapPlace(field, [112, 112]);
  expect([start, size]).toEqual([[-0.5, -0.5], [224, 224]]);
  const centre = (p: number): number => start[0]! + (p + 0.5) * 2;
  expect(centre(5)).toBe(-3 + 5 * 2 + 7 / 2);
});

import { describe, expect, it } from "vitest";
import { attr, type Attributes } from "./attributes.js";
import { padSource, resizeTaps, type ResizeAxis } from "./resampling.js";
import type { Node } from "./graph.js";

const node = (attributes: Attributes): Node => ({ op: "Resize", domain: "", name: "resize", inputs: ["x"], outputs: ["y"], attributes });
const axis = (from: number, to: number): ResizeAxis => ({ from, to, scale: to / from, roi: [0, 1] });
/** The resized values of an axis. */
const resized = (values: readonly number[], to: number, attributes: Attributes): (number | undefined)[] => {
  const taps = resizeTaps(node(attributes), axis(values.length, to));
  if (typeof taps === "string") throw new Error(taps);
  return taps.map((each) => each?.reduce((sum, { at, weight }) => sum + values[at]! * weight, 0));
};

describe("resizing one axis", () => {
  // torch.nn.functional.interpolate of [1, 2, 4] to 6 and to 2.
  it.each<[string, Attributes, number, number[]]>([
    ["linear", { mode: attr.string("linear") }, 6, [1, 1.25, 1.75, 2.5, 3.5, 4]],
    ["linear, corners aligned", { mode: attr.string("linear"), coordinate_transformation_mode: attr.string("align_corners") }, 5, [1, 1.5, 2, 3, 4]],
    ["nearest", { mode: attr.string("nearest"), coordinate_transformation_mode: attr.string("asymmetric"), nearest_mode: attr.string("floor") }, 6, [1, 1, 2, 2, 4, 4]],
    ["linear, smaller", { mode: attr.string("linear") }, 2, [1.25, 3.5]],
  ])("%s", (_, attributes, to, expected) => {
    resized([1, 2, 4], to, attributes).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
  });

  it("cubic weights sum to one, with what is outside left out or not", () => {
    for (const exclude of [0, 1]) {
      const ones = resized([1, 1, 1, 1], 7, { mode: attr.string("cubic"), exclude_outside: attr.int(exclude) });
      ones.forEach((value) => expect(value).toBeCloseTo(1, 12));
    }
  });

  it("what a crop takes from outside is nobody's", () => {
    const crop = resizeTaps(node({ mode: attr.string("linear"), coordinate_transformation_mode: attr.string("tf_crop_and_resize") }), { from: 4, to: 3, scale: 1, roi: [-0.5, 0.5] });
    expect(typeof crop === "string" ? crop : crop.map((each) => each === undefined)).toEqual([true, false, false]);
  });

  it.each<[string, Attributes]>([["mode", { mode: attr.string("area") }], ["transformation", { coordinate_transformation_mode: attr.string("toString") }], ["rounding", { nearest_mode: attr.string("up") }]])("an unknown %s is said", (_, attributes) => {
    expect(resizeTaps(node(attributes), axis(2, 4))).toMatch(/mode/);
  });
});

it("padding by copies", () => {
  const around = (mode: string): (number | undefined)[] => Array.from({ length: 9 }, (_, i) => padSource(mode, i - 3, 3));
  expect(around("edge")).toEqual([0, 0, 0, 0, 1, 2, 2, 2, 2]);
  expect(around("reflect")).toEqual([1, 2, 1, 0, 1, 2, 1, 0, 1]);
  expect(around("wrap")).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
  expect(around("constant")).toEqual([undefined, undefined, undefined, 0, 1, 2, undefined, undefined, undefined]);
});

import { describe, expect, test } from "vitest";
import { float32, tensor } from "@vitrine/core";
import { domainOf } from "./domain.js";
import { mapOf, shrinkMap } from "./map.js";
import { statisticsOf } from "./statistics.js";

describe("mapOf", () => {
  // [2, 3, 1, 2]: samples, channels, one row of two.
  const batch = float32([2, 3, 1, 2], [1, -2, 3, 4, -5, 6, 10, 20, 30, 40, 50, 60]);

  test.each([
    ["sum", [-1, 8]], ["mean", [-1 / 3, 8 / 3]], ["max", [3, 6]], ["max-abs", [-5, 6]], ["norm", [Math.sqrt(35), Math.sqrt(56)]],
  ] as const)("%s over the channels", (reduce, expected) => {
    mapOf(batch, { reduce }).values.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  });

  test("a sample of a batch", () => {
    expect([...mapOf(batch, { sample: 1 }).values]).toEqual([90, 120]);
  });

  test("fewer axes", () => {
    expect(mapOf(float32([4], [1, 2, 3, 4]))).toMatchObject({ width: 4, height: 1 });
    expect(mapOf(float32([], [7]))).toMatchObject({ width: 1, height: 1 });
    expect(mapOf(float32([2, 1, 2], [1, 2, 3, 4])).values).toEqual(Float32Array.of(4, 6));
    expect(() => mapOf(float32([1, 1, 1, 1, 1], [0]))).toThrow(/no map/u);
    expect(() => mapOf(tensor("string", [1], ["a"]))).toThrow(/no map/u);
  });

  test("what is not a number stays so through every reduction", () => {
    for (const reduce of ["sum", "mean", "max", "max-abs", "norm"] as const) expect(mapOf(float32([2, 1, 1], [1, NaN]), { reduce }).values[0]).toBeNaN();
  });

  test("a map is not changed by reducing it", () => {
    mapOf(batch, { reduce: "norm" });
    expect([...batch.data.slice(0, 3)]).toEqual([1, -2, 3]);
  });
});

test("shrinking keeps the mean", () => {
  const map = { width: 6, height: 4, values: Float32Array.from({ length: 24 }, (_, i) => i * i) };
  const small = shrinkMap(map, 3, 2);
  const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect([small.width, small.height]).toEqual([3, 2]);
  expect(mean(small.values)).toBeCloseTo(mean(map.values), 4);
  expect(shrinkMap(map, 100, 100)).toBe(map);
});

test("statistics count what is no finite number", () => {
  expect(statisticsOf([3, NaN, -1, Infinity, 3])).toEqual({ count: 5, min: -1, max: 3, missing: 1, infinite: 1, strongest: 0 });
  expect(statisticsOf([NaN]).strongest).toBe(-1);
});

describe("domainOf", () => {
  const of = (values: number[], options: Parameters<typeof domainOf>[1]): ReturnType<typeof domainOf> => domainOf(statisticsOf(values), options);

  test("an own scale begins at zero, a signed one is symmetric", () => {
    expect(of([2, 8], { colours: "magnitude" })).toEqual({ range: [0, 8], own: true, notices: [], remarks: [] });
    expect(of([-2, 8], { colours: "signed" }).range).toEqual([-8, 8]);
    expect(of([0.2], { colours: "signed", range: [-1, 3] })).toMatchObject({ range: [-3, 3], own: false });
  });

  test("what cannot be seen is said", () => {
    expect(of([0, 0], { colours: "magnitude" }).notices).toEqual(["Every value is 0."]);
    expect(of([0.3, 0.3], { colours: "magnitude" }).notices).toEqual(["Every value is 0.3."]);
    expect(of([NaN, NaN], { colours: "magnitude" }).notices).toEqual(["No value is a number."]);
    expect(of([-3, -1], { colours: "importance" }).notices[0]).toContain("nothing of them is drawn");
    expect(of([-3, 4], { colours: "importance" }).notices[0]).toContain("down to −3");
    expect(of([0, 4], { colours: "magnitude", range: [0, 1] }).notices[0]).toContain("up to 4");
    expect(of([1, Infinity, 2], { colours: "magnitude" }).notices).toEqual(["1 of 3 values is infinite."]);
  });

  test("an own scale of one sign and far from zero does not hold it, and says so", () => {
    expect(of([9.5, 16], { colours: "signed" })).toEqual({ range: [9.5, 16], own: true, notices: [], remarks: ["The scale begins at 9.5, not at 0."] });
    expect(of([-16, -9.5], { colours: "signed" })).toMatchObject({ range: [-16, -9.5], remarks: ["The scale ends at −9.5, not at 0."] });
    expect(of([1, 16], { colours: "signed" }).range).toEqual([-16, 16]);
    expect(of([9.5, 16], { colours: "signed", range: [9, 16] }).range).toEqual([-16, 16]);
    expect(of([119, 208], { colours: "magnitude", range: [119, 208] }).remarks).toEqual(["The scale begins at 119, not at 0."]);
  });

  test("a little beyond the scale is a remark", () => {
    expect(of([-0.01, 1], { colours: "importance" })).toMatchObject({ notices: [], remarks: ["Values below 0 (down to −0.01) are drawn as 0."] });
  });
});

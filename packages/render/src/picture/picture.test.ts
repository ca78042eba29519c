import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { float32, tensor, type Picture } from "@vitrine/core";
import { hatched } from "./hatch.js";
import { shownMap, toPicture } from "./map-picture.js";
import { grey, pictureOf, shrink } from "./picture.js";
import { encodePng, toDataUri } from "./png.js";
import { tokens } from "../tokens.js";
import { rgb } from "d3-color";

const rgba = (picture: { data: ArrayLike<number> }, pixel: number): number[] => Array.from({ length: 4 }, (_, c) => picture.data[4 * pixel + c]!);

describe("pictureOf", () => {
  test("three channels are opaque, four are as they are", () => {
    expect([...pictureOf(tensor("uint8", [1, 2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6))).data]).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
    expect([...pictureOf(tensor("uint8", [1, 1, 4], Uint8Array.of(1, 2, 3, 4))).data]).toEqual([1, 2, 3, 4]);
  });

  test("anything else is no picture", () => {
    expect(() => pictureOf(float32([1, 1, 3], [0, 0, 0]))).toThrow(/no picture/u);
    expect(() => pictureOf(tensor("uint8", [3, 1, 1], new Uint8Array(3)))).toThrow(/no picture/u);
  });
});

describe("png", () => {
  const pixels = (count: number, colour: (i: number) => readonly number[]): Picture => ({ width: count, height: 1, data: Uint8ClampedArray.from(Array.from({ length: count }, (_, i) => colour(i)).flat()) });
  const back = (bytes: Uint8Array): number[][] => {
    const image = decode(bytes);
    const one = (i: number): number[] => {
      if (image.palette) return [...image.palette[image.data[i]!]!, 255].slice(0, 4);
      return [...Array.from({ length: image.channels }, (_, c) => image.data[image.channels * i + c]!), 255].slice(0, 4);
    };
    return Array.from({ length: image.width * image.height }, (_, i) => one(i));
  };

  test.each([
    ["few opaque colours", 40, (i: number) => [i, 2 * i, 7, 255]],
    ["few colours, some transparent", 40, (i: number) => [i, 2 * i, 7, i % 3 === 0 ? 80 : 255]],
    ["many opaque colours", 400, (i: number) => [i % 256, i >> 4, 7, 255]],
    ["many colours, some transparent", 400, (i: number) => [i % 256, i >> 4, 7, i % 2 === 0 ? 9 : 255]],
  ] as const)("%s come back as they were", (_, count, colour) => {
    const picture = pixels(count, colour);
    expect(back(encodePng(picture))).toEqual(Array.from({ length: count }, (__, i) => [...colour(i)]));
  });

  test("a map takes a byte a pixel at most", () => {
    const picture = toPicture(float32([56, 56], Array.from({ length: 3136 }, (_, i) => Math.sin(i))), { colours: "magnitude", theme: "light" });
    expect(encodePng(picture).length).toBeLessThan(56 * 56 + 1100);
  });

  test("a data URI holds the same bytes", () => {
    const picture = pixels(3, (i) => [i, i, i, 255]);
    expect([...Uint8Array.from(atob(toDataUri(picture).split(",")[1]!), (letter) => letter.charCodeAt(0))]).toEqual([...encodePng(picture)]);
  });
});

test("shrinking averages colours by what can be seen of them", () => {
  const picture = { width: 2, height: 1, data: Uint8ClampedArray.of(200, 0, 0, 255, 0, 0, 0, 0) };
  expect(rgba(shrink(picture, 1, 1), 0)).toEqual([200, 0, 0, 128]);
  expect(shrink(picture, 5, 5)).toBe(picture);
});

test("a greyed picture has no colour but the page's", () => {
  const white = { width: 1, height: 1, data: Uint8ClampedArray.of(255, 0, 0, 255) };
  const clear = { width: 1, height: 1, data: Uint8ClampedArray.of(255, 0, 0, 0) };
  const { r, g, b } = rgb(tokens.dark.page);
  expect(rgba(grey(clear, "dark"), 0)).toEqual([r, g, b, 255]);
  const [red, green, blue] = rgba(grey(white, "light"), 0) as [number, number, number, number];
  expect(Math.max(red, green, blue) - Math.min(red, green, blue)).toBeLessThanOrEqual(4);
});

describe("what is not a number", () => {
  const map = { width: 2, height: 1, values: Float32Array.of(NaN, 1) };

  test("is hatched in the page's colour and the second ink, the rest is as it was", () => {
    const shown = hatched(map, toPicture(float32([1, 2], map.values), { colours: "magnitude", theme: "light", range: [0, 1] }), 32, 16, "light");
    expect([shown.width, shown.height]).toEqual([32, 16]);
    const colours = new Set(Array.from({ length: 32 * 16 }, (_, i) => `${i % 32 < 16} ${rgba(shown, i).join(",")}`));
    const of = (colour: string): string => [rgb(colour).r, rgb(colour).g, rgb(colour).b, 255].join(",");
    expect(colours).toEqual(new Set([`true ${of(tokens.light.page)}`, `true ${of(tokens.light.second)}`, `false ${of(tokens.light.ink)}`]));
  });

  test("a map without it is one pixel a value", () => {
    const shown = shownMap({ width: 2, height: 1, values: Float32Array.of(0, 1) }, { range: [0, 1], colours: "magnitude", theme: "light", width: 100, height: 50 });
    expect([shown.width, shown.height]).toEqual([2, 1]);
  });
});

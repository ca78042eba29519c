import { lab, rgb } from "d3-color";
import { beforeAll, describe, expect, test } from "vitest";
import { float32, tensor, type View } from "@vitrine/core";
import { exampleViews } from "@vitrine/testing";
import { colourise } from "./colour/colourise.js";
import { contrast } from "./colour/contrast.js";
import { drawView } from "./draw.js";
import { darkMapMatrix, themeProperties, tokens, type Theme } from "./tokens.js";

type Rgb = readonly [number, number, number];
const of = (colour: string): Rgb => {
  const { r, g, b } = rgb(colour);
  return [r, g, b];
};

/** What a browser shows of a transparent pixel on a page. */
const on = (page: Rgb, [r, g, b, a]: readonly number[]): Rgb => [r!, g!, b!].map((value, c) => page[c]! + ((value - page[c]!) * a!) / 255) as unknown as Rgb;

/** The filter of a dark page. */
const matrix = darkMapMatrix.split(" ").map(Number);
const turned = ([r, g, b, a]: readonly number[]): number[] => [0, 1, 2, 3].map((row) => {
  const [x = 0, y = 0, z = 0, w = 0, constant = 0] = matrix.slice(5 * row, 5 * row + 5);
  return Math.min(255, Math.max(0, x * r! + y * g! + z * b! + w * a! + 255 * constant));
});

const steps = Float32Array.from({ length: 101 }, (_, i) => i / 100);
const pixel = (bytes: Uint8ClampedArray, i: number): number[] => Array.from(bytes.subarray(4 * i, 4 * i + 4));
const shown = (theme: Theme, values: ArrayLike<number>, colours: "magnitude" | "signed"): Rgb[] => {
  const bytes = colourise(values, [-1, 1].map((end) => (colours === "signed" ? end : Math.max(0, end))) as [number, number], colours, "page");
  return Array.from(values, (_, i) => on(of(tokens[theme].page), theme === "dark" ? turned(pixel(bytes, i)) : pixel(bytes, i)));
};
const lightness = ([r, g, b]: Rgb): number => lab(rgb(r, g, b)).l;

describe("maps of a page", () => {
  test.each(["magnitude", "signed"] as const)("%s on a light page are the light theme's own", (colours) => {
    const values = Float32Array.from({ length: 201 }, (_, i) => i / 100 - 1);
    const own = colourise(values, colours === "signed" ? [-1, 1] : [0, 1], colours, "light");
    shown("light", values, colours).forEach((colour, i) => colour.forEach((value, c) => expect(Math.abs(value - own[4 * i + c]!)).toBeLessThanOrEqual(1.5)));
  });

  test.each(["light", "dark"] as const)("zero is the %s page", (theme) => {
    for (const colours of ["magnitude", "signed"] as const) expect(shown(theme, [0], colours)[0]).toEqual(of(tokens[theme].page));
  });

  test.each([["magnitude", 1], ["signed", 1], ["signed", -1]] as const)("%s, sign %d: on a dark page more is lighter, evenly", (colours, sign) => {
    const all = shown("dark", steps.map((value) => sign * value), colours).map(lightness);
    const [first, last] = [all[0]!, all.at(-1)!];
    expect(last).toBeGreaterThan(65);
    // Eight bits of transparency round; a step of 1 in L* is not seen.
    all.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(all[i]! - 1));
    all.forEach((value, i) => expect(Math.abs(value - (first + ((last - first) * i) / 100))).toBeLessThan(12));
  });

  test("signs keep their hues on a dark page, and stand out from it", () => {
    const [positive, negative] = shown("dark", [1, -1], "signed") as [Rgb, Rgb];
    expect(positive[0]).toBeGreaterThan(positive[2] + 40);
    expect(negative[2]).toBeGreaterThan(negative[1] + 15);
    for (const colour of [positive, negative]) expect(contrast(rgb(...colour).formatHex(), tokens.dark.page)).toBeGreaterThan(4.5);
  });

  test("the accent becomes nearly the dark theme's", () => {
    const [r, g, b] = turned([...of(tokens.light.accent), 255]);
    of(tokens.dark.accent).forEach((value, c) => expect(Math.abs(value - [r!, g!, b!][c]!)).toBeLessThan(16));
  });
});

describe("figures of a page", () => {
  const all: string[] = [];
  beforeAll(() => {
    for (const { view, tensors } of exampleViews()) all.push(drawView(view, { tensors }, { theme: "page", bare: true, width: 342 }).svg);
  }, 60_000);

  test("carry no colour of a theme", () => {
    for (const svg of all) {
      const fixed = Array.from(svg.replace(/light-dark\([^"]*"/gu, '"').matchAll(/ (?:fill|stroke)="([^"]*)"/gu), ([, colour]) => colour!).filter((colour) => !/^(|none|#000000|#FFFFFF|var\(--[\w-]+\)|rgb\(\d+,\d+,\d+,0\.\d+\))$/u.test(colour));
      expect(fixed).toEqual([]);
      expect(svg.replace(/"[^"]*"/gu, '""').match(/<[^>]*>/gu)!.join("")).not.toMatch(/ style=| on\w+=|<(script|style|foreignObject)\b/u);
    }
  });

  test("name properties that a theme has", () => {
    const known = new Set(Array.from(themeProperties("dark").matchAll(/(--[\w-]+):/gu), ([, name]) => name));
    for (const svg of all) for (const [, name] of svg.matchAll(/var\((--[\w-]+)\)/gu)) expect(known).toContain(name);
  });

  test("say all that they are to who does not see them, and leave their words to the page", () => {
    const view: View = { kind: "bars", title: "What it says", caption: "A caption.", source: "model.onnx", xAxis: "probability", bars: [{ label: "dog", value: 0.8 }, { label: "none", value: NaN }] };
    const figure = drawView(view, { tensors: {} }, { theme: "page", bare: true, width: 342 });
    expect(figure.svg).toMatch(/role="img" aria-label="What it says\. probability: dog 0\.8/u);
    expect(figure.svg).not.toMatch(/A caption|model\.onnx|<title>What/u);
    expect(figure.notices).toEqual(["1 of 2 values is not a number."]);
  });

  test("classes are areas in the page's hues, every place in one", () => {
    const view: View = { kind: "label-map", title: "Classes", tensor: "m", labels: { 0: "a", 1: "b" } };
    const { svg } = drawView(view, { tensors: { m: { tensor: tensor("int32", [2, 3], Int32Array.of(0, 0, 1, 1, 1, 1)), meaning: "" } } }, { theme: "page", bare: true, width: 342 });
    const areas = Array.from(svg.matchAll(/<path d="([^"]*)"[^>]*fill="(var\(--hue-\d\))" shape-rendering/gu), ([, d = "", fill]) => [fill, d.match(/M/gu)!.length]);
    // The frequent class has the first hue; a run for each row that it is in.
    expect(areas).toEqual([["var(--hue-2)", 1], ["var(--hue-1)", 2]]);
  });

  test("tell what their maps show, a theme's own figures do not", () => {
    const view: View = { kind: "heatmap", title: "A map", tensor: "m", colours: "magnitude", unit: "u" };
    const tensors = { m: { tensor: float32([2, 3], [0, 1, 2, 3, 4, 5]), meaning: "" } };
    expect(drawView(view, { tensors }, { theme: "page" }).svg).toContain('class="map" data-map="m" data-rows="2" data-columns="3"');
    expect(drawView(view, { tensors }, { theme: "dark" }).svg).not.toMatch(/data-map|class=/u);
  });
});

import { lab, rgb } from "d3-color";
import { describe, expect, test } from "vitest";
import type { Colours } from "@vitrine/core";
import { hueNames, tokens, type Theme } from "../tokens.js";
import { colourise, colourOf } from "./colourise.js";
import { contrast, legible } from "./contrast.js";

const themes = ["light", "dark"] as const;

/** Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB. */
const deficiencies: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  none: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
const linear = (value: number): number => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
const gamma = (value: number): number => 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);

function seenWith(deficiency: string, colour: string): { l: number; a: number; b: number } {
  const { r, g, b } = rgb(colour);
  const [x, y, z] = [linear(r), linear(g), linear(b)];
  const [red = 0, green = 0, blue = 0] = deficiencies[deficiency]!.map((row) => gamma(Math.min(1, Math.max(0, row[0] * x + row[1] * y + row[2] * z))));
  return lab(rgb(red, green, blue));
}
function difference(deficiency: string, one: string, other: string): number {
  const [p, q] = [seenWith(deficiency, one), seenWith(deficiency, other)];
  return Math.hypot(p.l - q.l, p.a - q.a, p.b - q.b);
}

describe.each(themes)("%s", (theme) => {
  const { page, ink, second, accent, warning, hues, neutral } = tokens[theme];

  test("every text on the page has AA contrast, every line that carries meaning 3 : 1", () => {
    for (const text of [ink, second, accent, warning]) expect(contrast(text, page)).toBeGreaterThanOrEqual(4.5);
    for (const line of [...hues, neutral]) expect(contrast(line, page)).toBeGreaterThanOrEqual(3);
  });

  test.each(Object.keys(deficiencies))("the hues are told apart with %s", (deficiency) => {
    expect(hues).toHaveLength(8);
    expect(hueNames).toHaveLength(8);
    for (const [i, one] of hues.entries()) for (const other of hues.slice(i + 1)) expect(difference(deficiency, one, other)).toBeGreaterThan(15);
  });

  test.each(["protanopia", "deuteranopia", "tritanopia"])("both signs are told apart with %s", (deficiency) => {
    for (const value of [0.25, 0.5, 1]) expect(difference(deficiency, colourOf(value, [-1, 1], "signed", theme), colourOf(-value, [-1, 1], "signed", theme))).toBeGreaterThan(20);
  });

  test("zero is the page", () => {
    expect(rgb(colourOf(0, [0, 7], "magnitude", theme)).formatHex()).toBe(page.toLowerCase());
    expect(rgb(colourOf(0, [-7, 7], "signed", theme)).formatHex()).toBe(page.toLowerCase());
    expect(colourise([0], [0, 7], "importance", theme)[3]).toBe(0);
  });

  test("the ends are ink and accent", () => {
    expect(rgb(colourOf(7, [0, 7], "magnitude", theme)).formatHex()).toBe(ink.toLowerCase());
    expect(colourOf(7, [0, 7], "importance", theme).slice(0, 7)).toBe(accent.toLowerCase());
  });

  test.each<Colours>(["magnitude", "signed"])("%s is even: lightness goes with the value", (colours) => {
    const lightness = (value: number): number => lab(colourOf(value, [-1, 1].map((end) => (colours === "magnitude" ? Math.max(0, end) : end)) as [number, number], colours, theme)).l;
    const [zero, one] = [lightness(0), lightness(1)];
    for (let value = 0; value <= 1; value += 1 / 16) {
      expect(Math.abs(lightness(value) - (zero + value * (one - zero)))).toBeLessThan(1.5);
      if (colours === "signed") expect(Math.abs(lightness(-value) - lightness(value))).toBeLessThan(2.5);
    }
  });

  test("signed is symmetric whatever the range says", () => {
    expect(colourOf(2, [-1, 4], "signed", theme)).toBe(colourOf(2, [-4, 4], "signed", theme));
    expect(colourOf(4, [0, 4], "signed", theme)).not.toBe(colourOf(-4, [0, 4], "signed", theme));
  });

  test("numbers on a map are legible at every value", () => {
    for (let value = -1; value <= 1; value += 0.01) {
      const behind = colourOf(value, [-1, 1], "signed", theme);
      expect(contrast(legible(behind, [ink, page]), behind)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

test("values beyond the range take the colour of its ends, infinities too", () => {
  const of = (value: number): string => colourOf(value, [0, 1], "magnitude", "light");
  expect([of(-5), of(5), of(Infinity), of(-Infinity)]).toEqual([of(0), of(1), of(1), of(0)]);
});

test("what is not a number is transparent", () => {
  expect([...colourise([NaN, 1], [0, 1], "magnitude", "light")].filter((_, i) => i % 4 === 3)).toEqual([0, 255]);
});

test("a range without extent draws nothing of what is not above it", () => {
  const alpha = (value: number): number => colourise([value], [0, 0], "importance", "light")[3]!;
  expect(alpha(-3)).toBe(0);
  expect(alpha(0)).toBe(0);
});

test("contrast agrees with WCAG's own examples", () => {
  expect(contrast("#000", "#fff")).toBeCloseTo(21, 5);
  expect(contrast("#777", "#fff")).toBeCloseTo(4.48, 2);
  expect(contrast("#fff", "#777")).toBe(contrast("#777", "#fff"));
});

test("importance is transparency in proportion", () => {
  const alphas = colourise([0, 0.25, 0.5, 1], [0, 1], "importance", "dark" satisfies Theme).filter((_, i) => i % 4 === 3);
  expect(alphas[1]! / alphas[3]!).toBeCloseTo(0.25, 2);
  expect(alphas[2]! / alphas[3]!).toBeCloseTo(0.5, 2);
});

test.each(themes)("a scale that does not hold zero begins with a tint: the page is zero (%s)", (theme) => {
  const page = lab(tokens[theme].page);
  const far = (colour: string): number => Math.abs(lab(colour).l - page.l);
  for (const [low, high, colours] of [[119, 208, "magnitude"], [9.5, 16, "signed"], [-9.5, -16, "signed"]] as const) {
    const range = [Math.min(low, high), Math.max(low, high)] as const;
    const [faint, middle, strong] = [low, (low + high) / 2, high].map((value) => far(colourOf(value, range, colours, theme))) as [number, number, number];
    expect(faint).toBeGreaterThan(10);
    expect(middle).toBeGreaterThan(faint + 15);
    expect(strong).toBeGreaterThan(middle + 15);
    // It ends as it would if it began at zero.
    expect(colourOf(high, range, colours, theme)).toBe(colourOf(high, [Math.min(0, high), Math.max(0, high)], colours, theme));
  }
  // The nearer to zero it begins, the nearer to the page.
  expect(far(colourOf(0.1, [0.1, 10], "magnitude", theme))).toBeLessThan(2);
});

import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { isVitrineError } from "@vitrine/core";
import { measureText, toDataUri, type Weight } from "@vitrine/render";
import { rasterise } from "./rasterise.js";

const document = (inner: string, width = 400, height = 60): string => `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="IBM Plex Sans, system-ui, sans-serif"><rect width="${width}" height="${height}" fill="#fff"/>${inner}</svg>`;

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly at: (x: number, y: number) => number[];
}

async function pixels(svg: string, scale = 1): Promise<Pixels> {
  const { width, height, data, channels } = decode(await rasterise(svg, { scale }));
  return { width, height, at: (x, y) => Array.from({ length: 3 }, (_, c) => data[channels * (y * width + x) + c]!) };
}

/** First and last column that is not white. */
function ink({ width, height, at }: Pixels): [number, number] {
  const columns = Array.from({ length: width }, (_, x) => x).filter((x) => Array.from({ length: height }, (_, y) => at(x, y)).some(([r = 255]) => r < 200));
  return [columns[0] ?? NaN, columns.at(-1) ?? NaN];
}

describe("text is as wide as the layout believes", () => {
  // Between two bars that are as wide on every line, so that side bearings do not count.
  const width = async (text: string, size: number, weight: Weight): Promise<number> => {
    const [from, to] = ink(await pixels(document(`<text x="10" y="40" font-size="${size}" font-weight="${weight}">|${text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}|</text>`), 4));
    const [a, b] = ink(await pixels(document(`<text x="10" y="40" font-size="${size}" font-weight="${weight}">||</text>`), 4));
    return (to - from - (b - a)) / 4;
  };

  test.each<[string, number, Weight]>([
    ["Where the dog was found", 20, 600], ["mean drop of the probability · own scale", 12, 400], ["0123456789", 14, 400], ["0.784 −0.029 1,204", 12, 600],
    ["features.3.squeeze.activation", 14, 400], ["Größe ß é × → ≤ σ", 14, 400], ["Жёлтый Λαβ", 14, 400], ["<script> & \" '", 14, 400],
  ])("%s", async (text, size, weight) => {
    const believed = measureText(text, size, weight);
    const drawn = await width(text, size, weight);
    // Kerning brings letters closer; nothing may be wider than its room.
    expect(drawn).toBeLessThanOrEqual(believed + 0.5);
    expect(drawn).toBeGreaterThan(0.96 * believed - 0.5);
  });
});

describe("images", () => {
  // Two pixels, black and white.
  const image = toDataUri({ width: 2, height: 1, data: Uint8Array.of(0, 0, 0, 255, 255, 255, 255, 255) });
  const drawn = (rendering: string): Promise<Pixels> => pixels(document(`<image x="0" y="0" width="400" height="60" preserveAspectRatio="none"${rendering} href="${image}"/>`));

  test("the pixels of a map have hard edges", async () => {
    const { at } = await drawn(' image-rendering="pixelated"');
    expect([at(0, 30), at(198, 30), at(201, 30), at(399, 30)].map(([r]) => r)).toEqual([0, 0, 255, 255]);
  });

  test("photographs are smooth", async () => {
    const { at } = await drawn("");
    const [middle = 0] = at(200, 30);
    expect(middle).toBeGreaterThan(60);
    expect(middle).toBeLessThan(200);
  });
});

test("the scale is that of the pixels", async () => {
  const { width, height } = await pixels(document(""), 2.5);
  expect([width, height]).toEqual([1000, 150]);
});

test("a text of another script keeps the room that it was given", async () => {
  const [from, to] = ink(await pixels(document('<text x="20" y="40" font-size="20" textLength="100" lengthAdjust="spacingAndGlyphs">כלב על הדשא</text>')));
  expect(from).toBeGreaterThanOrEqual(18);
  expect(to).toBeLessThanOrEqual(122);
});

describe("what cannot be drawn", () => {
  const code = async (svg: string, scale?: number): Promise<string | undefined> => rasterise(svg, scale === undefined ? {} : { scale }).then(() => undefined, (error: unknown) => (isVitrineError(error) ? error.code : String(error)));

  test.each(["", "text", "<svg>", '<svg width="10">', '<svg width="0" height="10"></svg>', document("<text>"), document("\u0000")])("%j", async (svg) => {
    expect(await code(svg)).toBe("svg-unreadable");
  });

  test("too large, by its own size or by the scale", async () => {
    expect(await code(document("", 100_000, 100_000), 1)).toBe("picture-too-large");
    expect(await code(document("", 4000, 4000), 8)).toBe("picture-too-large");
    for (const scale of [0, -1, NaN, 9, Infinity]) expect(await code(document(""), scale)).toBe("scale-range");
  });

  test("after it was cancelled", async () => {
    const controller = new AbortController();
    controller.abort(new Error("enough"));
    await expect(rasterise(document(""), { signal: controller.signal })).rejects.toThrow("enough");
  });
});

import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleViews } from "@vitrine/testing";
import { drawView } from "@vitrine/render";
import { rasterise } from "./rasterise.js";

// VITRINE_GALLERY=folder keeps the pictures, to be looked at.
const keep = process.env["VITRINE_GALLERY"];
let folder: string;
beforeAll(async () => {
  folder = keep ?? (await mkdtemp(path.join(tmpdir(), "vitrine-gallery-")));
  await mkdir(folder, { recursive: true });
});
afterAll(async () => {
  if (keep === undefined) await rm(folder, { recursive: true });
});

describe.each(["light", "dark"] as const)("%s", (theme) => {
  test.each(exampleViews())("$name", async ({ name, view, tensors }) => {
    const figure = drawView(view, { tensors }, { theme });
    const png = await rasterise(figure.svg, { scale: keep === undefined ? 1 : 2 });
    await writeFile(path.join(folder, `${name}-${theme}.png`), png);
    await writeFile(path.join(folder, `${name}-${theme}.svg`), figure.svg);
    const header = new DataView(png.buffer, png.byteOffset);
    expect([header.getUint32(16), header.getUint32(20)]).toEqual([figure.width, figure.height].map((side) => side * (keep === undefined ? 1 : 2)));
    // Half a megabyte is a lot for a figure; a report holds dozens.
    expect(figure.svg.length).toBeLessThan(1_500_000);
  });
});

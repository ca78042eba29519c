import { describe, expect, test } from "vitest";
import { exampleViews } from "@vitrine/testing";
import { boxesOf, inside, overlap, textBoxes } from "../test/geometry.js";
import { drawView } from "./draw.js";
import { margin } from "./tokens.js";

/** Kinds whose words stand on colours or points by intent. */
const onColours = new Set(["matrix", "text-trace"]);

describe.each(exampleViews())("$name", ({ name, view, tensors }) => {
  test.each([736, 400])("at a width of %d no word overlaps another, a picture or the edge", (width) => {
    const { svg, height } = drawView(view, { tensors }, { theme: "light", width });
    const words = textBoxes(svg);
    expect(words.length).toBeGreaterThan(0);
    const room = { x: margin / 2, y: margin / 2, width: width - margin, height: height - margin };
    expect(words.filter((word) => !inside(word, room))).toEqual([]);
    const clashes = words.flatMap((a, i) => words.slice(i + 1).filter((b) => overlap(a, b)).map((b) => `${a.text} × ${b.text}`));
    expect(clashes).toEqual([]);
    const flat = svg.replace(/<svg x=.*?<\/svg>/gu, "");
    const pictures = boxesOf(flat, "image");
    expect(pictures.filter((picture) => !inside(picture, { x: 0, y: 0, width, height }))).toEqual([]);
    if (!onColours.has(view.kind) && name !== "odd-text-trace-hostile") {
      expect(words.flatMap((word) => pictures.filter((picture) => overlap(word, picture)).map(() => word.text))).toEqual([]);
    }
  });

  test.each([342, 716])("bare, in a page, at a width of %d, neither", (width) => {
    const { svg, height } = drawView(view, { tensors }, { theme: "page", bare: true, width });
    const words = textBoxes(svg);
    expect(words.filter((word) => !inside(word, { x: 0, y: 0, width, height }))).toEqual([]);
    expect(words.flatMap((a, i) => words.slice(i + 1).filter((b) => overlap(a, b)).map((b) => `${a.text} × ${b.text}`))).toEqual([]);
    const flat = svg.replace(/<svg x=.*?<\/svg>/gu, "");
    const pictures = [...boxesOf(flat, "image"), ...boxesOf(flat, "use")];
    expect(pictures.filter((each) => !inside(each, { x: 0, y: 0, width, height }))).toEqual([]);
  });

  test("a theme changes colours, not the layout", () => {
    const [light, dark] = (["light", "dark"] as const).map((theme) => drawView(view, { tensors }, { theme }));
    expect(textBoxes(dark!.svg)).toEqual(textBoxes(light!.svg));
    expect([dark!.width, dark!.height]).toEqual([light!.width, light!.height]);
  });
});

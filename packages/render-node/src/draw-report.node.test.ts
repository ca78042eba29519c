import { decode } from "fast-png";
import { expect, test } from "vitest";
import { float32, type View } from "@vitrine/core";
import { tokens } from "@vitrine/render";
import { rgb } from "d3-color";
import { drawReport } from "./draw-report.js";

const views: View[] = [
  { kind: "heatmap", title: "A map", tensor: "attribution", colours: "magnitude", unit: "drop" },
  { kind: "bars", title: "What the network says", xAxis: "probability", bars: [{ label: "dog", value: 1 }] },
  { kind: "heatmap", title: "Nothing", tensor: "missing", colours: "magnitude", unit: "drop" },
];
const tensors = { attribution: { tensor: float32([2, 2], [0, 1, 2, 3]), meaning: "" } };

test("every view becomes an SVG and a PNG under its key, in order", async () => {
  const drawn = await drawReport({ views, tensors }, { theme: "light", scale: 1 });
  expect(Object.keys(drawn)).toEqual(["attribution", "what-the-network-says", "missing"]);
  for (const { svg, png, figure } of Object.values(drawn)) {
    expect(svg).toBe(figure.svg);
    expect(decode(png)).toMatchObject({ width: figure.width, height: figure.height });
  }
});

test("one that cannot be drawn says why, and costs the others nothing", async () => {
  const { missing, attribution } = await drawReport({ views, tensors }, { theme: "light", scale: 1 });
  expect(missing!.failure).toMatchObject({ code: "view-tensor-missing" });
  expect(missing!.svg).toContain("This picture could not be drawn.");
  expect(attribution!.failure).toBeUndefined();
});

test.each(["light", "dark"] as const)("the %s page reaches the corners", async (theme) => {
  const { attribution } = await drawReport({ views: views.slice(0, 1), tensors }, { theme, width: 400 });
  const { width, height, channels, data } = decode(attribution!.png);
  const { r, g, b } = rgb(tokens[theme].page);
  expect(width).toBe(800);
  for (const at of [0, width - 1, width * height - 1]) expect([...data.slice(at * channels, at * channels + 3)]).toEqual([r, g, b]);
});

test("it stops when it is told to", async () => {
  await expect(drawReport({ views, tensors }, { theme: "light", signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
});

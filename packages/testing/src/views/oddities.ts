import { float32, tensor } from "@vitrine/core";
import { finding, map, vector, type ExampleView } from "./make.js";
import { drops, meadow } from "./scene.js";

/** A name as a model from a stranger might have it. */
export const hostileName = '"><script>alert(1)</script><img src=x onerror=alert(1)> \u202Eevil\u202C \u0000\u0007\u001B[31m &amp; ]]> \uFFFE\uD800 z\u0301\u0301\u0301\u0301\u0301\u0301';
const grid = { axes: { unit: 0, rows: [1], columns: [2] }, scaling: { normalise: "magnitude", contrast: "layer", channelBoost: 0, gamma: 1 } } as const;
const longName = `/model/${"very/".repeat(60)}layer2.0.conv1/Conv_output_0`;

export function oddities(): ExampleView[] {
  const photo = finding(meadow());
  const holes = drops(20).map((value, i) => (i % 20 > 12 && i > 200 ? NaN : value));
  return [
    {
      name: "odd-hostile",
      view: {
        kind: "bars", title: `Names of a stranger: ${hostileName}`, caption: hostileName, source: hostileName, xAxis: hostileName,
        bars: [{ label: hostileName, value: 1, marked: true }, { label: longName, value: 0.5 }, { label: "כלב על הדשא", value: 0.4 }, { label: "كلب ذهبي على العشب", value: 0.3 }, { label: "草地上的金毛寻回犬", value: 0.2 }, { label: "", value: 0.1 }],
      },
      tensors: {},
    },
    { name: "odd-long", view: { kind: "heatmap", title: `What ${longName} and everything behind it respond to, in a title that takes more lines than a title should take`, tensor: "m", over: "input", colours: "importance", unit: longName, caption: "word ".repeat(200), source: `${longName} · ${longName}`, outlines: [{ box: [-50, -50, 500, 500], label: longName }, { box: [300, 300, 10, 10], label: "outside" }] }, tensors: { m: map(20, 20, drops(20)), input: photo } },
    { name: "odd-missing", view: { kind: "heatmap", title: "Some values are not a number", tensor: "m", over: "input", colours: "importance", unit: "drop" }, tensors: { m: map(20, 20, holes), input: photo } },
    { name: "odd-missing-alone", view: { kind: "heatmap", title: "No value is a number", tensor: "m", colours: "signed", unit: "gradient" }, tensors: { m: map(8, 8, new Array<number>(64).fill(NaN)) } },
    { name: "odd-infinite", view: { kind: "heatmap", title: "Overflow", tensor: "m", colours: "signed", unit: "gradient" }, tensors: { m: map(8, 8, Array.from({ length: 64 }, (_, i) => (i === 9 ? Infinity : i === 12 ? -Infinity : i - 20))) } },
    { name: "odd-zero", view: { kind: "heatmap", title: "A layer that did not respond", tensor: "m", over: "input", colours: "magnitude", unit: "activation" }, tensors: { m: map(14, 14, new Float32Array(196)), input: photo } },
    { name: "odd-constant", view: { kind: "heatmap", title: "The same everywhere", tensor: "m", colours: "magnitude", unit: "activation" }, tensors: { m: map(14, 14, new Float32Array(196).fill(0.3)) } },
    { name: "odd-negative", view: { kind: "heatmap", title: "All below zero", tensor: "m", over: "input", colours: "importance", unit: "drop of the score" }, tensors: { m: map(14, 14, new Float32Array(196).map((_, i) => -1 - i / 100)), input: photo } },
    { name: "odd-beyond", view: { kind: "heatmap", title: "Beyond its scale", tensor: "m", colours: "magnitude", range: [0, 0.2], unit: "probability" }, tensors: { m: map(20, 20, drops(20)) } },
    { name: "odd-tiny", view: { kind: "heatmap", title: "Very small numbers", tensor: "m", colours: "signed", unit: "gradient" }, tensors: { m: map(6, 6, Array.from({ length: 36 }, (_, i) => (i - 17) * 3.1e-9)) } },
    { name: "odd-empty", view: { kind: "heatmap", title: "Nothing there", tensor: "m", colours: "magnitude", unit: "activation" }, tensors: { m: finding(float32([0, 5], [])) } },
    { name: "odd-one", view: { kind: "heatmap", title: "One value", tensor: "m", colours: "magnitude", unit: "activation" }, tensors: { m: finding(float32([], [3.5])) } },
    { name: "odd-column", view: { kind: "heatmap", title: "One column of 500 rows", tensor: "m", colours: "magnitude", unit: "activation" }, tensors: { m: map(500, 1, Array.from({ length: 500 }, (_, i) => i)) } },
    { name: "odd-wide-picture", view: { kind: "heatmap", title: "A panorama", tensor: "m", over: "wide", colours: "importance", unit: "drop" }, tensors: { m: map(4, 40, drops(40).slice(0, 160)), wide: finding(tensor("uint8", [40, 400, 4], new Uint8Array(64_000).map((_, i) => (i * 7) % 255))) } },
    { name: "odd-grid-empty", view: { kind: "layer-grid", title: "A layer without units", tensor: "m", ...grid, columns: 0, ownScale: false, colours: "magnitude", unit: "activation" }, tensors: { m: finding(float32([0, 7, 7], [])) } },
    { name: "odd-grid-constant", view: { kind: "layer-grid", title: "A dead layer", tensor: "m", ...grid, columns: 3, ownScale: false, colours: "magnitude", unit: "activation" }, tensors: { m: finding(float32([6, 7, 7], new Float32Array(294))) } },
    { name: "odd-grid-row", view: { kind: "layer-grid", title: "A layer over time", tensor: "m", ...grid, columns: 3, ownScale: false, colours: "magnitude", unit: "activation" }, tensors: { m: finding(float32([9, 1, 60], Array.from({ length: 540 }, (_, i) => (i === 50 ? NaN : Math.abs(Math.sin(i / 20)))))) } },
    { name: "odd-bars-empty", view: { kind: "bars", title: "No bars", xAxis: "probability", bars: [] }, tensors: {} },
    { name: "odd-histogram-empty", view: { kind: "histogram", title: "No values", counts: "c", edges: "e", xAxis: "x", yAxis: "y" }, tensors: { c: vector([0, 0]), e: vector([0, 1, 2]) } },
    { name: "odd-curve-missing", view: { kind: "curve", title: "A curve of nothing", xAxis: "x", yAxis: "y", series: [{ label: "a", x: "x", y: "y" }] }, tensors: { x: vector([1, 2]), y: vector([NaN, NaN]) } },
    { name: "odd-curve-point", view: { kind: "curve", title: "A single point", xAxis: "epoch", yAxis: "accuracy", series: [{ label: "a", x: "x", y: "y" }] }, tensors: { x: vector([1]), y: vector([0.9]) } },
    { name: "odd-label-one", view: { kind: "label-map", title: "Always the same class", tensor: "m", labels: { 3: "dog" } }, tensors: { m: finding(tensor("int32", [5, 5], new Int32Array(25).fill(3))) } },
    { name: "odd-text-trace-hostile", view: { kind: "text-trace", title: "A hostile text", symbols: ["<script>", "\u202E", "\u0000", "   ", "كلب", "&", "x".repeat(300), "\n"], tensor: "m", colours: "magnitude", unit: "activation" }, tensors: { m: vector([1, 2, 3, 4, 5, 6, NaN, 8]) } },
  ];
}

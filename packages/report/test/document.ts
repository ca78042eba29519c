import { float32, tensor, type FindingTensor, type Report, type View } from "@vitrine/core";
import { exampleViews, hostileName } from "@vitrine/testing";
import type { Entry, ReportDocument, Section } from "../src/document.js";

/** A tiny picture: a bright square on dark. */
const picture = tensor("uint8", [24, 32, 3], Uint8Array.from({ length: 24 * 32 * 3 }, (_, i) => {
  const [y, x] = [Math.floor(i / 96), Math.floor(i / 3) % 32];
  return y > 8 && y < 16 && x > 10 && x < 20 ? 230 : 40 + (i % 3) * 20;
}));

const finding = (of: FindingTensor["tensor"], meaning: string): FindingTensor => ({ tensor: of, meaning });

export interface EntryOptions extends Partial<Omit<Entry, "report">> {
  readonly views?: readonly View[];
  readonly tensors?: Readonly<Record<string, FindingTensor>>;
  readonly notices?: readonly string[];
  readonly facts?: Report["facts"];
}

export function entry({ views = [], tensors = {}, notices, facts = {}, ...others }: EntryOptions = {}): Entry {
  return {
    title: "Occlusion", summary: "Which part of the input does the answer need?", command: "vitrine occlusion model.onnx --input photo.png", code: "await engine.run(occlusion, { model, input });", seconds: 1.25, open: true,
    citations: [{ authors: "Zeiler & Fergus", year: 2014, title: "Visualizing and Understanding Convolutional Networks", where: "arXiv:1311.2901" }],
    report: { method: "occlusion", model: { file: "model.onnx", sha256: "ab".repeat(32) }, runtime: "onnx-node:cpu", target: "class:207", params: {}, tensors, facts, views, ...(notices && { notices }) },
    ...others,
  };
}

/** A map over the picture: 6 × 8 values, the strongest 0.75 at row 3, column 4. */
const looked = entry({
  views: [{ kind: "heatmap", title: "Where the square was found", caption: "Hiding the square lowers the answer to 12 %.", source: "model.onnx · occlusion", tensor: "drop", over: "input", colours: "importance", unit: "drop of the probability" }],
  tensors: { drop: finding(float32([6, 8], Array.from({ length: 48 }, (_, i) => (i === 28 ? 0.75 : (i % 7) / 20))), "mean drop"), input: finding(picture, "the input") },
  notices: ["The map is coarser than the picture."], facts: { summary: "Hiding the square lowers that to 12 %." },
});

/** Sixteen units of 6 × 6. */
const layer = entry({
  title: "Activation", summary: "What does every layer respond to?", facts: { summary: "Every unit responds." },
  views: Array.from({ length: 9 }, (_, i): View => ({ kind: "layer-grid", title: `What layer ${i} sees`, tensor: "a", axes: { batch: 0, unit: 1, rows: [2], columns: [3] }, scaling: { normalise: "magnitude", contrast: "layer", channelBoost: 0, gamma: 1 }, columns: 4, ownScale: false, colours: "magnitude", unit: "activation", source: "model.onnx · activation" })),
  tensors: { a: finding(float32([1, 16, 6, 6], Array.from({ length: 576 }, (_, i) => i / 10)), "activation") },
});

export const section = (id: Section["id"], question: string, entries: readonly Entry[], leftOut: Section["leftOut"] = []): Section => ({ id, question, entries, leftOut });

/** A small page with something of everything. */
export function smallDocument(change: Partial<ReportDocument> = {}): ReportDocument {
  return {
    model: { file: "model.onnx", sha256: "ab".repeat(32), runtime: "onnx-node:cpu", layers: 21, parameters: 123_456, inputs: [{ name: "input", dtype: "float32", shape: [null, 3, 24, 32] }], preprocessing: "Scaled to 0 … 1.", notices: ["float16 was widened to float32."] },
    input: { label: "photo.png", picture },
    answer: { kind: "classes", unit: "probability", top: [{ label: "square", index: 207, score: 0.78 }, { label: "circle", index: 3, score: 0.2 }, { label: "line", index: 1, score: 0.02 }] },
    sections: [
      section("saw", "What did each layer see?", [layer]),
      section("decided", "What decided?", [looked, entry({ title: "Saliency", open: false, views: looked.report.views, tensors: looked.report.tensors })], [{ title: "Integrated gradients", why: "about 40 s, and 12 s were left", command: "vitrine integrated-gradients model.onnx --input photo.png" }]),
      section("learned", "What did it learn?", [entry({ title: "Weights", summary: "What do the filters look like?", views: [{ kind: "table", title: "Numbers", columns: [{ title: "layer" }, { title: "mean", digits: 2 }], rows: [["conv1", 0.125], ["conv2", -3]] }, { kind: "text", title: "Nothing was noticed", text: "Two lines.\nOf text." }, { kind: "link", title: "More", href: "https://example.org/", text: "read on" }], open: false })]),
      section("training", "How did it get there?", []),
      section("trust", "How far to trust this?", [], [{ title: "Sanity checks", why: "no time was left", command: "vitrine sanity model.onnx" }]),
    ],
    time: { budget: 60, spent: 3.2 }, command: "vitrine report model.onnx --input photo.png", version: "0.1.0", ...change,
  };
}

/** Every kind of view and every oddity, open. */
export function fullDocument(): ReportDocument {
  const views = exampleViews();
  const entries = views.map(({ name, view, tensors }, i) => entry({ title: name, views: [view], tensors, open: i % 2 === 0, command: `vitrine ${name}` }));
  return smallDocument({ sections: [section("decided", "What decided?", [looked]), section("saw", "What did each layer see?", entries.slice(0, 30)), section("learned", "What did it learn?", entries.slice(30))] });
}

/** What a stranger may write into names. */
export const strange: readonly string[] = [hostileName, "</script><script>window.pwned=1</script>", "--><svg onload=window.pwned=1>", "' onmouseover='window.pwned=1' x='", "</title></style></textarea><img src=x onerror=window.pwned=1>", "\u202Egnp.exe\u202C \u2066x\u2069", "line\nbreak\r\n\u2028next", "x".repeat(10_000), "${window.pwned=1}{{7*7}}", "javascript:window.pwned=1"];

/** A document whose every text is a stranger's. */
export function hostileDocument(): ReportDocument {
  const bad = strange.join(" ");
  const views: View[] = strange.flatMap((name, i): View[] => [
    { kind: "heatmap", title: name, caption: name, source: name, tensor: name, colours: "signed", unit: name, group: name },
    { kind: "bars", title: `${i} ${name}`, xAxis: name, bars: [{ label: name, value: 1 }, { label: `${name}2`, value: 0.5 }] },
    { kind: "table", title: name, columns: [{ title: name, unit: name }, { title: "n" }], rows: [[name, 1], [name, null]] },
    { kind: "text", title: name, text: name },
    { kind: "link", title: name, href: name, text: name },
    { kind: "matrix", title: name, tensor: "m", rows: [name, "b"], columns: ["c", name], colours: "magnitude", unit: name },
  ]);
  const tensors = Object.fromEntries([...strange.map((name) => [name, finding(float32([2, 2], [1, -2, 3, NaN]), name)] as const), ["m", finding(float32([2, 2], [1, 2, 3, 4]), bad)]]);
  return smallDocument({
    model: { file: bad, sha256: bad, runtime: bad, layers: 1, parameters: 2, inputs: [{ name: bad, dtype: bad, shape: [bad, null, 3] }], preprocessing: bad, notices: [...strange] },
    input: { label: bad, picture, text: bad },
    answer: { kind: "classes", unit: "score", top: strange.slice(0, 5).map((label, index) => ({ label, index, score: 5 - index })) },
    sections: [
      section("decided", "What decided?", [entry({ title: bad, summary: bad, command: bad, code: bad, views, tensors, notices: [...strange], facts: { summary: bad }, citations: [{ authors: bad, year: 2020, title: bad, where: bad }, { authors: "a", year: 1, title: "t", where: "javascript:window.pwned=1" }] })], [{ title: bad, why: bad, command: bad }]),
      section("saw", "What did each layer see?", [entry({ title: bad, open: false, views: views.slice(0, 6), tensors })]),
    ],
    command: bad, version: bad,
  });
}

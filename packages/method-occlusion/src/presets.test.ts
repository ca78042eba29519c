import { at, type Report, type Tensor } from "@vitrine/core";
import { expect, it } from "vitest";
import { convNet, load, noise, valueOf } from "../test/tiny.js";
import { occlusion } from "./index.js";

const size = 16;
const x = noise([1, 3, size, size], 30, 0.3);
const spec = {
  inputs: { x: { kind: "image", size: [size, size] as const, resize: "stretch", channels: "RGB" as const, layout: "NCHW" as const, range: 255, mean: [0, 0, 0], std: [1, 1, 1] } },
  outputs: [{ name: "probs", kind: "class-probabilities" as const }],
};
const grey = 127.5 / 255 - 0.5;

type Probability = (occluded: Float32Array) => Promise<number>;

/** The input with a square hidden, as those tools' own loops do it. */
function hide(row: number, column: number, patch: number, value: number): Float32Array {
  const data = x.data.slice();
  for (let c = 0; c < 3; c++) for (let i = row; i < Math.min(size, row + patch); i++) for (let j = column; j < Math.min(size, column + patch); j++) data[(c * size + i) * size + j] = value;
  return data;
}

async function prepared(): Promise<{ run: (params: object) => Promise<Report>; p: Probability; dispose: () => Promise<void> }> {
  const { engine, model } = await load(convNet([3, size, size], { softmax: true }), spec);
  const p: Probability = async (data) => at(await valueOf(model, "probs", { x: { dtype: "float32", shape: x.shape, data } as Tensor }), 0, 1);
  return { run: async (params) => engine.run(occlusion, { model, input: x, target: { kind: "class", index: 1 }, params }), p, dispose: () => engine.dispose() };
}

const map = (report: Report, channel = 2): number[] => Array.from((report.tensors["attribution"]!.tensor.data as Float32Array).subarray(channel * size * size, (channel + 1) * size * size));
function close(found: readonly number[], expected: readonly number[]): void {
  found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  expect(found).toHaveLength(expected.length);
}

it("tf-explain: grey patches side by side, one minus the probability", async () => {
  const { run, p, dispose } = await prepared();
  const expected = new Array<number>(size * size).fill(0);
  for (let row = 0; row < size; row += 5) {
    for (let column = 0; column < size; column += 5) {
      const value = 1 - (await p(hide(row, column, 5, grey)));
      for (let i = row; i < Math.min(size, row + 5); i++) for (let j = column; j < Math.min(size, column + 5); j++) expected[i * size + j] = value;
    }
  }
  const report = await run({ preset: "tf-explain", window: [5] });
  close(map(report), expected);
  expect(report.facts["grid"]).toEqual([1, 4, 4]);
  expect(report.facts["baseline"]).toBe("pixel:127.5");
  await dispose();
});

it("PAIR: a window of 15, stride 1, zero, summed, whole windows only", async () => {
  const { run, p, dispose } = await prepared();
  const base = await p(x.data);
  const expected = new Array<number>(size * size).fill(0);
  for (let row = 0; row < 1 + size - 15; row++) {
    for (let column = 0; column < 1 + size - 15; column++) {
      const drop = base - (await p(hide(row, column, 15, 0)));
      for (let i = row; i < row + 15; i++) for (let j = column; j < column + 15; j++) expected[i * size + j]! += drop;
    }
  }
  const report = await run({ preset: "pair" });
  close(map(report, 0), expected);
  expect(report.facts["window"]).toEqual([3, 15, 15]);
  await dispose();
});

it("Xplique: patches of 3 by 3 side by side, zero, summed, the rest never hidden", async () => {
  const { run, p, dispose } = await prepared();
  const base = await p(x.data);
  const expected = new Array<number>(size * size).fill(0);
  const anchors = Array.from({ length: Math.ceil((size - 3 + 1) / 3) }, (_, k) => 3 * k);
  for (const row of anchors) for (const column of anchors) {
    const drop = base - (await p(hide(row, column, 3, 0)));
    for (let i = row; i < row + 3; i++) for (let j = column; j < column + 3; j++) expected[i * size + j]! += drop;
  }
  close(map(await run({ preset: "xplique" })), expected);
  await dispose();
});

it("Zeiler & Fergus: grey squares, raw probabilities, the strongest map of the last layer with positions", async () => {
  const { run, p, dispose } = await prepared();
  const report = await run({ preset: "zeiler-fergus" });
  expect([report.facts["window"], report.facts["stride"], report.facts["grid"]]).toEqual([[3, 2, 2], [3, 1, 1], [1, 15, 15]]);
  const scores: number[] = [];
  for (let row = 0; row < 15; row++) for (let column = 0; column < 15; column++) scores.push(await p(hide(row, column, 2, grey)));
  close(Array.from(report.tensors["scores"]!.tensor.data as Float32Array), scores);
  expect(report.facts["layer"]).toBe("relu");
  await dispose();
});

it("Captum, the default: zero in the model's own space, the mean drop", async () => {
  const { run, dispose } = await prepared();
  const [named, plain] = [await run({ preset: "captum" }), await run({})];
  expect(plain.tensors["attribution"]).toEqual(named.tensors["attribution"]);
  expect(plain.facts["baseline"]).toBe("0");
  // Where nothing is said, Zeiler & Fergus's picture stands beside the numbers.
  expect(named.tensors["featureMap"]).toBeUndefined();
  expect(plain.tensors["featureMap"]).toBeDefined();
  await dispose();
});

it("what is given goes before the preset", async () => {
  const { run, dispose } = await prepared();
  const report = await run({ preset: "pair", window: [4], stride: [2], baseline: { kind: "value", value: 0.5 }, score: "logit" });
  expect([report.facts["window"], report.facts["stride"], report.facts["baseline"], report.facts["score"]]).toEqual([[3, 4, 4], [3, 2, 2], "0.5", "logit"]);
  await dispose();
});

it("one minus the probability is itself what matters, whatever the preset; other scores are, as they drop", async () => {
  const { run, p, dispose } = await prepared();
  const mask = { dtype: "int32" as const, shape: [size, size], data: Int32Array.from({ length: size * size }, (_, i) => (i < 5 * size && i % size < 5 ? 1 : 0)) };
  const inside = await p(hide(0, 0, 5, 0));
  const base = await p(x.data);
  expect(map(await run({ mask, score: "one-minus-probability" }))[0]).toBeCloseTo(1 - inside, 6);
  expect(map(await run({ mask, score: "probability" }))[0]).toBeCloseTo(base - inside, 6);
  expect(map(await run({ mask, preset: "tf-explain", baseline: { kind: "value", value: 0 }, score: "probability" }))[0]).toBeCloseTo(base - inside, 6);
  await dispose();
});

it("probabilities come from a softmax of logits, where the output is said to be logits", async () => {
  const [logits, probs] = [await load(convNet([3, size, size]), { inputs: {}, outputs: [{ name: "logits", kind: "logits" }] }), await load(convNet([3, size, size], { softmax: true }))];
  const request = { input: x, target: { kind: "class" as const, index: 1 }, params: { window: [8], stride: [8], preset: "captum" as const, score: "probability" as const } };
  const [from, direct] = [await logits.engine.run(occlusion, { ...request, model: logits.model }), await probs.engine.run(occlusion, { ...request, model: probs.model })];
  for (const key of ["attribution", "scores", "topProbability"]) close(Array.from(from.tensors[key]!.tensor.data as Float32Array), Array.from(direct.tensors[key]!.tensor.data as Float32Array));
  expect(from.tensors["topClass"]).toEqual(direct.tensors["topClass"]);
  // And back: the logit before a final softmax.
  const [logit, output] = [await probs.engine.run(occlusion, { ...request, model: probs.model, params: { ...request.params, score: "logit" } }), await logits.engine.run(occlusion, { ...request, model: logits.model, params: { ...request.params, score: "output" } })];
  close(Array.from(logit.tensors["attribution"]!.tensor.data as Float32Array), Array.from(output.tensors["attribution"]!.tensor.data as Float32Array));
  await logits.engine.dispose();
  await probs.engine.dispose();
});

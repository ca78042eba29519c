import { at, float32, int64, type Findings, type Tensor, type Update, type View } from "@vitrine/core";
import { referenceRuntime } from "@vitrine/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { convNet, load, noise, twoInputs, valueOf, watched } from "../test/tiny.js";
import { occlusion } from "./index.js";

const x = noise([1, 3, 12, 12], 50, 0.3);
const labels = ["cat", "golden retriever, dog", "tree"];
const spec = {
  inputs: { x: { kind: "image", size: [12, 12] as const, resize: "stretch", channels: "RGB" as const, layout: "NCHW" as const, range: 255, mean: [0, 0, 0], std: [1, 1, 1] } },
  outputs: [{ name: "probs", kind: "class-probabilities" as const, labels }],
};
const picture = () => load(convNet([3, 12, 12], { softmax: true }), spec);

afterEach(() => void vi.restoreAllMocks());

/** Keys of tensors that a view names, its inner views' too. */
function keysOf(view: View): string[] {
  switch (view.kind) {
    case "side-by-side":
      return view.views.flatMap(keysOf);
    case "heatmap":
    case "label-map":
      return [view.tensor, ...(view.over === undefined ? [] : [view.over])];
    case "image":
      return [view.tensor];
    case "curve":
      return view.series.flatMap(({ x: a, y: b }) => [a, b]);
    default:
      return [];
  }
}

function expectRedrawable(findings: Findings): void {
  for (const view of findings.views) {
    for (const key of keysOf(view)) expect(Object.keys(findings.tensors)).toContain(key);
    expect(view.title).not.toBe("");
  }
  // Plain data.
  expect(structuredClone(findings.views)).toEqual(findings.views);
  expect(JSON.parse(JSON.stringify(findings.facts))).toEqual(findings.facts);
}

describe("Zeiler & Fergus's picture", () => {
  it("stands beside the attribution, and can be drawn from the findings alone", async () => {
    const { engine, model } = await picture();
    const report = await engine.run(occlusion, { model, input: x, params: { window: [4], stride: [2] } });
    expectRedrawable(report);
    expect(report.views.map((view) => view.kind)).toEqual(["heatmap", "side-by-side"]);
    const panels = (report.views[1] as Extract<View, { kind: "side-by-side" }>).views;
    expect(panels.map((view) => view.kind)).toEqual(["image", "image", "heatmap", "heatmap", "label-map"]);
    expect(report.tensors["picture"]!.tensor.shape).toEqual([12, 12, 3]);
    // The example differs from the clean picture inside its outline only.
    const outline = (panels[1] as Extract<View, { kind: "image" }>).outlines![0]!.box;
    const [clean, hidden] = [report.tensors["picture"]!.tensor, report.tensors["occluded"]!.tensor];
    for (let row = 0; row < 12; row++) {
      for (let column = 0; column < 12; column++) {
        const inside = row >= outline[0] && row < outline[0] + outline[2] && column >= outline[1] && column < outline[1] + outline[3];
        for (let c = 0; c < 3; c++) expect(at(hidden, row, column, c)).toBe(inside ? 128 : at(clean, row, column, c));
      }
    }
    await engine.dispose();
  });

  it("follows the sum of the map with the strongest single activation on the clean image", async () => {
    const { engine, model } = await picture();
    const report = await engine.run(occlusion, { model, input: x, params: { window: [4], stride: [4], layer: "relu" } });
    const maps = await valueOf(model, "rectified", { x });
    const strongest = [0, 1, 2, 3].map((unit) => Math.max(...(maps.data as Float32Array).subarray(unit * 144, (unit + 1) * 144)));
    const unit = strongest.indexOf(Math.max(...strongest));
    expect([report.facts["layer"], report.facts["unit"]]).toEqual(["relu", unit]);
    for (let k = 0; k < 9; k++) {
      const [row, column] = [4 * Math.floor(k / 3), 4 * (k % 3)];
      const data = x.data.map((value, i) => {
        const [r, c] = [Math.floor(i / 12) % 12, i % 12];
        return r >= row && r < row + 4 && c >= column && c < column + 4 ? 0 : value;
      });
      const occluded = (await valueOf(model, "rectified", { x: float32(x.shape, data) })).data as Float32Array;
      expect(report.tensors["featureMap"]!.tensor.data[k]).toBeCloseTo(occluded.subarray(unit * 144, (unit + 1) * 144).reduce((a, b) => a + b, 0), 4);
    }
    await engine.dispose();
  });

  it("is drawn for every sample of a batch", async () => {
    const { engine, model } = await picture();
    const report = await engine.run(occlusion, { model, input: noise([2, 3, 12, 12], 51, 0.3), params: { window: [6], stride: [6] } });
    expectRedrawable(report);
    expect(Object.keys(report.tensors)).toEqual(expect.arrayContaining(["picture/0", "picture/1", "map/score/1"]));
    expect(report.views).toHaveLength(4);
    await engine.dispose();
  });
});

describe("words", () => {
  it("give the answer first, then what hiding does", async () => {
    const { engine, model } = await picture();
    const probabilities = await valueOf(model, "probs", { x });
    const top = [0, 1, 2].reduce((best, k) => (at(probabilities, 0, k) > at(probabilities, 0, best) ? k : best), 0);
    const report = await engine.run(occlusion, { model, input: x, params: { window: [4], stride: [4] } });
    const percent = Math.round(at(probabilities, 0, top) * 100);
    expect(report.facts["summary"]).toMatch(new RegExp(`^tiny says ${labels[top]!.split(",")[0]!} \\(${percent} %\\)\\. Hiding .* (lowers that to|leaves) [\\d.]+ %`));
    const scores = Array.from(report.tensors["scores"]!.tensor.data as Float32Array);
    const largest = report.facts["largestDrop"] as { drop: number; score: number; start: number[] };
    expect(largest.score).toBeCloseTo(Math.min(...scores), 6);
    expect(largest.drop).toBeCloseTo(at(probabilities, 0, top) - Math.min(...scores), 6);
    const lowest = scores.indexOf(Math.min(...scores));
    expect(largest.start).toEqual([0, 4 * Math.floor(lowest / 3), 4 * (lowest % 3)]);
    await engine.dispose();
  });

  it("draw a series as a curve and groups as bars, and leave classes out where there are none", async () => {
    const { engine, model } = await load(convNet([2, 9]), { inputs: {}, outputs: [{ name: "logits", kind: "regression" }] });
    const series = await engine.run(occlusion, { model, input: noise([1, 2, 9], 52), target: { kind: "value", name: "logits", index: [null, 1] }, params: { window: [3] } });
    expect(series.views.map((view) => view.kind)).toEqual(["curve"]);
    expect(series.tensors["topClass"]).toBeUndefined();
    expectRedrawable(series);
    const groups = await engine.run(occlusion, { model, input: noise([1, 2, 9], 52), params: { mask: int64([0, 0, 0, 1, 1, 1, 2, 2, 2]) } });
    expect(groups.views.map((view) => view.kind)).toEqual(["bars"]);
    await engine.dispose();
  });
});

describe("while it runs", () => {
  /** Every look at the clock is 300 ms later: partial results are always due. */
  const hurry = (): void => {
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (now += 300));
  };

  it("tells even progress and partial results that become the whole", async () => {
    const { engine, model } = await picture();
    hurry();
    const updates: Update[] = [];
    const run = engine.run(occlusion, { model, input: x, params: { window: [2], stride: [2] }, batch: 4 });
    for await (const update of run) updates.push(update);
    const report = await run;
    const progress = updates.filter((update) => update.kind === "progress");
    expect(progress.map(({ done }) => done)).toEqual(Array.from({ length: 9 }, (_, i) => 4 * (i + 1)));
    expect(new Set(progress.map(({ total }) => total))).toEqual(new Set([36]));
    const partial = updates.flatMap((update) => (update.kind === "partial" ? [update.findings] : []));
    expect(partial.length).toBeGreaterThan(0);
    for (const findings of partial) {
      expectRedrawable(findings);
      const { data: visited } = findings.tensors["visited"]!.tensor as Tensor<"uint8">;
      const [now, end] = [findings, report].map((f) => f.tensors["scores"]!.tensor.data as Float32Array) as [Float32Array, Float32Array];
      visited.forEach((seen, k) => seen && expect(now[k]).toBe(end[k]));
      // What is not visited repeats something that was.
      now.forEach((score) => expect([...visited.keys()].filter((k) => visited[k] === 1).map((k) => end[k])).toContain(score));
      expect(findings.notices?.join()).toMatch(/\d+ of 36 occluded inputs are measured/);
      expect(findings.tensors["attribution"]!.tensor.shape).toEqual([1, 3, 12, 12]);
    }
    expect(report.tensors["visited"]).toBeUndefined();
    expect((report.notices ?? []).filter((notice) => notice.includes("measured"))).toEqual([]);
    await engine.dispose();
  });

  it("stops within one call when it is cancelled", async () => {
    let calls = 0;
    const { engine, model } = await load(convNet([3, 12, 12], { softmax: true }), spec, watched(referenceRuntime, () => calls++));
    const abort = new AbortController();
    const run = engine.run(occlusion, { model, input: x, params: { window: [2], stride: [2] }, batch: 2, signal: abort.signal });
    let atAbort = 0;
    const watch = (async () => {
      for await (const update of run) {
        if (update.kind === "progress" && !abort.signal.aborted) {
          atAbort = calls;
          abort.abort();
        }
      }
    })();
    await expect(watch).rejects.toThrow("Cancelled");
    await expect(run).rejects.toThrow("Cancelled");
    expect(calls).toBeLessThanOrEqual(atAbort + 1);
    await engine.dispose();
  });

  it("feeds the same memory again and again", async () => {
    const buffers = new Set<ArrayBufferLike>();
    let rows = 0;
    const { engine, model } = await load(convNet([3, 12, 12]), undefined, watched(referenceRuntime, (feeds) => {
      const fed = feeds["x"] as Tensor<"float32"> | undefined;
      if (!fed) return;
      buffers.add(fed.data.buffer);
      rows += fed.shape[0]!;
    }));
    const report = await engine.run(occlusion, { model, input: x, params: { window: [3, 4, 4], stride: [3, 1, 1], preset: "captum" }, target: { kind: "class", index: 0 }, batch: 8 });
    expect(report.facts["windows"]).toBe(81);
    expect(rows).toBeGreaterThanOrEqual(82);
    // The clean input, the batch of 8, and the last one of a single row.
    expect(buffers.size).toBe(3);
    await engine.dispose();
  });
});

describe("what cannot be", () => {
  it("is said with the value and the way out", async () => {
    const { engine, model } = await picture();
    const run = (params: object, target?: string): PromiseLike<unknown> =>
      engine.run(occlusion, { model, input: x, params, ...(target === "unit" && { target: { kind: "unit" as const, layer: "relu", unit: 1 } }) });
    await expect(run({ window: [4, 4] })).rejects.toThrow("--window was given as `4,4`, 2 numbers; the input `x` has 3 axes without the batch: [3, 12, 12]");
    await expect(run({ window: [0] })).rejects.toThrow("--window is 0");
    await expect(run({ window: [-3] })).rejects.toThrow("--window is -3");
    await expect(run({ window: [13] })).rejects.toThrow("The window is 13");
    await expect(run({ window: [3], stride: [4] })).rejects.toThrow("The stride 4");
    await expect(run({ stride: [1, 1] })).rejects.toThrow("--stride was given as `1,1`");
    await expect(run({ window: [1.5] })).rejects.toThrow("--window");
    await expect(run({ window: { y: [3] } })).rejects.toThrow("The model has no input `y`");
    await expect(run({ mask: int64([1, 2, 3]) })).rejects.toThrow("The mask of shape [3]");
    await expect(run({ mask: float32([12], new Array<number>(12).fill(0.25)) })).rejects.toThrow("holds float32 such as 0.25");
    await expect(run({ mask: int64([0]), window: [3] })).rejects.toThrow("Both --mask and --window");
    await expect(run({ layer: "fc" })).rejects.toThrow("The layer `fc` has no map of positions: its value is [1, 3]");
    await expect(run({ layer: "relo" })).rejects.toThrow("no layer or value `relo`");
    await expect(run({ score: "probability" }, "unit")).rejects.toThrow("--score probability needs a class, and the target is `unit:relu[1]`");
    await expect(run({ preset: "grey" })).rejects.toThrow("--preset");
    await engine.dispose();
  });

  it("is no reason to stop where a preset only prefers it", async () => {
    const { engine, model } = await load(convNet([1, 8, 8]));
    const report = await engine.run(occlusion, { model, input: noise([1, 1, 8, 8], 53), params: { preset: "zeiler-fergus" } });
    expect(report.facts["score"]).toBe("output");
    expect(report.notices?.join(" ")).toMatch(/no pixels to be grey.*no probability/);
    await expect(engine.run(occlusion, { model, input: noise([1, 1, 8, 8], 53), params: { score: "probability" } })).rejects.toThrow("no final softmax");
    await engine.dispose();
  });

  it("includes a score that is no number", async () => {
    const { engine, model } = await load(twoInputs());
    const a = float32([1, 5], new Array<number>(5).fill(3e38));
    await expect(engine.run(occlusion, { model, input: { a, b: noise([1, 2, 3], 54, 1e30) }, target: { kind: "class", index: 0 } })).rejects.toThrow(/is (NaN|-?Infinity): no drop can be measured/);
    await engine.dispose();
  });
});

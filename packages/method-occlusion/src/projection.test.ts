import { autodiffPlugin } from "@vitrine/autodiff";
import { float32, GraphBuilder, toNumbers, type ModelSpec, type Plugin, type Report, type Tensor } from "@vitrine/core";
import { deconv, deconvPlugin } from "@vitrine/method-deconv";
import { relativeL2 } from "@vitrine/testing";
import { describe, expect, it } from "vitest";
import { convNet, load, noise, valueOf } from "../test/tiny.js";
import { occlusion } from "./index.js";

const spec: ModelSpec = { inputs: { x: { kind: "image", size: [8, 8], resize: "stretch", channels: "RGB", layout: "NCHW", range: 1, mean: [0.5, 0.5, 0.5], std: [1, 1, 1] } }, outputs: [] };
const both: readonly Plugin[] = [autodiffPlugin, deconvPlugin];
const params = { window: [4], stride: [4] };

const numbers = (report: Report, key: string): number[] => toNumbers(report.tensors[key]!.tensor);
const titles = (report: Report): string[] => report.views.flatMap((view) => (view.kind === "side-by-side" ? [view.title!, ...view.views.map(({ title }) => title!)] : [view.title!]));

/** The strongest activation of each map of the followed layer, [samples][units]. */
async function maxima(model: Parameters<typeof valueOf>[0], x: Tensor): Promise<number[][]> {
  const value = await valueOf(model, "rectified", { x });
  const [samples = 0, units = 0] = value.shape;
  const all = toNumbers(value);
  const place = all.length / samples / units;
  return Array.from({ length: samples }, (_, n) => Array.from({ length: units }, (__, k) => Math.max(...all.slice((n * units + k) * place, (n * units + k + 1) * place))));
}

describe("the followed map's projection, Zeiler & Fergus's panel (c)", () => {
  it("is what deconv finds of that map's strongest position, sample by sample", async () => {
    const { engine, model } = await load(convNet([3, 8, 8]), spec, undefined, both);
    const x = noise([3, 3, 8, 8], 40, 0.3);
    const report = await engine.run(occlusion, { model, input: x, params });
    const units = report.facts["unit"] as number[];
    expect(report.facts["layer"]).toBe("relu");
    const own = await engine.run(deconv, { model, input: x, target: units.map((unit) => ({ kind: "channel-max" as const, layer: "relu", unit })), params: { rule: "deconvnet" } });
    expect(numbers(report, "deconvnet")).toEqual(numbers(own, "gradient"));
    expect(report.tensors["deconvnet"]!.tensor.shape).toEqual([3, 3, 8, 8]);
    for (const sample of [0, 1, 2]) expect(numbers(report, `map/projection/${sample}`)).toEqual(numbers(own, `projection/${sample}`));
    // One position of a 3 × 3 convolution sees nine: the rest stays zero.
    const first = numbers(report, "deconvnet").slice(0, 192);
    const seen = first.flatMap((value, i) => (value === 0 ? [] : [i % 64]));
    expect(new Set(seen).size).toBeLessThanOrEqual(9);
    expect(seen.length).toBeGreaterThan(0);
    expect(titles(report)).toContain(`What unit ${units[0]!} of relu sees there`);
    // A network of convolutions alone: what DeconvNet makes of it is the same for every input.
    expect(report.notices).toEqual([expect.stringContaining("No max pooling lies on the way")]);
    await engine.dispose();
  });

  it("and from the three other images on which it is strongest: of the batch and of the set, never the sample itself", async () => {
    const { engine, model } = await load(convNet([3, 8, 8]), spec, undefined, both);
    const x = noise([2, 3, 8, 8], 41, 0.3);
    const images = [0, 1, 2, 3, 4].map((i) => noise([1, 3, 8, 8], 50 + i, 0.1 + 0.1 * i));
    const itself = float32([1, 3, 8, 8], x.data.slice(0, 192));
    const report = await engine.run(occlusion, { model, input: x, params: { ...params, images: [...images, itself] } });
    const units = report.facts["unit"] as number[];
    const ofBatch = await maxima(model, x);
    const ofSet = await Promise.all(images.map(async (image) => (await maxima(model, image))[0]!));
    for (const sample of [0, 1]) {
      const unit = units[sample]!;
      const candidates = [
        { label: `sample ${1 - sample}`, value: ofBatch[1 - sample]![unit]!, input: float32([1, 3, 8, 8], x.data.slice((1 - sample) * 192, (2 - sample) * 192)) },
        ...images.map((image, i) => ({ label: `input ${i + 1}`, value: ofSet[i]![unit]!, input: image })),
        // For the other sample it is an image like any other.
        ...(sample === 1 ? [{ label: "input 6", value: ofBatch[0]![unit]!, input: itself }] : []),
      ];
      const expected = candidates.sort((a, b) => b.value - a.value).slice(0, 3);
      const view = report.views.filter((each) => each.title!.includes("other images"))[sample]!;
      const labels = view.kind === "image-grid" ? view.items.map(({ label }) => label) : [];
      expect(labels).toEqual([...expected.map(({ label }) => label), ...expected.map(({ value }) => `${Number(value.toPrecision(3))} at its strongest`)]);
      for (const [i, { input }] of expected.entries()) {
        const theirs = await engine.run(deconv, { model, input, target: { kind: "channel-max", layer: "relu", unit }, params: { rule: "deconvnet" } });
        expect(numbers(report, `other/${i}/projection/${sample}`)).toEqual(numbers(theirs, "projection"));
        expect(numbers(report, `other/${i}/picture/${sample}`)).toEqual(numbers(theirs, "picture"));
      }
    }
    await engine.dispose();
  });

  it("of a map that is no picture it is a heatmap", async () => {
    const { engine, model } = await load(convNet([2, 8, 8]), undefined, undefined, both);
    const x = noise([1, 2, 8, 8], 42);
    const report = await engine.run(occlusion, { model, input: x, params: { ...params, preset: "zeiler-fergus" } });
    expect(report.tensors["map/projection"]!.tensor.shape).toEqual([8, 8]);
    const own = await engine.run(deconv, { model, input: x, target: { kind: "channel-max", layer: "relu", unit: report.facts["unit"] as number } });
    expect(relativeL2(numbers(report, "map/projection"), numbers(own, "map/strongest"))).toBe(0);
    await engine.dispose();
  });
});

describe("where it cannot be", () => {
  const run = async (plugins: readonly Plugin[], graph = convNet([3, 8, 8]), more = {}): Promise<Report> => {
    const { engine, model } = await load(graph, spec, undefined, plugins);
    const report = await engine.run(occlusion, { model, input: noise([1, 3, 8, 8], 43, 0.3), params: { ...params, ...more } });
    await engine.dispose();
    return report;
  };

  it.each([
    ["without deconv", [autodiffPlugin], /figure 7 c\) is missing: no installed plugin projects\. Install the method-deconv and autodiff packages/],
    ["without differentiation", [deconvPlugin], /is missing: deconv needs differentiation, which no installed plugin offers\. Install the autodiff package/],
  ] as const)("%s the findings say how to get it, and have all else", async (_, plugins, notice) => {
    const report = await run(plugins);
    expect(report.notices).toEqual([expect.stringMatching(notice)]);
    expect(report.tensors["deconvnet"]).toBeUndefined();
    expect(numbers(report, "attribution")).toEqual(numbers(await run(both), "attribution"));
  });

  it("where an operator lets no gradient through, it is named", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", ["N", 3, 8, 8]);
    const steps = b.node("Round", [x], {}, { name: "steps", outputs: ["steps:0"] })[0]!;
    const maps = b.node("Relu", [steps], {}, { name: "relu", outputs: ["rectified"] })[0]!;
    const graph = b.build({ outputs: [b.node("ReduceMean", [maps, b.constant({ dtype: "int64", shape: [2], data: BigInt64Array.of(2n, 3n) })], {}, { name: "mean", outputs: ["logits"] })[0]!] });
    const report = await run(both, graph, { layer: "relu" });
    const told = (report.notices ?? []).filter((notice) => notice.includes("figure 7 c"));
    expect(told).toEqual([expect.stringMatching(/Round \(`steps`\)/)]);
    expect(titles(report)).not.toContain("What unit 0 of relu sees there");
  });

  it("nothing is said where no map is followed, nor where nothing is drawn of it", async () => {
    expect((await run([], convNet([3, 8, 8]), { preset: "captum" })).notices).toBeUndefined();
  });
});

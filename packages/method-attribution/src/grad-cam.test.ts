import { attr, float32, GraphBuilder, toFloat32, type ParameterInput, type Tensor } from "@vitrine/core";
import { multiLayer, oneConv, residual, scalarOutput, tinyConvNet, tinySeries, tinyVolume, tokens, twoInputs, type TinyModel } from "@vitrine/testing";
import { activation } from "@vitrine/method-activation";
import { deconv } from "@vitrine/method-deconv";
import { describe, expect, test, vi } from "vitest";
import { attribution, ofGraph, run } from "../test/run.js";
import { gradCam, guidedGradCam } from "./index.js";
import { upsample } from "./upsample.js";

// The reference runtime is slow, and slower on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const first = { kind: "class", index: 0 } as const;

function close(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(found).toHaveLength(wanted.length);
  const scale = Math.max(1e-6, ...Array.from(wanted, Math.abs));
  for (let i = 0; i < found.length; i++) expect(Math.abs(found[i]! - wanted[i]!)).toBeLessThanOrEqual(1e-5 * scale);
}

/** Σ_k mean(∂y/∂A_k) · A_k of channels-first maps, from the gradient at the layer and the layer itself, each by a run of its own. */
async function naive(tiny: TinyModel, layer: string): Promise<{ map: number[]; extent: readonly number[] }> {
  const gradient = (await run(deconv, tiny, { rule: "plain", wrt: layer }, { target: first })).tensors["gradient"]!.tensor;
  const maps = Object.values((await run(activation, tiny, { layers: [layer] })).tensors)[0]!.tensor;
  const [, channels = 0, ...extent] = maps.shape;
  const size = extent.reduce((a, b) => a * b, 1);
  const [slopes, values] = [toFloat32(gradient), toFloat32(maps as Tensor)];
  const map = new Array<number>(size).fill(0);
  for (let k = 0; k < channels; k++) {
    const alpha = slopes.subarray(k * size, (k + 1) * size).reduce((a, b) => a + b, 0) / size;
    for (let i = 0; i < size; i++) map[i]! += alpha * values[k * size + i]!;
  }
  return { map, extent };
}

test("by hand: the maps of one convolution", async () => {
  // Before the ReLU stand −5, 4, 31, 40 and −30, −21, 6, 15; behind it weights 1, 1, 1, 1 and 1, −1, −1, −1.
  const params = { relu: false, upsample: "none" } as const;
  // At the convolution the slopes are 0, 1, 1, 1 and 0, 0, −1, −1: α = ¾ and −½.
  const before = [0.75 * -5 + 0.5 * 30, 0.75 * 4 + 0.5 * 21, 0.75 * 31 - 0.5 * 6, 0.75 * 40 - 0.5 * 15];
  close(attribution(await run(gradCam, oneConv(), { ...params, layer: "conv1" }, { target: first })), before);
  // At the ReLU every place has its weight: α = 1 and −½.
  close(attribution(await run(gradCam, oneConv(), { ...params, layer: "relu1" }, { target: first })), [0, 4, 31 - 0.5 * 6, 40 - 0.5 * 15]);
});

const networks: readonly (readonly [string, TinyModel, string])[] = [
  ["two dimensions", tinyConvNet(), "features.relu2"],
  ["after an addition and its ReLU", residual(), "layer1.0.relu"],
  ["one dimension", tinySeries(), "relu2"],
  ["three dimensions", tinyVolume(), "pool"],
];

describe.each(networks)("%s", (_, tiny, layer) => {
  test("the layer by default is the last with places; its map is the weighed sum", async () => {
    const { map, extent } = await naive(tiny, layer);
    const signed = await run(gradCam, tiny, { relu: false, upsample: "none" }, { target: first });
    expect(signed.facts).toMatchObject({ layer, layerPlaces: extent });
    expect(signed.tensors["attribution"]!.tensor.shape).toEqual([1, 1, ...extent]);
    close(attribution(signed), map);
  });

  test("upsampled to the input's size, the negative cut off first", async () => {
    const { map, extent } = await naive(tiny, layer);
    const to = Object.values(tiny.feeds())[0]!.shape.slice(2);
    const positive = Float32Array.from(map, (value) => Math.max(0, value));
    for (const how of ["bilinear", "nearest"] as const) {
      const report = await run(gradCam, tiny, { upsample: how }, { target: first });
      expect(report.tensors["attribution"]!.tensor.shape).toEqual([1, 1, ...to]);
      close(attribution(report), upsample(positive, extent, to, how));
    }
  });

  test("guided: times guided backprop, channel by channel", async () => {
    const { map, extent } = await naive(tiny, layer);
    const x = Object.values(tiny.feeds())[0]!;
    const to = x.shape.slice(2);
    const wide = upsample(Float32Array.from(map, (value) => Math.max(0, value)), extent, to, "nearest");
    const guided = toFloat32((await run(deconv, tiny, { rule: "guided" }, { target: first })).tensors["gradient"]!.tensor);
    close(attribution(await run(guidedGradCam, tiny, {}, { target: first })), guided.map((slope, i) => slope * wide[i % wide.length]!));
  });

  test("several samples: each its own", async () => {
    const together = attribution(await run(gradCam, tiny, {}, { samples: 3, target: first, batch: 2 }));
    const alone = attribution(await run(gradCam, tiny, {}, { target: first }));
    close(together.subarray(0, alone.length), alone);
  });
});

test("channels last: the unit axis is summed, the places stay", async () => {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", ["N", 1, 2, 3]);
  const last = b.transpose(b.op("Conv", [x, b.constant(float32([2, 1, 1, 1], [1, 2])), b.constant(float32([2], [0, 1]))], { kernel_shape: attr.ints([1, 1]) }, "conv"), [0, 2, 3, 1], "last");
  const network = ofGraph(b.build({ outputs: [b.reduceSum(b.mul(last, b.constant(float32([2], [3, -1]))), [1, 2, 3], false, "y")] }), { x: float32([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]) });
  const report = await run(gradCam, network, { layer: "last", relu: false, upsample: "none" }, { target: { kind: "value", name: "y", index: [] } });
  expect(report.tensors["attribution"]!.tensor.shape).toEqual([1, 1, 2, 3]);
  // 3 x − (2 x + 1)
  close(attribution(report), [0, 1, 2, 3, 4, 5]);
});

test("the target's own depth is respected: nothing after it is looked at", async () => {
  const report = await run(gradCam, tinyConvNet(), {}, { target: { kind: "unit", layer: "features.conv2", unit: 3 } });
  expect(report.facts["layer"]).toBe("features.pool");
});

test("tokens: over their embedding", async () => {
  const report = await run(gradCam, tokens(), {}, { target: first, samples: 2 });
  expect(report.tensors["attribution"]!.tensor.shape).toEqual([2, 1, 8]);
});

test("of several inputs the one whose places the layer has", async () => {
  expect((await run(gradCam, twoInputs(), {}, { target: first })).tensors["attribution"]!.tensor.shape).toEqual([1, 1, 8, 8]);
  const guided = await run(guidedGradCam, twoInputs(), {}, { target: first });
  expect(guided.tensors["attribution"]!.value).toBe("image");
  expect(guided.notices?.join()).toMatch(/no map for `facts`/);
});

test("a map of nothing says what it is", async () => {
  // Class 1 of the one convolution has the same weights; its negative speaks against it everywhere.
  const report = await run(gradCam, oneConv(), { layer: "relu1" }, { target: { kind: "sum", terms: [{ weight: -1, target: { kind: "unit", layer: "relu1", unit: 0 } }] } });
  expect(attribution(report).every((value) => value === 0)).toBe(true);
  expect(report.notices?.join()).toMatch(/zero everywhere.*--relu false/);
});

describe("bad input", () => {
  const refused = async (tiny: TinyModel, params: ParameterInput<typeof gradCam.params>, code: string, hint: RegExp): Promise<void> => {
    const error: unknown = await run(gradCam, tiny, params).then(() => undefined, (thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, hint: expect.stringMatching(hint) as unknown });
  };
  test("a network without maps", () => refused(multiLayer(), {}, "cam-no-layer", /integrated-gradients/));
  test("a regression without maps", () => refused(scalarOutput(), {}, "cam-no-layer", /input-x-gradient/));
  test("a layer without places", () => refused(tinyConvNet(), { layer: "classifier" }, "cam-layer-places", /--upsample none/));
  test("a layer that is not there", () => refused(tinyConvNet(), { layer: "clasifier" }, "layer-unknown", /Did you mean/));
  test("a layer after the target", async () => {
    await expect(run(gradCam, tinyConvNet(), { layer: "features.relu2" }, { target: { kind: "unit", layer: "features.conv1", unit: 0 } })).rejects.toMatchObject({ code: "wrt-not-upstream" });
  });
  test("places that are not the input's", async () => {
    await expect(run(gradCam, tinyVolume(), { wrt: "fc", layer: "relu" })).rejects.toMatchObject({ code: "cam-layer-axes" });
  });
  test("guided without upsampling, where sizes differ", async () => {
    await expect(run(guidedGradCam, tinyConvNet(), { upsample: "none" })).rejects.toMatchObject({ code: "cam-size", hint: "Give --upsample nearest or bilinear." });
  });
  test("windows folded into the batch", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", ["N", 1, 4, 4]);
    const windows = b.reshape(x, [-1, 1, 2, 4], "windows");
    const network = ofGraph(b.build({ outputs: [b.reduceSum(b.reshape(b.op("Relu", [windows], {}, "act"), [-1, 16]), [1], false, "y")] }), { x: float32([1, 1, 4, 4], new Array<number>(16).fill(1)) });
    const target = { kind: "value", name: "y", index: [] } as const;
    await expect(run(gradCam, network, { layer: "act" }, { target })).rejects.toMatchObject({ code: "cam-layer-samples" });
    await expect(run(gradCam, network, {}, { target })).rejects.toMatchObject({ code: "cam-no-layer" });
  });
});

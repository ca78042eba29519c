import { float32, tensor, type Tensor } from "@vitrine/core";
import { describe, expect, it } from "vitest";
import { convNet, indexOf, load, noise, valueOf } from "../test/tiny.js";
import { hammingDistance, meanPairDistance, signs } from "./hamming.js";
import { correspondence } from "./index.js";

describe("the measure", () => {
  it("counts three-valued signs that differ", () => {
    expect([...signs([3, -2, 0, -0, 1e-9])]).toEqual([1, -1, 0, 0, 1]);
    expect(hammingDistance(signs([1, -1, 0, 2]), signs([1, 1, 0, 0]))).toBe(0.5);
    expect(hammingDistance(signs([]), signs([]))).toBe(0);
  });

  it("is the mean over pairs of images", () => {
    // Pairs: 1/2, 1, 1/2.
    expect(meanPairDistance([signs([1, 1]), signs([1, -1]), signs([-1, -1])].map((list) => list))).toBeCloseTo((0.5 + 1 + 0.5) / 3);
    expect(meanPairDistance([signs([1])])).toBe(0);
  });
});

describe("the method", () => {
  const x = noise([3, 2, 8, 8], 40);
  const boxes = [1, 2, 3, 3, 0, 0, 3, 3, 5, 5, 2, 3];

  it("agrees with the plain definition, for parts, layers and batches of any size", async () => {
    const { engine, model } = await load(convNet([2, 8, 8]));
    const hidden = (box: number[]): Promise<Tensor> => valueOf(model, "rectified", {
      x: float32(x.shape, Array.from(x.data, (value, flat) => {
        const [image = 0, , row = 0, column = 0] = indexOf(flat, x.shape);
        const [r = 0, c = 0, h = 0, w = 0] = box.slice(4 * image, 4 * image + 4);
        return row >= r && row < r + h && column >= c && column < c + w ? 0.5 : value;
      })),
    });
    const clean = (await valueOf(model, "rectified", { x })).data as Float32Array;
    const now = (await hidden(boxes)).data as Float32Array;
    const size = clean.length / 3;
    const changes = [0, 1, 2].map((n) => Array.from({ length: size }, (_, i) => Math.sign(clean[n * size + i]! - now[n * size + i]!)));
    const pairs = [[0, 1], [0, 2], [1, 2]].map(([i, j]) => changes[i!]!.filter((sign, k) => sign !== changes[j!]![k]).length / size);
    const expected = pairs.reduce((a, b) => a + b, 0) / 3;
    for (const batch of [1, 2, 8]) {
      const report = await engine.run(correspondence, { model, input: x, params: { boxes, layers: ["relu", "fc"], baseline: { kind: "value", value: 0.5 }, draws: 4 }, batch });
      expect(report.tensors["distance"]!.tensor.shape).toEqual([2, 1]);
      expect(report.tensors["distance"]!.tensor.data[0]).toBeCloseTo(expected, 6);
      expect(report.tensors["randomDistance"]!.tensor.shape).toEqual([2, 4]);
      expect(report.facts["forwardPasses"]).toBe(3 * 6);
    }
    await engine.dispose();
  });

  it("draws the same random parts from the same seed, and takes several parts as a tensor", async () => {
    const { engine, model } = await load(convNet([2, 8, 8]));
    const parts = tensor("int32", [2, 3, 4], Int32Array.from([...boxes, ...boxes]));
    const run = async (seed: number): Promise<number[]> => {
      const report = await engine.run(correspondence, { model, input: x, params: { parts, names: ["left eye", "right eye"], seed } });
      expect(report.tensors["distance"]!.tensor.data[0]).toBe(report.tensors["distance"]!.tensor.data[1]);
      expect(report.facts["parts"]).toEqual(["left eye", "right eye"]);
      return Array.from(report.tensors["randomDistance"]!.tensor.data as Float32Array);
    };
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
    await engine.dispose();
  });

  it("joins further images to those of the input", async () => {
    const { engine, model } = await load(convNet([2, 8, 8]));
    const sample = (n: number): Tensor => float32([1, 2, 8, 8], x.data.subarray(n * 128, (n + 1) * 128));
    const joined = await engine.run(correspondence, { model, input: sample(0), params: { images: [sample(1), { label: "third", open: () => Promise.resolve(sample(2)) }], boxes, layers: ["relu"] } });
    const whole = await engine.run(correspondence, { model, input: x, params: { boxes, layers: ["relu"] } });
    expect(joined.tensors["distance"]).toEqual(whole.tensors["distance"]);
    await engine.dispose();
  });

  it("says what is wrong with boxes and images", async () => {
    const { engine, model } = await load(convNet([2, 8, 8]));
    const run = (params: object, input: Tensor = x): PromiseLike<unknown> => engine.run(correspondence, { model, input, params });
    await expect(run({})).rejects.toThrow("needs the part to hide");
    await expect(run({ boxes: [1, 2, 3] })).rejects.toThrow("--boxes holds 3 numbers; a part of 3 images takes 12");
    await expect(run({ boxes: [...boxes.slice(0, 8), 5, 5, 4, 4] })).rejects.toThrow("The box `5,5,4,4` of part 0 in image 2");
    await expect(run({ parts: float32([2, 4], new Array<number>(8).fill(1)) })).rejects.toThrow("The boxes have the shape [2, 4]; there are 3 images");
    await expect(run({ boxes, names: ["a", "b"] })).rejects.toThrow("2 names were given for 1 parts");
    await expect(run({ boxes }, float32([1, 2, 8, 8], x.data.subarray(0, 128)))).rejects.toThrow("one was given");
    await engine.dispose();
  });
});

import { autodiffPlugin } from "@vitrine/autodiff";
import { attr, createEngine, definePlugin, float32, GraphBuilder, seededRandom, sizeOf, toNumbers, type Graph, type InputReader, type ModelSpec, type Picture, type Report, type Target, type Targets, type Tensor } from "@vitrine/core";
import { createReferenceRuntime, graphPlugin, graphSource } from "@vitrine/testing";
import { afterAll, describe, expect, test } from "vitest";
import { deconv, deconvPlugin } from "./index.js";

const side = 40;
const random = seededRandom(3);
const normals = (...shape: number[]): Tensor => float32(shape, Float32Array.from({ length: sizeOf(shape) }, () => random.normal()));

/** Two convolutions of 3 × 3, the second with stride 2: what a unit of `deep` sees is 7 × 7 and steps by 4; `gated` is reached from everywhere. */
function network(): Graph {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", ["N", 3, side, side]);
  const conv = (name: string, from: string, weights: Tensor, stride: number): string => {
    const made = b.node("Conv", [from, b.constant(weights, `${name}.weight`)], { kernel_shape: attr.ints([3, 3]), strides: attr.ints([stride, stride]), pads: attr.ints([1, 1, 1, 1]) }, { name: `/${name}/Conv`, outputs: [`${name}:conv`] })[0]!;
    return b.node("Relu", [made], {}, { name, outputs: [`${name}:0`] })[0]!;
  };
  const deep = conv("deep", conv("shallow", x, normals(4, 3, 3, 3), 2), normals(6, 4, 3, 3), 2);
  const silent = b.node("Relu", [b.node("Sub", [deep, b.scalar(1e6)], {}, { name: "less", outputs: ["less:0"] })[0]!], {}, { name: "silent", outputs: ["silent:0"] })[0]!;
  const gate = b.sigmoid(b.mul(b.reduceMean(deep, [2, 3], true), b.scalar(0.3)));
  const gated = b.node("Mul", [deep, gate], {}, { name: "gated", outputs: ["gated:0"] })[0]!;
  return b.build({ outputs: [b.reduceMean(gated, [2, 3], false, "y"), b.reduceMean(silent, [2, 3], false, "z")] });
}

const spec: ModelSpec = { inputs: { x: { kind: "image", layout: "NCHW" } }, outputs: [] } as unknown as ModelSpec;

/** Pictures of [samples, 3, rows, columns]: a pixel is 128 + 60 · value. */
const pictures: InputReader = {
  kind: "image",
  accepts: () => false,
  prepare: () => {
    throw new Error("tests feed tensors");
  },
  describe: (name, tensor, given, label) => ({
    name, tensor, spec: given, label,
    fromPixel: (value) => ({ axis: 1, values: [0, 1, 2].map(() => (value - 128) / 60) }),
    toPictures: (any) => Array.from({ length: any.shape[0]! }, (_, sample): Picture => ({
      width: side, height: side,
      data: Uint8ClampedArray.from({ length: 4 * side * side }, (__, i) => (i % 4 === 3 ? 255 : 128 + 60 * ((any.data[sample * 3 * side * side + (i % 4) * side * side + Math.floor(i / 4)] as number) ?? 0))),
    })),
  }),
};

describe("a projection from one place", () => {
  const engine = createEngine({ runtime: createReferenceRuntime(), plugins: [graphPlugin, autodiffPlugin, deconvPlugin, definePlugin({ name: "pictures", register: (registry) => registry.inputReader(pictures) })] });
  afterAll(() => engine.dispose());

  async function run(target: Targets, { samples = 1, rule = "deconvnet" }: { samples?: number; rule?: "plain" | "deconvnet" | "guided" } = {}): Promise<Report> {
    const model = await engine.load(graphSource(network(), "net"), { spec });
    return engine.run(deconv, { model, input: normals(samples, 3, side, side), target, params: { rule } });
  }
  const lead = (report: Report, index = 0) => report.views.filter((view) => view.kind === "side-by-side")[index]!;

  test("is drawn enlarged, beside the same part of the input, with what the unit sees outlined and named", async () => {
    // Position 5, 3: rows 4·5 − 3 to 4·5 + 3, columns 9 to 15; four more all around.
    const report = await run({ kind: "unit", layer: "deep", unit: 2, position: [5, 3] });
    const { views, caption } = lead(report);
    expect(views.map(({ title }) => title)).toEqual(["What the network gets", "There, enlarged", "DeconvNet, grey is zero"]);
    expect(caption).toContain("From 5, 3 the unit sees rows 17–23, columns 9–15 of the input (outlined); drawn with a margin: rows 13–27, columns 5–19.");
    expect(views.map((view) => ("outlines" in view ? view.outlines![0]!.box : undefined))).toEqual([[17, 9, 7, 7], [4, 4, 7, 7], [4, 4, 7, 7]]);
    expect(report.tensors["gradient"]!.tensor.shape).toEqual([1, 3, side, side]);
    const [whole, part] = [report.tensors["projection"]!.tensor, report.tensors["crop/projection"]!.tensor];
    expect(part.shape).toEqual([15, 15, 3]);
    const [from, to] = [toNumbers(whole), toNumbers(part)];
    for (const [y, x] of [[0, 0], [7, 7], [14, 3]] as const) for (const c of [0, 1, 2]) expect(to[(y * 15 + x) * 3 + c]).toBe(from[((y + 13) * side + x + 5) * 3 + c]);
  });

  test("finds where a channel is strongest, for each sample, in batches too", async () => {
    const target: Target = { kind: "channel-max", layer: "deep", unit: 1 };
    const both = await run(target, { samples: 2 });
    const boxes = [0, 1].map((i) => lead(both, i).views.map((view) => ("outlines" in view ? view.outlines![0]!.box : undefined))[0]!);
    const rows = toNumbers(both.tensors["gradient"]!.tensor);
    for (const [sample, [top, left, height, width]] of boxes.entries()) {
      // Nothing of the projection lies outside of what the unit sees.
      for (let flat = 0; flat < 3 * side * side; flat++) {
        const [y, x] = [Math.floor(flat / side) % side, flat % side];
        if (y < top || y >= top + height || x < left || x >= left + width) expect(rows[sample * 3 * side * side + flat]).toBe(0);
      }
    }
    expect(boxes[0]).not.toEqual(boxes[1]);
  });

  test("is cut at the picture's edge", async () => {
    const { views, caption } = lead(await run({ kind: "unit", layer: "deep", unit: 2, position: [0, 9] }));
    expect(caption).toContain("sees rows 0–3, columns 33–39 of the input (outlined); drawn with a margin: rows 0–7, columns 29–39.");
    expect(views[1]).toMatchObject({ outlines: [{ box: [0, 4, 4, 7] }] });
  });

  test("says what reaches the unit by ways that see everything", async () => {
    const { caption } = lead(await run({ kind: "channel-max", layer: "gated", unit: 0 }, { rule: "plain" }));
    expect(caption).toMatch(/\d % of the projection lies there; the rest reaches the unit by ways that see all of the input/);
  });

  test("of a slice that is one unit in one place is the same", async () => {
    const [slice, unit] = [await run({ kind: "value", name: "deep:0", index: [null, 2, 5, -7] }), await run({ kind: "unit", layer: "deep", unit: 2, position: [5, 3] })];
    expect(lead(slice).caption).toBe(lead(unit).caption);
    expect(lead(await run({ kind: "value", name: "deep:0", index: [null, 2, 5] })).views).toHaveLength(2);
  });

  test("of a unit that is silent shows nothing that it saw, and says so", async () => {
    const report = await run({ kind: "channel-max", layer: "silent", unit: 3 });
    expect(report.notices).toContain("Unit 3 of silent is not active anywhere: its projection starts at 0, 0, the first of equal places, and shows what the unit would answer there, not what it saw.");
    expect((await run({ kind: "channel-max", layer: "silent", unit: 3 }, { rule: "guided" })).notices).toEqual([
      expect.stringContaining("is zero everywhere"), 'Unit 3 of silent is cut off by its own activation. The layer before that is not: --target "unit:less[3]@0,0".',
    ]);
    expect((await run({ kind: "unit", layer: "silent", unit: 3, position: [2, 2] })).notices).toContain("Unit 3 of silent is not active at 2, 2: its projection shows what the unit would answer there, not what it saw.");
    expect((await run({ kind: "channel-max", layer: "deep", unit: 3 })).notices).toEqual([expect.stringContaining("No max pooling")]);
  });

  test("of a whole channel, a class or a direction is drawn whole", async () => {
    for (const target of [{ kind: "unit", layer: "deep", unit: 1 }, { kind: "class", index: 1 }, { kind: "direction", layer: "deep", direction: normals(6) }] as Target[]) {
      const report = await run(target);
      expect(lead(report).views).toHaveLength(2);
      expect(Object.keys(report.tensors)).not.toContain("crop/picture");
    }
  });
});

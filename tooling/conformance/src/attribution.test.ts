import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { autodiffPlugin } from "@vitrine/autodiff";
import { createEngine, float32, toFloat32, type Engine, type Method, type Model, type ParameterInput, type ParameterShape, type Target, type Tensor } from "@vitrine/core";
import { onnxPlugin } from "@vitrine/format-onnx";
import { attributionPlugin, gradCam, guidedGradCam, integratedGradients, saliency } from "@vitrine/method-attribution";
import { deconv, deconvPlugin } from "@vitrine/method-deconv";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { graphPlugin, graphSource, oneConv, multiLayer, referenceRuntime, relativeL2 } from "@vitrine/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compare, comparison, limit, notCompared, otherwise, tiedLimit, type Comparison } from "./comparisons.js";
import { ReferenceNetworks, type Manifest } from "./networks.js";
import { describeShared } from "./shared.js";

/** Networks that no method can explain yet, beforehand and with the reason. */
const declined: Readonly<Record<string, string>> = Object.fromEntries(
  ["char_gru1", "char_gru2", "char_lstm1", "char_lstm2", "char_lstm2_emb", "char_lstm_bi", "char_rnn_tanh1", "char_rnn_tanh2"].map((name) => [name, "recurrent layers have no rule yet: they follow with the text trace"]),
);
const plugins = [onnxPlugin, autodiffPlugin, deconvPlugin, attributionPlugin];

describeShared("conformance", "Attributions of the reference networks", (at) => {
  let engine: Engine;
  const worst = new Map<string, Map<string, number>>();
  beforeAll(() => {
    engine = createEngine({ runtime: onnxNode(), plugins, batch: 16 });
  });
  afterAll(async () => {
    await engine.dispose();
    const columns = [...new Set([...worst.values()].flatMap((row) => [...row.keys()]))];
    const lines = [...worst].sort().map(([name, row]) => name.padEnd(20) + columns.map((column) => (row.get(column)?.toExponential(1) ?? "-").padStart(Math.max(9, column.length + 2))).join(""));
    console.log(`Attributions against Captum (relative L2; limit ${limit} or ten times float32's own noise, ig_trapezoid ${tiedLimit}):\n${"network".padEnd(20)}${columns.map((column) => column.padStart(Math.max(9, column.length + 2))).join("")}\n${lines.join("\n")}`);
    console.warn(`Not compared: ${[...Object.entries(declined), ...Object.entries(notCompared), ...Object.entries(otherwise)].map(([name, why]) => `${name} (${why})`).join("; ")}`);
  });

  const networks = new ReferenceNetworks(at);
  const { manifests } = networks;

  test("every reference is compared or listed with its reason", () => {
    expect(manifests.length).toBeGreaterThanOrEqual(27);
    for (const manifest of manifests) {
      const { name, methods } = manifest;
      if (Object.hasOwn(declined, name)) continue;
      for (const [key, saved] of Object.entries(methods)) expect(comparison(key, saved, manifest) !== undefined || Object.hasOwn(notCompared, key) || key === "layer_ig_gauss_emb", `${key} of ${name}`).toBe(true);
    }
  });

  const open = (manifest: Manifest, variant: string): Promise<Model> => {
    const { file } = manifest.onnx_variants[variant]!;
    return engine.load({ name: file, bytes: networks.bytes(file) }, { spec: { inputs: {}, outputs: [{ name: manifest.output_name, kind: "logits" }] } });
  };

  test.each(manifests.filter(({ name }) => Object.hasOwn(declined, name)).map((manifest) => [manifest.name, manifest] as const))("%s is declined, with the reason", async (name, manifest) => {
    const model = await open(manifest, "default");
    await expect(engine.run(saliency, { model, input: { [manifest.input_name]: networks.npy(name, "x.npy") } })).rejects.toMatchObject({ code: "operator-without-rule", kind: "unsupported" });
    await model.dispose();
  });

  test.each(manifests.filter(({ name }) => Object.hasOwn(defaultLayers, name)).map((manifest) => [manifest.name, manifest] as const))("Grad-CAM's own layer of %s", async (name, manifest) => {
    const model = await open(manifest, "default");
    const { facts } = await engine.run(gradCam, { model, input: { [manifest.input_name]: networks.npy(name, "x.npy") } });
    expect.soft(facts["layerValue"]).toBe(defaultLayers[name]);
    await model.dispose();
  });

  test.each(manifests.filter(({ name }) => !Object.hasOwn(declined, name)).map((manifest) => [manifest.name, manifest] as const))("%s", async (name, manifest) => {
    const models = new Map<string, Model>();
    const modelOf = async (variant: string): Promise<Model> => {
      const model = models.get(variant) ?? (await open(manifest, variant));
      models.set(variant, model);
      return model;
    };
    const input = { [manifest.input_name]: networks.npy(name, "x.npy") };
    const target: Target[] = manifest.target.map((index) => ({ kind: "class", index }));
    const row = new Map<string, number>();
    worst.set(name, row);
    const check = async (key: string, file: string, { variant, method, params, tensor, limit: most }: Comparison): Promise<void> => {
      const report = await engine.run(method, { model: await modelOf(variant), input, target, params });
      const [found, wanted] = [report.tensors[tensor]!.tensor, networks.npy(name, file)];
      expect(found.shape, key).toEqual(wanted.shape);
      row.set(key, relativeL2(toFloat32(found), toFloat32(wanted)));
      expect.soft(row.get(key), `${key} of ${name}`).toBeLessThanOrEqual(Math.max(most, 10 * (manifest.float64_noise?.[key]?.rel_l2 ?? 0)));
    };
    for (const [key, saved] of Object.entries(manifest.methods)) {
      const how = comparison(key, saved, manifest);
      if (how && !Object.hasOwn(otherwise, `${name} ${key}`)) await check(key, saved.file, how);
    }
    // Of token networks: the gradient at the embedding, and the way there from the embedding of symbol 0.
    if (manifest.gradient_wrt !== manifest.input_name) {
      await check("embedding", manifest.arrays["grad_logit_x"]!.file, compare(deconv, { rule: "plain" }, { tensor: "gradient" }));
      const saved = manifest.methods["layer_ig_gauss_emb"];
      if (saved) {
        const { graph } = await modelOf("default");
        const table = graph.constants.get(graph.nodes.find(({ op, inputs }) => op === "Gather" && inputs[1] === manifest.input_name)!.inputs[0]!)!.read();
        const first = { dtype: "float32", shape: [1, 1, table.shape[1]!], data: toFloat32(table).slice(0, table.shape[1]) } as const;
        await check("layer_ig_gauss_emb", saved.file, compare(integratedGradients, { steps: saved.params!.n_steps!, baseline: { kind: "tensor", tensor: first } }));
      }
    }
    if (name === "ops_reduce") {
      await expect(engine.run(integratedGradients, { model: await modelOf("default"), input, target, params: { scheme: "captum-trapezoid" } })).rejects.toMatchObject({ code: "gradient-not-finite" });
    }
    expect(row.size).toBeGreaterThan(0);
    for (const model of models.values()) await model.dispose();
  });
});

/** Where Grad-CAM looks unless told: the last value that has places, addition and activation included. */
const defaultLayers: Readonly<Record<string, string>> = {
  tiny_convnext: "/features/features.5/features.5.0/Add_output_0",
  tiny_densenet: "/relu_final/Relu_output_0",
  tiny_mnasnet: "/layers/layers.16/Relu_output_0",
  tiny_mobilenet_v2: "/features/features.18/features.18.2/Clip_output_0",
  tiny_mobilenet_v3: "/features/features.12/features.12.2/Mul_output_0",
  tiny_shufflenet: "/conv5/conv5.2/Relu_output_0",
  tiny_squeezenet: "/classifier/classifier.2/Relu_output_0",
  tiny_swin: "/permute/Transpose_output_0",
  tiny_vit: "/conv_proj/Conv_output_0",
  vgg_small: "/features/features.14/MaxPool_output_0",
  zfnet_lrn: "/m/pool4/MaxPool_output_0",
};

type Nested = number | readonly Nested[];
type Grid = readonly (readonly number[])[];

const flat = (value: Nested): number[] => (typeof value === "number" ? [value] : value.flatMap(flat));

interface Published {
  readonly deconvolution: readonly { readonly expected: readonly Grid[] }[];
  readonly guided_backprop: readonly { readonly expected: readonly Grid[] }[];
  readonly guided_grad_cam: readonly { readonly expected: readonly Grid[] }[];
  readonly layer_grad_cam: readonly { readonly expected: Grid }[];
}

describeShared("conformance", "Captum's published numbers of attribution methods", (at) => {
  const file = path.join(at, "captum-expected.json");
  const published = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Published) : undefined;

  describe.each([["the reference runtime", referenceRuntime], ["onnxruntime", onnxNode()]] as const)("on %s", (_, runtime) => {
    let engine: Engine;
    beforeAll(() => {
      engine = createEngine({ runtime, plugins: [graphPlugin, autodiffPlugin, deconvPlugin, attributionPlugin] });
    });
    afterAll(() => engine.dispose());

    const first: Target = { kind: "class", index: 0 };
    /** Every number of every input's map. */
    async function numbers<P extends ParameterShape>(method: Method<P>, params: ParameterInput<P>, tensor: string, { inputs = 1, target = first, picture }: { inputs?: 1 | 2; target?: Target; picture?: Tensor } = {}): Promise<number[][]> {
      const tiny = oneConv(inputs);
      const model = await engine.load(graphSource(tiny.graph), { spec: { inputs: {}, outputs: [{ name: "logits", kind: "logits" }] } });
      const report = await engine.run(method, { model, input: { ...tiny.feeds(), ...(picture && { x: picture }) }, target, params });
      await model.dispose();
      return Object.entries(report.tensors).filter(([key]) => key === tensor || key.startsWith(`${tensor}/`)).map(([, { tensor: found }]) => [...toFloat32(found)]);
    }
    const expectNumbers = (found: readonly number[][], wanted: readonly Nested[]): void => {
      expect(found).toHaveLength(wanted.length);
      found.forEach((values, i) => {
        const grid = flat(wanted[i]!);
        expect(values).toHaveLength(grid.length);
        values.forEach((value, k) => expect(Math.abs(value - grid[k]!)).toBeLessThanOrEqual(1e-4));
      });
    };
    const unit = (index: number): Target => ({ kind: "unit", layer: "fc1", unit: index });
    const twice = (grid: Grid): readonly Grid[] => [grid, grid];

    test.each([["deconvnet", "deconvolution"], ["guided", "guided_backprop"]] as const)("%s: one input, two, and a neuron", async (rule, key) => {
      const entries = published![key];
      const [one] = entries[0]!.expected as [Grid];
      // DeconvNet does not look at the input: two inputs get the same grid as one.
      const two = rule === "deconvnet" ? one : entries[1]!.expected[0]!;
      const params = { rule, ruleOn: "relu" } as const;
      expectNumbers(await numbers(deconv, params, "gradient"), [one]);
      expectNumbers(await numbers(deconv, params, "gradient", { inputs: 2 }), twice(two));
      expectNumbers(await numbers(deconv, params, "gradient", { target: unit(0) }), [one]);
      expectNumbers(await numbers(deconv, params, "gradient", { inputs: 2, target: unit(3) }), twice(two));
    });

    test("guided Grad-CAM", async () => {
      const [relu1, conv1] = published!.guided_grad_cam as [{ expected: readonly [Grid] }, { expected: readonly [Grid] }];
      expectNumbers(await numbers(guidedGradCam, { layer: "relu1" }, "attribution"), relu1.expected);
      expectNumbers(await numbers(guidedGradCam, { layer: "conv1" }, "attribution", { inputs: 2 }), twice(conv1.expected[0]));
    });

    test("Grad-CAM of convolutions", async () => {
      const entries = published!.layer_grad_cam;
      const params = (layer: string): ParameterInput<typeof gradCam.params> => ({ layer, relu: false, upsample: "none" });
      expectNumbers(await numbers(gradCam, params("conv1"), "attribution"), [entries[1]!.expected]);
      // Entry 2 is each channel's part, before the sum that Grad-CAM is.
      expectNumbers(await numbers(gradCam, params("relu1"), "attribution"), [entries[3]!.expected]);
      expectNumbers(await numbers(gradCam, params("conv1"), "attribution", { inputs: 2 }), [entries[4]!.expected]);
      // At the convolution's input, its .5625 × what stands there; rectified, without the negative element.
      const picture = float32([1, 1, 4, 4], Array.from({ length: 16 }, (_each, i) => (i === 5 ? -4 : i)));
      const scaled = Array.from(picture.data, (value) => 0.5625 * value);
      expectNumbers(await numbers(gradCam, params("x"), "attribution", { picture }), [scaled]);
      expectNumbers(await numbers(gradCam, { ...params("x"), relu: true }, "attribution", { picture }), [scaled.map((value) => Math.max(0, value))]);
    });

    test("Grad-CAM of a dense layer: one number", async () => {
      const tiny = multiLayer();
      const model = await engine.load(graphSource(tiny.graph), { spec: { inputs: {}, outputs: [{ name: "logits", kind: "logits" }] } });
      const report = await engine.run(gradCam, { model, input: { x: float32([1, 3], [0, 100, 0]) }, target: first, params: { layer: "linear0", relu: false, upsample: "none" } });
      expectNumbers([[...toFloat32(report.tensors["attribution"]!.tensor)]], [published!.layer_grad_cam[0]!.expected]);
      await model.dispose();
    });
  });
});

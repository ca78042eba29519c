import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import "@tensorflow/tfjs-backend-wasm";
import { engine } from "@tensorflow/tfjs-core";
import { differentiate, valuesBetween } from "@vitrine/autodiff";
import {
  applyPasses, constantNodesToConstants, decodeNpy, float32, foldConstantIf, GraphBuilder, lower, memorySource, onRectifiers, readShapes, shapeGraph, sizeOf, stridesOf, toFloat32, widenToFloat32,
  type BackwardRule, type Graph, type Runtime, type Tensor,
} from "@vitrine/core";
import { readOnnx } from "@vitrine/format-onnx";
import { rules } from "@vitrine/method-deconv";
import { tfjs } from "@vitrine/runtime-tfjs";
import { relativeL2 } from "@vitrine/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeShared } from "./shared.js";

interface Definition {
  readonly file: string;
  readonly channel?: number;
  readonly positions?: readonly (readonly number[] | number)[];
  readonly onnx_tensor?: string | null;
  readonly onnx_tensor_nofold?: string | null;
}

interface Manifest {
  readonly name: string;
  readonly input_name: string;
  readonly output_name: string;
  readonly target: readonly number[];
  readonly gradient_wrt: string;
  readonly arrays: Readonly<Record<string, Definition>>;
  readonly methods: Readonly<Record<string, Definition>>;
  readonly onnx_variants: Readonly<Record<string, { readonly file: string }>>;
  readonly float64_noise?: Readonly<Record<string, { readonly rel_l2: number }>>;
  readonly activations: readonly Definition[];
}

interface Row {
  readonly file: string;
  readonly errors: Map<string, number>;
}

const limits = { activations: 1e-4, gradients: 1e-3 };
const columns = ["logits", "worst value", "grad_logit_x", "grad_mid_channel_x", "grad_mid_neuron_x", "deconvolution", "guided_backprop"] as const;
const gradients = ["grad_logit_x", "grad_mid_channel_x", "grad_mid_neuron_x"] as const;

/** Networks that tfjs wasm cannot run, each with the reason that the error names. None. */
const refused: Readonly<Record<string, string>> = {};
/** Recurrent layers have no backward rule. */
const recurrent = new Set(["LSTM", "GRU", "RNN"]);

describeShared("conformance", "The reference networks on tfjs wasm", (at) => {
  let runtime: Runtime;
  const rows: Row[] = [];
  beforeAll(async () => {
    runtime = await tfjs({ backend: "wasm" }).create();
  });
  afterAll(async () => {
    await runtime.dispose();
    const lines = rows.sort((a, b) => (a.file < b.file ? -1 : 1)).map(({ file, errors }) => file.padEnd(34) + columns.map((name) => (errors.get(name)?.toExponential(1) ?? "-").padStart(20)).join(""));
    console.log(`tfjs wasm against PyTorch and Captum (relative L2; limits ${limits.activations} and ${limits.gradients}):\n${"network".padEnd(34)}${columns.map((name) => name.padStart(20)).join("")}\n${lines.join("\n")}`);
    console.log(`Refused: ${Object.entries(refused).map(([file, why]) => `${file} (${why})`).join(", ") || "none"}.`);
  });

  const npy = (name: string, file: string): Tensor => decodeNpy(new Uint8Array(readFileSync(path.join(at, "ref", name, file))), file);
  const isThere = (name: string, file: string): boolean => existsSync(path.join(at, "ref", name, file));
  const networks = existsSync(at) ? readdirSync(path.join(at, "ref")) : [];
  const variants = networks.flatMap((name) => {
    const manifest = JSON.parse(readFileSync(path.join(at, "ref", name, "manifest.json"), "utf8")) as Manifest;
    return Object.entries(manifest.onnx_variants)
      .filter(([, { file }]) => existsSync(path.join(at, "onnx", file)))
      .map(([variant, { file }]) => ({ file, variant, manifest }));
  });

  test("there are networks to compare", () => {
    expect(variants.length).toBeGreaterThanOrEqual(60);
  });

  test.each(variants)("$file", async ({ file, variant, manifest }) => {
    const read = await readOnnx(memorySource(file, new Uint8Array(readFileSync(path.join(at, "onnx", file)))));
    const { graph } = applyPasses(read.graph, [constantNodesToConstants, foldConstantIf, widenToFloat32]);
    const why = Object.hasOwn(refused, file) ? refused[file] : undefined;
    if (why !== undefined) {
      await expect(runtime.compile(graph)).rejects.toThrow(why);
      return;
    }
    const before = engine().state.numTensors;
    const errors = new Map<string, number>();
    rows.push({ file, errors });
    const feeds = { [manifest.input_name]: npy(manifest.name, "x.npy") };
    const noise = (name: string): number => 10 * (manifest.float64_noise?.[name]?.rel_l2 ?? 0);

    const wanted = [{ value: manifest.output_name, file: "logits.npy" }, ...saved(manifest, variant, graph).filter((each) => isThere(manifest.name, each.file))];
    const builder = new GraphBuilder(graph);
    const taps = wanted.map(({ value }) => builder.tap(value));
    const results = await run(builder.build(), feeds);
    wanted.forEach(({ value, file: reference }, i) => {
      const error = relativeL2(toFloat32(results[taps[i]!]!), toFloat32(npy(manifest.name, reference)));
      if (reference === "logits.npy") errors.set("logits", error);
      errors.set("worst value", Math.max(error, errors.get("worst value") ?? 0));
      expect(error, value).toBeLessThanOrEqual(Math.max(limits.activations, noise("logits")));
    });

    if (!graph.nodes.some(({ op }) => recurrent.has(op))) {
      for (const name of gradients) {
        const definition = manifest.arrays[name];
        if (!definition || !isThere(manifest.name, definition.file)) continue;
        const of = name === "grad_logit_x" ? manifest.output_name : variant === ".nofold" ? definition.onnx_tensor_nofold : definition.onnx_tensor;
        if (of === undefined || of === null || !graph.nodes.some((node) => node.outputs.includes(of))) continue;
        await compare(name, of, definition, rules.plain);
      }
      for (const [name, rule] of [["deconvolution", rules.deconvnet], ["guided_backprop", rules.guided]] as const) {
        const definition = manifest.methods[name];
        if (definition && isThere(manifest.name, definition.file)) await compare(name, manifest.output_name, definition, onRectifiers(rule, "relu"));
      }
    }
    expect(engine().state.numTensors, "tensors that were left behind").toBe(before);

    async function compare(name: string, of: string, definition: Definition, rule: BackwardRule): Promise<void> {
      const reference = npy(manifest.name, definition.file);
      // A saturated unit: nothing to compare.
      if (toFloat32(reference).every((value) => value === 0)) return;
      const ours = await gradient(graph, of, manifest, name, definition, feeds, rule);
      const error = relativeL2(toFloat32(ours), toFloat32(reference));
      errors.set(name, error);
      expect(error, name).toBeLessThanOrEqual(Math.max(limits.gradients, noise(name)));
    }
  });

  async function run(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const program = await runtime.compile(lower(graph, runtime).graph);
    const names = new Set(program.inputs.map((input) => input.name));
    const results = await program.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name))));
    await program.dispose();
    return results as Record<string, Tensor>;
  }

  async function gradient(graph: Graph, of: string, manifest: Manifest, name: string, definition: Definition, feeds: Readonly<Record<string, Tensor>>, rule: BackwardRule): Promise<Tensor> {
    // Of token networks the reference is the gradient at what the embedding looks up.
    const wrt = manifest.gradient_wrt === manifest.input_name ? manifest.input_name : embeddingOf(graph, manifest);
    const observed = shapeGraph(graph, valuesBetween(graph, of, [wrt]));
    const shapes = await readShapes(observed.outputs, await run(observed.graph, feeds));
    const builder = new GraphBuilder(graph);
    const shape = shapes.get(of)!;
    const seed = builder.input("seed", "float32", shape);
    const result = builder.identity(differentiate(builder, { of, seed, wrt: [wrt], rule, shapes }).get(wrt)!, "result");
    const results = await run(builder.build({ outputs: [result] }), { ...feeds, [seed]: seedOf(name, shape, manifest, definition) });
    return results[result]!;
  }
});

/** The values of this form of the network that a saved array belongs to. */
function saved(manifest: Manifest, variant: string, graph: Graph): { value: string; file: string }[] {
  const made = new Set([...graph.nodes.flatMap((node) => node.outputs), ...graph.constants.keys()]);
  return manifest.activations.flatMap((entry) => {
    const value = variant === ".nofold" ? entry.onnx_tensor_nofold : entry.onnx_tensor;
    return value !== null && value !== undefined && made.has(value) ? [{ value, file: entry.file }] : [];
  });
}

function embeddingOf(graph: Graph, manifest: Manifest): string {
  const node = graph.nodes.find(({ op, inputs }) => op === "Gather" && inputs[1] === manifest.input_name);
  if (!node) throw new Error(`no embedding of ${manifest.input_name}`);
  return node.outputs[0]!;
}

/** The class of each sample, the sum of a channel, or one position of it. */
function seedOf(name: string, shape: readonly number[], manifest: Manifest, { channel = 0, positions = [] }: Definition): Tensor {
  const strides = stridesOf(shape);
  const seed = new Float32Array(sizeOf(shape));
  for (let flat = 0; flat < seed.length; flat++) {
    const [batch = 0, unit = 0, ...place] = shape.map((dim, axis) => Math.floor(flat / strides[axis]!) % dim);
    if (name.startsWith("grad_mid")) {
      if (unit === channel) seed[flat] = name === "grad_mid_channel_x" || place.join() === [positions[batch] ?? []].flat().join() ? 1 : 0;
    } else seed[flat] = unit === manifest.target[batch] ? 1 : 0;
  }
  return float32(shape, seed);
}

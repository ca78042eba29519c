import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { differentiate, valuesBetween } from "@vitrine/autodiff";
import {
  applyPasses, constantNodesToConstants, decodeNpy, float32, foldConstantIf, GraphBuilder, lower, memorySource, readShapes, shapeGraph, sizeOf, stridesOf, widenToFloat32,
  type BackwardRule, type Graph, type Runtime, type Tensor,
} from "@vitrine/core";
import { readOnnx } from "@vitrine/format-onnx";

/** A file of reference numbers, as the manifests describe it. */
export interface Saved {
  readonly file: string;
  readonly shape: readonly number[];
  readonly channel?: number;
  readonly positions?: readonly (readonly number[] | number)[];
  readonly params?: {
    readonly layer?: string; readonly n_steps?: number; readonly baseline?: number;
    readonly sliding_window_shapes?: readonly number[]; readonly strides?: readonly number[]; readonly mask?: string;
  };
  /** The graph value that it is of, as exported whole and with batch normalisation apart. */
  readonly onnx_tensor?: string | null;
  readonly onnx_tensor_nofold?: string | null;
}

/** What the data's README says of `ref/NAME/manifest.json`. */
export interface Manifest {
  readonly name: string;
  readonly input_name: string;
  readonly output_name: string;
  readonly target: readonly number[];
  readonly gradient_wrt: string;
  readonly arrays: Readonly<Record<string, Saved>>;
  readonly methods: Readonly<Record<string, Saved>>;
  readonly activations: readonly Saved[];
  readonly onnx_variants: Readonly<Record<string, { readonly file: string }>>;
  readonly float64_noise?: Readonly<Record<string, { readonly rel_l2: number }>>;
  /** The value of the layer that `layer_gradcam` and its kin are about: null where batch normalisation was fused into it. */
  readonly gradcam_onnx_tensor?: string | null;
  readonly gradcam_onnx_tensor_nofold?: string | null;
}

/** One exported form of a reference network. */
export interface Variant {
  readonly file: string;
  /** `default`, `.nofold`, an opset. */
  readonly variant: string;
  readonly manifest: Manifest;
}

export type Feeds = Readonly<Record<string, Tensor>>;

/** The reference networks in a folder; none where it is missing, as for a suite that is skipped. */
export class ReferenceNetworks {
  readonly manifests: readonly Manifest[];
  readonly variants: readonly Variant[];
  readonly #at: string;

  constructor(at: string) {
    this.#at = at;
    const names = existsSync(at) ? readdirSync(path.join(at, "ref")) : [];
    this.manifests = names.map((name) => JSON.parse(readFileSync(path.join(at, "ref", name, "manifest.json"), "utf8")) as Manifest);
    this.variants = this.manifests.flatMap((manifest) =>
      Object.entries(manifest.onnx_variants)
        .filter(([, { file }]) => existsSync(path.join(at, "onnx", file)))
        .map(([variant, { file }]) => ({ file, variant, manifest })),
    );
  }

  npy(name: string, file: string): Tensor {
    return decodeNpy(new Uint8Array(readFileSync(path.join(this.#at, "ref", name, file))), file);
  }

  isThere(name: string, file: string): boolean {
    return existsSync(path.join(this.#at, "ref", name, file));
  }

  bytes(file: string): Uint8Array {
    return new Uint8Array(readFileSync(path.join(this.#at, "onnx", file)));
  }

  /** As the engine would load it, but for the batch. */
  async read(file: string): Promise<{ readonly graph: Graph; readonly origin: string }> {
    const { graph, origin } = await readOnnx(memorySource(file, this.bytes(file)));
    return { graph: applyPasses(graph, [constantNodesToConstants, foldConstantIf, widenToFloat32]).graph, origin };
  }
}

/** Recurrent layers have no backward rule yet: it follows with the text trace. */
export const isRecurrent = (graph: Graph): boolean => graph.nodes.some(({ op }) => op === "LSTM" || op === "GRU" || op === "RNN");

/** The value of this form of the network that saved numbers are of; undefined where it has none. */
export function valueOf({ onnx_tensor, onnx_tensor_nofold }: Saved, variant: string): string | undefined {
  return (variant === ".nofold" ? onnx_tensor_nofold : onnx_tensor) ?? undefined;
}

/** The values of this form of the network that saved activations belong to. */
export function savedValues({ activations }: Pick<Manifest, "activations">, variant: string, graph: Graph): { readonly value: string; readonly file: string }[] {
  const made = new Set([...graph.nodes.flatMap((node) => node.outputs), ...graph.constants.keys()]);
  return activations.flatMap((entry) => {
    const value = valueOf(entry, variant);
    return value !== undefined && made.has(value) ? [{ value, file: entry.file }] : [];
  });
}

/** Compiles with the lowerings that the runtime needs, runs once, and forgets the program. */
export async function runOnce(runtime: Runtime, graph: Graph, feeds: Feeds): Promise<Record<string, Tensor>> {
  const program = await runtime.compile(lower(graph, runtime).graph);
  const names = new Set(program.inputs.map((input) => input.name));
  const results = await program.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name))));
  await program.dispose();
  return results as Record<string, Tensor>;
}

/** The gradient that reference numbers are: `grad_mid_channel_x` and `grad_mid_neuron_x` of a layer's value, every other name of the target's logit. */
export async function gradientOf(runtime: Runtime, graph: Graph, { name, of, manifest, saved, feeds, rule }: {
  readonly name: string; readonly of: string; readonly manifest: Manifest; readonly saved: Saved; readonly feeds: Feeds; readonly rule?: BackwardRule;
}): Promise<Tensor> {
  // Of token networks the reference is the gradient at what the embedding looks up.
  const wrt = manifest.gradient_wrt === manifest.input_name ? manifest.input_name : embeddingOf(graph, manifest);
  const observed = shapeGraph(graph, valuesBetween(graph, of, [wrt]));
  const shapes = await readShapes(observed.outputs, await runOnce(runtime, observed.graph, feeds));
  const builder = new GraphBuilder(graph);
  const shape = shapes.get(of)!;
  const seed = builder.input("seed", "float32", shape);
  const result = builder.identity(differentiate(builder, { of, seed, wrt: [wrt], shapes, rule }).get(wrt)!, "result");
  const results = await runOnce(runtime, builder.build({ outputs: [result] }), { ...feeds, [seed]: seedOf(name, shape, manifest, saved) });
  return results[result]!;
}

function embeddingOf(graph: Graph, manifest: Manifest): string {
  const node = graph.nodes.find(({ op, inputs }) => op === "Gather" && inputs[1] === manifest.input_name);
  if (!node) throw new Error(`no embedding of ${manifest.input_name}`);
  return node.outputs[0]!;
}

/** The class of each sample, the sum of a channel, or one position of it. */
function seedOf(name: string, shape: readonly number[], manifest: Manifest, { channel = 0, positions = [] }: Saved): Tensor {
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

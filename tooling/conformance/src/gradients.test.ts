import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { differentiate, valuesBetween } from '@vitrine/autodiff';
import {
  applyPasses, constantNodesToConstants, decodeNpy, float32, foldConstantIf, GraphBuilder, lower, memorySource, readShapes, shapeGraph, sizeOf, stridesOf, toFloat32, widenToFloat32,
  type Graph, type Runtime, type Tensor,
} from '@vitrine/core';
import { readOnnx } from '@vitrine/format-onnx';
import { onnxNode } from '@vitrine/runtime-onnx-node';
import { relativeL2 } from '@vitrine/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeShared } from './shared.js';

interface Definition {
  readonly file: string;
  readonly shape: readonly number[];
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
  readonly onnx_variants: Readonly<Record<string, { readonly file: string }>>;
  readonly float64_noise?: Readonly<Record<string, { readonly rel_l2: number }>>;
}

const limit = 1e-3;
/** `VITRINE_PROVIDER=webgpu` holds another of onnxruntime's providers against the same numbers; `-t "net_a|net_b"` chooses networks. */
const provider = process.env['VITRINE_PROVIDER'] ?? 'cpu';
/** Recurrent layers have no rule yet: they follow with the text trace. */
const recurrent = new Set(['LSTM', 'GRU', 'RNN']);
const wanted = ['grad_logit_x', 'grad_mid_channel_x', 'grad_mid_neuron_x'] as const;

describeShared('conformance', 'Gradients of the reference networks', (at) => {
  let runtime: Runtime;
  const rows: string[] = [];
  const skipped = new Set<string>();
  const failed: string[] = [];
  beforeAll(async () => {
    runtime = await onnxNode({ providers: [provider] }).create();
  });
  afterAll(async () => {
    await runtime.dispose();
    console.log(`Gradients against PyTorch on ${provider} (relative L2, limit ${limit} or ten times float32's own noise):\n${'network'.padEnd(34)}${wanted.map((name) => name.padStart(20)).join('')}\n${rows.sort().join('\n')}`);
    if (skipped.size > 0) console.warn(`SKIPPED, ${[...skipped].join('; ')}`);
    if (failed.length > 0) console.warn(failed.join('\n'));
  });

  const npy = (name: string, file: string): Tensor => decodeNpy(new Uint8Array(readFileSync(path.join(at, 'ref', name, file))), file);
  const networks = existsSync(at) ? readdirSync(path.join(at, 'ref')) : [];
  const variants = networks.flatMap((name) => {
    const manifest = JSON.parse(readFileSync(path.join(at, 'ref', name, 'manifest.json'), 'utf8')) as Manifest;
    return Object.entries(manifest.onnx_variants)
      .filter(([, { file }]) => existsSync(path.join(at, 'onnx', file)))
      .map(([variant, { file }]) => ({ file, variant, manifest }));
  });

  test('there are networks to compare', () => {
    expect(variants.length).toBeGreaterThanOrEqual(60);
  });

  test.each(variants)('$file', async ({ file, variant, manifest }) => {
    const read = await readOnnx(memorySource(file, new Uint8Array(readFileSync(path.join(at, 'onnx', file)))));
    const { graph } = applyPasses(read.graph, [constantNodesToConstants, foldConstantIf, widenToFloat32]);
    if (graph.nodes.some(({ op }) => recurrent.has(op))) {
      skipped.add(`${manifest.name}: recurrent layers have no rule yet`);
      return;
    }
    const feeds = { [manifest.input_name]: npy(manifest.name, 'x.npy') };
    const errors = new Map<string, number>();
    for (const name of wanted) {
      const definition = manifest.arrays[name];
      if (!definition || !existsSync(path.join(at, 'ref', manifest.name, definition.file))) continue;
      const of = name === 'grad_logit_x' ? manifest.output_name : variant === '.nofold' ? definition.onnx_tensor_nofold : definition.onnx_tensor;
      if (of === undefined || of === null || !graph.nodes.some((node) => node.outputs.includes(of))) continue;
      const reference = npy(manifest.name, definition.file);
      // A saturated unit: nothing to compare.
      if (toFloat32(reference).every((value) => value === 0)) continue;
      const ours = await gradient(graph, of, manifest, name, definition, feeds);
      expect(ours.shape).toEqual(reference.shape);
      errors.set(name, relativeL2(toFloat32(ours), toFloat32(reference)));
    }
    rows.push(file.padEnd(34) + wanted.map((name) => (errors.get(name)?.toExponential(1) ?? '-').padStart(20)).join(''));
    expect(errors.size).toBeGreaterThan(0);
    for (const [name, error] of errors) expect(error, name).toBeLessThanOrEqual(Math.max(limit, 10 * (manifest.float64_noise?.[name]?.rel_l2 ?? 0)));
  });

  async function run(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const program = await runtime.compile(lower(graph, runtime).graph);
    const names = new Set(program.inputs.map((input) => input.name));
    const results = await program.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name))));
    await program.dispose();
    return results as Record<string, Tensor>;
  }

  async function gradient(graph: Graph, of: string, manifest: Manifest, name: string, definition: Definition, feeds: Readonly<Record<string, Tensor>>): Promise<Tensor> {
    // Of token networks the reference is the gradient at what the embedding looks up.
    const wrt = manifest.gradient_wrt === manifest.input_name ? manifest.input_name : embeddingOf(graph, manifest);
    const observed = shapeGraph(graph, valuesBetween(graph, of, [wrt]));
    const shapes = await readShapes(observed.outputs, await run(observed.graph, feeds));
    const builder = new GraphBuilder(graph);
    const shape = shapes.get(of)!;
    const seed = builder.input('seed', 'float32', shape);
    const result = builder.identity(differentiate(builder, { of, seed, wrt: [wrt], shapes }).get(wrt)!, 'result');
    const results = await run(builder.build({ outputs: [result] }), { ...feeds, [seed]: seedOf(name, shape, manifest, definition) });
    return results[result]!;
  }
});

function embeddingOf(graph: Graph, manifest: Manifest): string {
  const node = graph.nodes.find(({ op, inputs }) => op === 'Gather' && inputs[1] === manifest.input_name);
  if (!node) throw new Error(`no embedding of ${manifest.input_name}`);
  return node.outputs[0]!;
}

/** The class of each sample, the sum of a channel, or one position of it. */
function seedOf(name: string, shape: readonly number[], manifest: Manifest, { channel = 0, positions = [] }: Definition): Tensor {
  const strides = stridesOf(shape);
  const seed = new Float32Array(sizeOf(shape));
  for (let flat = 0; flat < seed.length; flat++) {
    const at = shape.map((dim, axis) => Math.floor(flat / strides[axis]!) % dim);
    const [batch = 0, unit = 0, ...place] = at;
    if (name === 'grad_logit_x') seed[flat] = unit === manifest.target[batch] ? 1 : 0;
    else if (unit === channel) seed[flat] = name === 'grad_mid_channel_x' || place.join() === [positions[batch] ?? []].flat().join() ? 1 : 0;
  }
  return float32(shape, seed);
}

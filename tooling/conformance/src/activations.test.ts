import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  applyPasses, constantNodesToConstants, decodeNpy, foldConstantIf, GraphBuilder, memorySource, toFloat32, widenToFloat32, type Graph, type Runtime, type RuntimeFactory, type Tensor,
} from '@vitrine/core';
import { readOnnx } from '@vitrine/format-onnx';
import { onnxNode } from '@vitrine/runtime-onnx-node';
import { referenceRuntime, relativeL2 } from '@vitrine/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeShared } from './shared.js';

interface Manifest {
  readonly name: string;
  readonly input_name: string;
  readonly output_name: string;
  readonly onnx_variants: Readonly<Record<string, { readonly file: string }>>;
  readonly float64_noise?: Readonly<Record<string, { readonly rel_l2: number }>>;
  readonly activations: readonly { readonly file: string; readonly onnx_tensor: string | null; readonly onnx_tensor_nofold: string | null }[];
}

/** Relative L2 of every activation; the README of the data allows ten times what float32 itself is off. */
const limit = 1e-4;

interface Row {
  readonly file: string;
  readonly opset: string;
  readonly compared: number;
  readonly logits: number;
  readonly worst: number;
  readonly where: string;
}

const activations = (factory: RuntimeFactory) => (at: string): void => {
  let runtime: Runtime;
  const rows: Row[] = [];
  beforeAll(async () => {
    runtime = await factory.create();
  });
  afterAll(async () => {
    await runtime.dispose();
    const show = (error: number): string => error.toExponential(1);
    const lines = rows.map((row) => `${row.file.padEnd(34)} ${row.opset}  ${String(row.compared).padStart(3)} values  logits ${show(row.logits)}  worst ${show(row.worst)}  ${row.where}`);
    console.log(`Activations by ${factory.id} against PyTorch (relative L2, limit ${limit}):\n${lines.join('\n')}`);
  });

  const npy = (name: string, file: string): Tensor => decodeNpy(new Uint8Array(readFileSync(path.join(at, 'ref', name, file))), file);
  const isThere = (name: string, file: string): boolean => existsSync(path.join(at, 'ref', name, file));
  const absent: string[] = [];
  const networks = existsSync(at) ? readdirSync(path.join(at, 'ref')) : [];
  const variants = networks.flatMap((name) => {
    const listed = JSON.parse(readFileSync(path.join(at, 'ref', name, 'manifest.json'), 'utf8')) as Manifest;
    for (const { file } of listed.activations) if (!isThere(name, file)) absent.push(`${name}/${file}`);
    const manifest = { ...listed, activations: listed.activations.filter(({ file }) => isThere(name, file)) };
    return Object.entries(manifest.onnx_variants)
      .filter(([, { file }]) => existsSync(path.join(at, 'onnx', file)))
      .map(([variant, { file }]) => ({ file, variant, manifest }));
  });

  test('the data is there: 28 networks, most in two forms or three', () => {
    expect(networks.length).toBeGreaterThanOrEqual(28);
    expect(variants.length).toBeGreaterThanOrEqual(60);
    // The set was delivered without one array that its manifest lists; more missing ones would be a damaged copy.
    if (absent.length > 0) console.warn(`Listed by a manifest and not there: ${absent.join(', ')}`);
    expect(absent.length).toBeLessThanOrEqual(1);
  });

  test.each(variants)('$file', async ({ file, variant, manifest }) => {
    const read = await readOnnx(memorySource(file, new Uint8Array(readFileSync(path.join(at, 'onnx', file)))));
    const { graph } = applyPasses(read.graph, [constantNodesToConstants, foldConstantIf, widenToFloat32]);
    const wanted = references(manifest, variant, graph);
    // Every form but the decomposed one has all that the manifest promises.
    const promised = manifest.activations.filter((entry) => (variant === '.nofold' ? entry.onnx_tensor_nofold : entry.onnx_tensor) !== null).length;
    if (variant === 'default' || variant === '.nofold') expect(wanted).toHaveLength(promised + 1);

    const builder = new GraphBuilder(graph);
    const taps = wanted.map(({ value }) => builder.tap(value));
    const program = await runtime.compile(builder.build());
    const results = await program.run({ [manifest.input_name]: npy(manifest.name, 'x.npy') });
    let worst = { error: -1, where: '' };
    let logits = NaN;
    const noise = Math.max(0, ...Object.entries(manifest.float64_noise ?? {}).flatMap(([key, { rel_l2 }]) => (key === 'logits' ? [rel_l2] : [])));
    wanted.forEach(({ value, file: reference }, i) => {
      const [ours, theirs] = [results[taps[i]!] as Tensor, npy(manifest.name, reference)];
      expect(ours.data.length, `${value} ${ours.shape.join()} against ${theirs.shape.join()}`).toBe(theirs.data.length);
      const error = relativeL2(toFloat32(ours), toFloat32(theirs));
      if (reference === 'logits.npy') logits = error;
      if (error > worst.error) worst = { error, where: value };
      expect(error, value).toBeLessThanOrEqual(Math.max(limit, 10 * noise));
    });
    rows.push({ file, opset: read.origin.match(/opset \d+/)?.[0] ?? '', compared: wanted.length, logits, worst: worst.error, where: worst.where });
    await program.dispose();
  });
};

describeShared('conformance', 'Activations of the reference networks', activations(onnxNode()));
describeShared('conformance', 'Activations of the reference networks, interpreted', activations(referenceRuntime));

/** The values of this form of the network that a saved array belongs to. */
function references(manifest: Manifest, variant: string, graph: Graph): { value: string; file: string }[] {
  const made = new Set([...graph.nodes.flatMap((node) => node.outputs), ...graph.constants.keys()]);
  const values = manifest.activations.flatMap((entry) => {
    const value = variant === '.nofold' ? entry.onnx_tensor_nofold : entry.onnx_tensor;
    return value !== null && made.has(value) ? [{ value, file: entry.file }] : [];
  });
  return [{ value: manifest.output_name, file: 'logits.npy' }, ...values];
}

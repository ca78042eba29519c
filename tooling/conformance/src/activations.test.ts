import { GraphBuilder, toFloat32, type Runtime, type RuntimeFactory, type Tensor } from '@vitrine/core';
import { onnxNode } from '@vitrine/runtime-onnx-node';
import { referenceRuntime, relativeL2 } from '@vitrine/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ReferenceNetworks, savedValues, valueOf } from './networks.js';
import { describeShared } from './shared.js';

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

  const networks = new ReferenceNetworks(at);
  const absent = networks.manifests.flatMap(({ name, activations: listed }) => listed.filter(({ file }) => !networks.isThere(name, file)).map(({ file }) => `${name}/${file}`));
  const variants = networks.variants.map((each) => ({ ...each, manifest: { ...each.manifest, activations: each.manifest.activations.filter(({ file }) => networks.isThere(each.manifest.name, file)) } }));

  test('the data is there: 28 networks, most in two forms or three', () => {
    expect(networks.manifests.length).toBeGreaterThanOrEqual(28);
    expect(variants.length).toBeGreaterThanOrEqual(60);
    // The set was delivered without one array that its manifest lists; more missing ones would be a damaged copy.
    if (absent.length > 0) console.warn(`Listed by a manifest and not there: ${absent.join(', ')}`);
    expect(absent.length).toBeLessThanOrEqual(1);
  });

  test.each(variants)('$file', async ({ file, variant, manifest }) => {
    const { graph, origin } = await networks.read(file);
    const wanted = [{ value: manifest.output_name, file: 'logits.npy' }, ...savedValues(manifest, variant, graph)];
    // Every form but the decomposed one has all that the manifest promises.
    const promised = manifest.activations.filter((entry) => valueOf(entry, variant) !== undefined).length;
    if (variant === 'default' || variant === '.nofold') expect(wanted).toHaveLength(promised + 1);

    const builder = new GraphBuilder(graph);
    const taps = wanted.map(({ value }) => builder.tap(value));
    const program = await runtime.compile(builder.build());
    const results = await program.run({ [manifest.input_name]: networks.npy(manifest.name, 'x.npy') });
    let worst = { error: -1, where: '' };
    let logits = NaN;
    const noise = Math.max(0, ...Object.entries(manifest.float64_noise ?? {}).flatMap(([key, { rel_l2 }]) => (key === 'logits' ? [rel_l2] : [])));
    wanted.forEach(({ value, file: reference }, i) => {
      const [ours, theirs] = [results[taps[i]!] as Tensor, networks.npy(manifest.name, reference)];
      expect(ours.data.length, `${value} ${ours.shape.join()} against ${theirs.shape.join()}`).toBe(theirs.data.length);
      const error = relativeL2(toFloat32(ours), toFloat32(theirs));
      if (reference === 'logits.npy') logits = error;
      if (error > worst.error) worst = { error, where: value };
      expect(error, value).toBeLessThanOrEqual(Math.max(limit, 10 * noise));
    });
    rows.push({ file, opset: origin.match(/opset \d+/)?.[0] ?? '', compared: wanted.length, logits, worst: worst.error, where: worst.where });
    await program.dispose();
  });
};

describeShared('conformance', 'Activations of the reference networks', activations(onnxNode()));
describeShared('conformance', 'Activations of the reference networks, interpreted', activations(referenceRuntime));

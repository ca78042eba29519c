import { toFloat32, type Runtime } from '@vitrine/core';
import { onnxNode } from '@vitrine/runtime-onnx-node';
import { relativeL2 } from '@vitrine/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gradientOf, isRecurrent, ReferenceNetworks, valueOf } from './networks.js';
import { describeShared } from './shared.js';

const limit = 1e-3;
/** `VITRINE_PROVIDER=webgpu` holds another of onnxruntime's providers against the same numbers; `-t "net_a|net_b"` chooses networks. */
const provider = process.env['VITRINE_PROVIDER'] ?? 'cpu';
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

  const networks = new ReferenceNetworks(at);

  test('there are networks to compare', () => {
    expect(networks.variants.length).toBeGreaterThanOrEqual(60);
  });

  test.each(networks.variants)('$file', async ({ file, variant, manifest }) => {
    const { graph } = await networks.read(file);
    if (isRecurrent(graph)) {
      skipped.add(`${manifest.name}: recurrent layers have no rule yet`);
      return;
    }
    const feeds = { [manifest.input_name]: networks.npy(manifest.name, 'x.npy') };
    const errors = new Map<string, number>();
    for (const name of wanted) {
      const definition = manifest.arrays[name];
      if (!definition || !networks.isThere(manifest.name, definition.file)) continue;
      const of = name === 'grad_logit_x' ? manifest.output_name : valueOf(definition, variant);
      if (of === undefined || !graph.nodes.some((node) => node.outputs.includes(of))) continue;
      const reference = networks.npy(manifest.name, definition.file);
      // A saturated unit: nothing to compare.
      if (toFloat32(reference).every((value) => value === 0)) continue;
      const ours = await gradientOf(runtime, graph, { name, of, manifest, saved: definition, feeds });
      expect(ours.shape).toEqual(reference.shape);
      errors.set(name, relativeL2(toFloat32(ours), toFloat32(reference)));
    }
    rows.push(file.padEnd(34) + wanted.map((name) => (errors.get(name)?.toExponential(1) ?? '-').padStart(20)).join(''));
    expect(errors.size).toBeGreaterThan(0);
    for (const [name, error] of errors) expect(error, name).toBeLessThanOrEqual(Math.max(limit, 10 * (manifest.float64_noise?.[name]?.rel_l2 ?? 0)));
  });
});

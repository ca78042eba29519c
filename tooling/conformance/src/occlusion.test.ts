import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { attr, createEngine, decodeNpy, definePlugin, float32, GraphBuilder, toNumbers, type Engine, type Fill, type Format, type Graph, type Target, type Tensor } from '@vitrine/core';
import { onnxPlugin } from '@vitrine/format-onnx';
import { occlusion, occlusionPlugin } from '@vitrine/method-occlusion';
import { onnxNode } from '@vitrine/runtime-onnx-node';
import { referenceRuntime } from '@vitrine/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { describeShared } from './shared.js';

/** Captum's own tiny networks (BSD-3-Clause, captum/testing/helpers/basic_models.py), written down as graphs. */
const networks: Readonly<Record<string, (inputs: readonly Tensor[]) => Graph>> = {
  OneConv: (inputs) => {
    const b = new GraphBuilder();
    const x = sumOfInputs(b, inputs);
    const conv = b.node('Conv', [x, b.constant(filled([2, 1, 3, 3], 1)), b.constant(float32([2], [-50, -75]))], { kernel_shape: attr.ints([3, 3]) })[0]!;
    const features = b.reshape(b.relu(conv), [-1, 8]);
    const rows = Array.from({ length: 8 }, (_, i) => new Array<number>(4).fill(i < 5 ? 1 : -1)).flat();
    return b.build({ outputs: [b.relu(b.matMul(features, b.constant(float32([8, 4], rows))))] });
  },
  MultiLayer: (inputs) => {
    const b = new GraphBuilder();
    return b.build({ outputs: [multiLayer(b, sumOfInputs(b, inputs))] });
  },
  MultiLayer_MultiInput: (inputs) => {
    const b = new GraphBuilder();
    return b.build({ outputs: [multiLayer(b, sumOfInputs(b, inputs))] });
  },
  BasicModel3: () => {
    const b = new GraphBuilder();
    const [x1, x2] = ['x1', 'x2'].map((name) => b.input(name, 'float32', ['N', 1])) as [string, string];
    return b.build({ outputs: [b.relu(b.sub(b.relu(b.sub(x1, b.scalar(1))), b.relu(x2)))] });
  },
};

const filled = (shape: number[], value: number): Tensor => float32(shape, new Array<number>(shape.reduce((a, c) => a * c, 1)).fill(value));

function sumOfInputs(b: GraphBuilder, inputs: readonly Tensor[]): string {
  return inputs.map(({ shape }, i) => b.input(`x${i + 1}`, 'float32', ['N', ...shape.slice(1)])).reduce((sum, x) => b.add(sum, x));
}

function multiLayer(b: GraphBuilder, x: string): string {
  const linear = (value: string, weight: Tensor, bias: number[]): string => b.add(b.matMul(value, b.constant(weight)), b.constant(float32([bias.length], bias)));
  const first = linear(x, float32([3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1]), [0, 0, 0]);
  return linear(b.relu(linear(first, filled([3, 4], 1), [-10, 1, 1, 1])), filled([4, 2], 1), [-1, 1]);
}

type Nested = number | readonly Nested[];

const flat = (value: Nested): number[] => (typeof value === 'number' ? [value] : value.flatMap(flat));

/** A tensor of nested lists. */
function nested(value: Nested): Tensor<'float32'> {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = (level as readonly Nested[])[0]!) shape.push((level as readonly Nested[]).length);
  return float32(shape, flat(value));
}

/** The inputs that the file gives by name: `inp16`, `inp2`, `ones[1,1,4,1]`. */
function named(input: string | Nested): Tensor<'float32'> {
  if (typeof input !== 'string') return nested(input);
  if (input === 'inp16') return float32([1, 1, 4, 4], Array.from({ length: 16 }, (_, i) => i));
  const shape = input === 'inp2' ? [1, 1, 4, 4] : (JSON.parse(/\[.*\]/.exec(input)![0]) as number[]);
  return filled(shape, 1) as Tensor<'float32'>;
}

interface Published {
  readonly model: string;
  readonly inputs: readonly (string | Nested)[];
  readonly window: readonly (readonly number[])[];
  readonly stride: number | readonly (number | readonly number[])[];
  readonly baseline: Nested;
  readonly target?: null;
  readonly expected: readonly (string | Nested)[];
}

const fillOf = (baseline: Nested): Fill => (typeof baseline === 'number' ? { kind: 'value', value: baseline } : { kind: 'tensor', tensor: nested(baseline) });

function inMemory(graph: Graph): Format {
  return { id: 'graph', title: 'a graph', extensions: [], recognises: () => true, read: () => Promise.resolve({ graph, metadata: {}, origin: 'captum', notices: [] }) };
}

function publishedEntries(folder: string): Published[] {
  const file = path.join(folder, 'captum-expected.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { occlusion: Published[] }).occlusion : [];
}

describeShared('conformance', "Captum's published occlusion numbers", (folder) => {
  const entries = publishedEntries(folder);
  describe.for([['the reference runtime', referenceRuntime], ['onnxruntime', onnxNode()]] as const)('on %s', ([, runtime]) => {
    test.for(entries.map((entry, i) => [`${i + 1}: ${entry.model}, ${entry.inputs.length} inputs`, entry] as const))('%s', async ([, entry]) => {
      const inputs = entry.inputs.map(named);
      const graph = networks[entry.model]!(inputs);
      const engine = createEngine({ runtime, plugins: [occlusionPlugin, definePlugin({ name: 'graph', register: (r) => { r.format(inMemory(graph)); } })] });
      const model = await engine.load({ name: entry.model, bytes: new Uint8Array() });
      const byName = <T>(of: (i: number) => T): Record<string, T> => Object.fromEntries(inputs.map((_, i) => [`x${i + 1}`, of(i)]));
      const strideOf = (i: number): number[] => {
        const own = typeof entry.stride === 'number' ? entry.stride : entry.stride[i]!;
        return typeof own === 'number' ? [own] : [...own];
      };
      const report = await engine.run(occlusion, {
        model,
        input: byName((i) => inputs[i]!),
        ...(entry.target !== null && { target: { kind: 'class', index: 0 } }),
        params: {
          window: byName((i) => entry.window[i]!),
          // One number for several inputs or one list for each, as the test has it.
          stride: typeof entry.stride === 'number' ? [entry.stride] : byName(strideOf),
          baseline: typeof entry.baseline === 'number' ? fillOf(entry.baseline) : inputs.length === 1 ? fillOf(entry.baseline) : byName((i) => fillOf((entry.baseline as readonly Nested[])[i]!)),
        },
      });
      entry.expected.forEach((expected, i) => {
        const found = toNumbers(report.tensors[i === 0 ? 'attribution' : `attribution/x${i + 1}`]!.tensor);
        const wanted = typeof expected === 'string' ? found.map(() => Number.parseFloat(expected)) : flat(expected);
        expect(found).toHaveLength(wanted.length);
        found.forEach((value, k) => expect(Math.abs(value - wanted[k]!)).toBeLessThanOrEqual(1e-4));
      });
      await engine.dispose();
    });
  });
});

interface Saved {
  readonly file: string;
  readonly params: { readonly sliding_window_shapes?: readonly number[]; readonly strides?: readonly number[]; readonly mask?: string; readonly baseline: number };
}
interface Manifest {
  readonly input_name: string;
  readonly output_name: string;
  readonly target: readonly number[];
  readonly arrays: Readonly<Record<string, { readonly file: string }>>;
  readonly methods: { readonly occlusion?: Saved; readonly feature_ablation?: Saved };
  readonly float64_noise?: Readonly<Record<string, { readonly rel_l2: number }>>;
}

const withOcclusion = (folder: string): [string, Manifest][] => {
  const at = path.join(folder, 'ref');
  if (!existsSync(at)) return [];
  return readdirSync(at)
    .map((name): [string, Manifest] => [name, JSON.parse(readFileSync(path.join(at, name, 'manifest.json'), 'utf8')) as Manifest])
    .filter(([, { methods }]) => methods.occlusion ?? methods.feature_ablation);
};

/** ‖found − wanted‖₂ / ‖wanted‖₂ */
function apart(found: readonly number[], wanted: readonly number[]): number {
  let difference = 0;
  let all = 0;
  wanted.forEach((value, i) => {
    difference += (found[i]! - value) ** 2;
    all += value ** 2;
  });
  return Math.sqrt(difference / all);
}

describeShared('conformance', 'occlusion and feature ablation agree with Captum on every reference network', (folder) => {
  let engine: Engine | undefined;
  const rows: string[] = [];
  afterAll(async () => {
    console.log([`${'network'.padEnd(20)} ${'occlusion'.padStart(10)} ${'ablation'.padStart(10)}  seconds`, ...rows].join('\n'));
    await engine?.dispose();
  });

  test.for(withOcclusion(folder))('%s', async ([name, manifest]) => {
    engine ??= createEngine({ runtime: onnxNode(), plugins: [onnxPlugin, occlusionPlugin], batch: 16 });
    const npy = (file: string): Tensor => decodeNpy(readFileSync(path.join(folder, 'ref', name, file)), file);
    const model = await engine.load({ name: `${name}.onnx`, bytes: readFileSync(path.join(folder, 'onnx', `${name}.onnx`)) }, { spec: { inputs: {}, outputs: [{ name: manifest.output_name, kind: 'logits' }] } });
    const input = { [manifest.input_name]: npy(manifest.arrays['x']!.file) };
    const target: Target[] = manifest.target.map((index) => ({ kind: 'class', index }));
    const began = performance.now();
    const limit = Math.max(1e-3, 10 * (manifest.float64_noise?.['logits']?.rel_l2 ?? 0));
    const check = async (saved: Saved | undefined): Promise<string> => {
      if (!saved) return '-'.padStart(10);
      const { sliding_window_shapes: window, strides: stride, mask, baseline } = saved.params;
      const report = await engine!.run(occlusion, {
        model, input, target,
        params: { preset: 'captum', baseline: { kind: 'value', value: baseline }, ...(mask ? { mask: npy(manifest.arrays[mask]!.file) } : { window, stride }) },
      });
      const wanted = npy(saved.file);
      const found = report.tensors['attribution']!.tensor;
      expect(found.shape).toEqual(wanted.shape);
      const error = apart(toNumbers(found), toNumbers(wanted));
      expect(error).toBeLessThanOrEqual(limit);
      return error.toExponential(1).padStart(10);
    };
    const row = `${name.padEnd(20)} ${await check(manifest.methods.occlusion)} ${await check(manifest.methods.feature_ablation)}`;
    rows.push(`${row}  ${((performance.now() - began) / 1000).toFixed(2).padStart(7)}`);
    await model.dispose();
  });
});

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  applyPasses, constantNodesToConstants, decodeNpy, foldConstantIf, freeBatch, GraphBuilder, memorySource, rows, seededRandom, tensor, toFloat32, toNumbers, widenToFloat32, type Dim, type Graph, type Runtime, type Tensor, type ValueInfo,
} from '@vitrine/core';
import { readOnnx, writeOnnx } from '@vitrine/format-onnx';
import { onnxNode } from '@vitrine/runtime-onnx-node';
import { relativeL2 } from '@vitrine/testing';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeShared } from './shared.js';

const limit = 1e-5;

interface Manifest {
  readonly input_name: string;
  readonly output_name: string;
  readonly onnx_variants: Readonly<Record<string, { readonly file: string }>>;
}

describeShared('conformance', 'Freeing a batch fixed at one', (at) => {
  let runtime: Runtime;
  const table: string[] = [];
  const folder = mkdtempSync(path.join(os.tmpdir(), 'vitrine-free-batch-'));
  beforeAll(async () => {
    runtime = await onnxNode().create();
  });
  afterAll(async () => {
    await runtime.dispose();
    rmSync(folder, { recursive: true });
    console.log(`Freed and run with two samples:\n${table.join('\n')}`);
  });

  const networks = existsSync(at) ? readdirSync(path.join(at, 'ref')) : [];
  const files = networks.flatMap((name) => {
    const manifest = JSON.parse(readFileSync(path.join(at, 'ref', name, 'manifest.json'), 'utf8')) as Manifest;
    return Object.values(manifest.onnx_variants).filter(({ file }) => existsSync(path.join(at, 'onnx', file))).map(({ file }) => ({ name, file, manifest }));
  });

  test.each(files)('$file', async ({ name, file, manifest }) => {
    const npy = (reference: string): Tensor => decodeNpy(new Uint8Array(readFileSync(path.join(at, 'ref', name, reference))), reference);
    const x = npy('x.npy');
    const graph = await exportedForOne(await read(path.join(at, 'onnx', file)), path.join(folder, file));
    const shapes = await observed(runtime, graph, { [manifest.input_name]: firstSample(graph, x) });
    const freed = freeBatch(graph, (value) => shapes.get(value));
    expect(freed.reason).toBeUndefined();
    expect(freed.freed).toBe(true);

    const program = await runtime.compile(freed.graph);
    const logits = (await program.run({ [manifest.input_name]: x }))[manifest.output_name] as Tensor;
    const expected = npy('logits.npy');
    expect(logits.shape).toEqual(expected.shape);
    expect(relativeL2(toFloat32(logits), toFloat32(expected))).toBeLessThan(limit);
    await program.dispose();
    const before = new Set(graph.nodes);
    table.push(`${file.padEnd(34)} ${String(freed.graph.nodes.filter((node) => !before.has(node)).length).padStart(3)} of ${graph.nodes.length} nodes rewritten or added`);
  });

  /** The network as an exporter would have written it for one sample: every size that follows from that computed and written down. */
  async function exportedForOne(graph: Graph, file: string): Promise<Graph> {
    const fix = (info: ValueInfo): ValueInfo => ({ ...info, shape: info.shape?.map((dim): Dim => (typeof dim === 'number' ? dim : 1)) });
    const fixed: Graph = { ...graph, inputs: graph.inputs.map(fix), outputs: graph.outputs.map(fix), values: new Map() };
    const session = await InferenceSession.create(writeOnnx(fixed).bytes, { graphOptimizationLevel: 'basic', optimizedModelFilePath: file, logSeverityLevel: 4 });
    await session.release();
    const written = await read(file);
    return { ...written, values: new Map() };
  }
});

/** Published models, as they are. */
describeShared('models', 'Freeing the batch of published models', (at) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await onnxNode().create();
  });
  afterAll(() => runtime.dispose());

  const fixed = [
    'squeezenet/squeezenet1.1.onnx', 'squeezenet/squeezenet1.1-float16.onnx', 'mobilenet/mobilenet-v1-0.25.onnx', 'mnist/mnist.onnx', 'odd-files/ultraface-slim-320.onnx',
    'light/light_zfnet512.onnx', 'light/light_inception_v1.onnx', 'light/light_shufflenet.onnx',
  ];
  test.each(fixed)('%s: each of three samples gives what it gives alone', async (file) => {
    const graph = await read(path.join(at, file));
    expect(graph.inputs).toHaveLength(1);
    const input = graph.inputs[0]!;
    const shape = input.shape as readonly number[];
    expect(shape[0]).toBe(1);
    const random = seededRandom(3);
    const each = shape.slice(1).reduce((a, b) => a * b, 1);
    const x = tensor('float32', [3, ...shape.slice(1)], Float32Array.from({ length: 3 * each }, () => 40 * random.normal()));
    const shapes = await observed(runtime, graph, { [input.name]: rows(x, 0, 1) });
    const freed = freeBatch(graph, (value) => shapes.get(value));
    expect(freed.reason).toBeUndefined();
    expect(freed.graph.inputs[0]!.shape![0]).toBe('N');

    const [alone, together] = [await runtime.compile(graph), await runtime.compile(freed.graph)];
    const all = await together.run({ [input.name]: x });
    for (let i = 0; i < 3; i++) {
      const one = await alone.run({ [input.name]: rows(x, i, i + 1) });
      for (const { name } of graph.outputs) {
        expect(freed.axes[name]).toBe(0);
        expect(relativeL2(toFloat32(rows(all[name] as Tensor, i, i + 1)), toFloat32(one[name] as Tensor)), name).toBeLessThan(limit);
      }
    }
    await Promise.all([alone.dispose(), together.dispose()]);
  });
});

async function read(file: string): Promise<Graph> {
  const { graph } = await readOnnx(memorySource(path.basename(file), new Uint8Array(readFileSync(file))));
  return applyPasses(graph, [constantNodesToConstants, foldConstantIf, widenToFloat32]).graph;
}

/** The first sample along the axis that the graph fixes at one. */
function firstSample(graph: Graph, x: Tensor): Tensor {
  const axis = graph.inputs[0]!.shape!.findIndex((dim, i) => dim === 1 && x.shape[i] !== 1);
  if (axis === 0) return rows(x, 0, 1);
  // [time, batch, …]: every other row.
  const [time, batch] = x.shape as [number, number];
  const step = x.data.length / (time * batch);
  const data = toFloat32(x).filter((_, i) => Math.floor(i / step) % batch === 0);
  return { dtype: 'float32', shape: [time, 1, ...x.shape.slice(2)], data };
}

/** Shapes of all values, by Shape nodes. */
async function observed(runtime: Runtime, graph: Graph, feeds: Record<string, Tensor>): Promise<Map<string, readonly number[]>> {
  const builder = new GraphBuilder(graph);
  const values = graph.nodes.flatMap((node) => node.outputs.filter((value) => value !== ''));
  const outputs = values.map((value) => builder.shape(value));
  const program = await runtime.compile(builder.build({ outputs }));
  const results = await program.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => program.inputs.some((input) => input.name === name))));
  await program.dispose();
  return new Map(values.map((value, i) => [value, toNumbers(results[outputs[i]!] as Tensor)]));
}

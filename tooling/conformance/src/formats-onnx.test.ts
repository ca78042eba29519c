import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isVitrineError, memorySource, seededRandom, sizeOf, widenHalf } from '@vitrine/core';
import { readOnnx, writeOnnx } from '@vitrine/format-onnx';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { describeShared } from './shared.js';

env.logLevel = 'fatal';
const plain = { graphOptimizationLevel: 'disabled' } as const;

type Feeds = Record<string, Tensor>;

/** A feed for every input of a session: normal numbers, or class indices; 2 for the dimensions that are not fixed. */
function feedsFor(session: InferenceSession): Feeds {
  const random = seededRandom(17);
  return Object.fromEntries(
    session.inputMetadata.map((input): [string, Tensor] => {
      if (!input.isTensor) throw new Error(`${input.name} is no tensor`);
      const shape = input.shape.map((dim) => (typeof dim === 'number' ? dim : 2));
      const size = sizeOf(shape);
      if (input.type === 'int64') return [input.name, new Tensor('int64', BigInt64Array.from({ length: size }, () => BigInt(random.below(10))), shape)];
      if (input.type === 'float16') return [input.name, new Tensor('float16', Uint16Array.from({ length: size }, () => 0x3000 + random.below(0x0c00) + 0x8000 * random.below(2)), shape)];
      return [input.name, new Tensor('float32', Float32Array.from({ length: size }, () => random.normal()), shape)];
    }),
  );
}

function numbers(tensor: Tensor): ArrayLike<number> {
  const data = tensor.data as Float32Array;
  return tensor.type === 'float16' ? widenHalf(new Uint16Array(data.buffer, data.byteOffset, data.length)) : data;
}

async function run(bytes: Uint8Array, feeds?: Feeds, externalData?: readonly { path: string; data: Uint8Array }[]) {
  const session = await InferenceSession.create(bytes, { ...plain, ...(externalData?.length ? { externalData: [...externalData] } : {}) });
  const given = feeds ?? feedsFor(session);
  const outputs = await session.run(given);
  await session.release();
  return { given, outputs };
}

/** ‖a − b‖₂ / ‖b‖₂; 0 where every element is equal, NaN and infinities included. */
function relative(actual: Tensor, expected: Tensor): number {
  const [a, b] = [numbers(actual), numbers(expected)];
  let apart = 0;
  let all = 0;
  for (let i = 0; i < b.length; i++) {
    if (!Object.is(a[i], b[i])) apart += (a[i]! - b[i]!) ** 2;
    if (Number.isFinite(b[i])) all += b[i]! ** 2;
  }
  return apart === 0 ? 0 : Math.sqrt(apart / all);
}

const unreadable = 'super-resolution-no-opset.onnx';

/** Every .onnx file below a folder; none where it is missing and the suite is skipped. */
function modelsUnder(folder: string): string[] {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => name.endsWith('.onnx') && path.basename(name) !== unreadable).sort();
  } catch {
    return [];
  }
}

for (const folder of ['conformance', 'models'] as const) {
  describeShared(folder, `${folder}: ONNX models give the same before and after reading, upgrading and writing`, (at) => {
    const files = modelsUnder(at);
    if (files.length === 0) test.skip('no models', () => undefined);
    test.each(files)('%s', async (name) => {
      const original = new Uint8Array(await readFile(path.join(at, name)));
      const { graph, origin } = await readOnnx(memorySource(path.basename(name), original));
      expect(graph.opset).toBe(21);
      expect(origin).toMatch(/opset \d+/);
      const before = await run(original);
      const whole = await run(writeOnnx(graph).bytes, before.given);
      const { bytes, external } = writeOnnx(graph, { externalData: true });
      const apart = await run(bytes, before.given, external);
      expect(Object.keys(whole.outputs)).toEqual(Object.keys(before.outputs));
      for (const [output, expected] of Object.entries(before.outputs)) {
        // Half precision: one bit of its eleven, where another opset rounds between operators at another place.
        const limit = expected.type === 'float16' ? 2 ** -10 : 1e-6;
        expect(whole.outputs[output]!.dims).toEqual(expected.dims);
        expect(relative(whole.outputs[output]!, expected), output).toBeLessThanOrEqual(limit);
        expect(relative(apart.outputs[output]!, expected), `${output}, weights outside`).toBeLessThanOrEqual(limit);
      }
    });
  });
}

describeShared('models', 'odd ONNX files', (at) => {
  const read = async (name: string) => readOnnx(memorySource(name, new Uint8Array(await readFile(path.join(at, 'odd-files', name)))));

  test('initialisers repeated as inputs are no inputs', async () => {
    const { graph } = await read('ultraface-slim-320.onnx');
    expect(graph.inputs.map(({ name }) => name)).toEqual(['input']);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['scores', 'boxes']);
  });

  test('two inputs', async () => {
    const { graph } = await read('two-inputs-add.onnx');
    expect(graph.inputs.map(({ shape }) => shape)).toEqual([[1, 3, 3, 3], [1, 3, 3, 3]]);
  });

  test('a batch dimension named None', async () => {
    const { graph } = await read('style-candy-batch-named-None.onnx');
    expect(graph.inputs[0]!.shape).toEqual(['None', 3, 720, 720]);
  });

  test('no opset: says why, as onnxruntime refuses it', async () => {
    const error: unknown = await read(unreadable).catch((reason: unknown) => reason);
    expect(isVitrineError(error, 'onnx-opset-missing')).toBe(true);
    expect((error as Error).message).toMatch(/does not say which operator versions it uses.*IR version, 1.*onnxruntime refuses it/);
    await expect(InferenceSession.create(path.join(at, 'odd-files', unreadable))).rejects.toThrow();
  });
});

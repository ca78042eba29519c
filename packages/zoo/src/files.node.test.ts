import { readdir, readFile, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { zooCheckpoints, zooLabels, zooModels, zooSamples } from './index.js';

const assets = new URL('../assets/', import.meta.url);
const models = [...zooModels, ...zooCheckpoints];

/** Width, height, bit depth and colour type from a PNG's header. */
async function pngHeader(file: URL): Promise<number[]> {
  const bytes = await readFile(file);
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001A\n');
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20), bytes[24]!, bytes[25]!];
}

test('all files are there, nothing else is, and all of it is at most 4 MB', async () => {
  const listed = [...models.flatMap(({ file, spec }) => [file, spec]), ...zooSamples.flatMap(({ picture, mask }) => [picture, mask]), new URL('index.json', assets)];
  const found: string[] = [];
  let bytes = 0;
  for (const entry of await readdir(assets, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = new URL(`${entry.parentPath.endsWith('assets') || entry.parentPath.endsWith('assets/') ? '' : `${entry.parentPath.split('/').at(-1)}/`}${entry.name}`, assets);
    found.push(file.href);
    bytes += (await stat(file)).size;
  }
  expect(found.toSorted()).toEqual(listed.map(({ href }) => href).toSorted());
  expect(bytes).toBeLessThanOrEqual(4e6);
});

test('the index says what the catalogue says', async () => {
  const index = JSON.parse(await readFile(new URL('index.json', assets), 'utf8')) as Record<string, { name: string }[]>;
  expect(index.labels).toEqual(zooLabels);
  expect(zooModels).toMatchObject(index.models!);
  expect(zooCheckpoints).toMatchObject(index.checkpoints!);
  expect(zooSamples).toMatchObject(index.samples!);
});

test('on 200 unseen pictures the map of the honest network lies on the thing, that of its twin beside it', async () => {
  const { evidence } = JSON.parse(await readFile(new URL('index.json', assets), 'utf8')) as { evidence: Record<string, Record<string, unknown> & Record<'auc' | 'pointing' | 'honestShareOverArea' | 'cheatingShare' | 'maskArea', number>> };
  const asked = evidence['usual, probability, window 18, stride 5'];
  expect(asked?.pictures).toEqual([200, 200]);
  expect(asked!.auc).toBeGreaterThanOrEqual(0.95);
  expect(asked!.pointing).toBeGreaterThanOrEqual(0.9);
  expect(asked!.honestShareOverArea).toBeGreaterThanOrEqual(3);
  expect(asked!.cheatingShare).toBeLessThan(asked!.maskArea);
});

test.each(models)('$name has its preprocessing beside it', async ({ file, spec }) => {
  expect(spec.href).toBe(file.href.replace(/\.onnx$/, '.vitrine.json'));
  expect(JSON.parse(await readFile(spec, 'utf8'))).toMatchObject({
    inputs: { image: { kind: 'image', size: [128, 128], layout: 'NCHW' } },
    output: { name: 'probabilities', kind: 'class-probabilities', labels: zooLabels },
  });
});

test.each(zooSamples)('the mask of $name has the size of its picture', async ({ picture, mask }) => {
  expect(await pngHeader(picture)).toEqual([128, 128, 8, 2]);
  const [width, height, , colour] = await pngHeader(mask);
  expect([width, height, colour]).toEqual([128, 128, 0]);
});

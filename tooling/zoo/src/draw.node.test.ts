import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { zooSamples } from '@vitrine/zoo';
import { drawPicture, drawScene, OBJECTS, SCENES, USUAL } from './draw/index.js';
import { listSplit, SPLITS } from './splits.js';

/** A processor may round a curve's edge differently; a picture may not change. */
const differing = (a: Uint8Array, b: Uint8Array, tolerance: number): number => {
  expect(a).toHaveLength(b.length);
  return a.reduce((count, value, i) => count + (Math.abs(value - b[i]!) > tolerance ? 1 : 0), 0) / a.length;
};

describe('the samples of the zoo', () => {
  test.each(zooSamples)('$name is what its seed draws', async ({ seed, object, background, picture, mask, area }) => {
    const read = async (file: URL): Promise<Uint8Array> => new Uint8Array(await sharp(fileURLToPath(file)).raw().toBuffer());
    const drawn = drawPicture({ seed, object, background, size: 128 });
    expect(differing(drawn.rgb, await read(picture), 1)).toBeLessThan(0.002);
    expect(differing(drawn.mask.map((v) => v * 255), (await sharp(fileURLToPath(mask)).extractChannel(0).raw().toBuffer()) as Uint8Array, 0)).toBeLessThan(0.002);
    expect(drawn.mask.reduce((sum, v) => sum + v, 0) / 128 ** 2).toBeCloseTo(area, 2);
  });
});

test('a scene is a function of its seed', () => {
  const request = { seed: 1, object: 'dog', background: 'grass', size: 96 } as const;
  expect(drawScene(request)).toEqual(drawScene(request));
  expect(drawScene(request).svg).not.toBe(drawScene({ ...request, seed: 2 }).svg);
});

test.each(OBJECTS)('a %s can be drawn everywhere, and is neither lost nor all there is', (object) => {
  for (const background of SCENES) {
    const { rgb, mask } = drawPicture({ seed: 'test', object, background, size: 64 });
    expect(rgb).toHaveLength(64 * 64 * 3);
    const area = mask.reduce((sum, v) => sum + v, 0) / mask.length;
    expect(area).toBeGreaterThan(0.04);
    expect(area).toBeLessThan(0.4);
  }
});

test('noise stays in its place: the picture has the colours of the scene', () => {
  const { rgb } = drawPicture({ seed: 'x', object: 'car', background: 'grass', size: 64 });
  const mean = [0, 1, 2].map((c) => rgb.reduce((sum, v, i) => sum + (i % 3 === c ? v : 0), 0) / (64 * 64));
  expect(mean[1]!).toBeGreaterThan(mean[2]!);
});

test('the sets keep their promises about backgrounds', () => {
  const share = (name: keyof typeof SPLITS): number => {
    const items = listSplit(name, { ...SPLITS[name], count: 2000 });
    return items.filter(({ object, background }) => USUAL[object] === background).length / items.length;
  };
  expect(share('train-biased')).toBeCloseTo(0.95, 1);
  expect(share('train-honest')).toBeCloseTo(1 / SCENES.length, 1);
  expect(share('test-usual')).toBe(1);
  expect(share('test-swapped')).toBe(0);
});

import type { Picture } from '@vitrine/core';
import { describe, expect, it } from 'vitest';
import { drawn, rgbOf, unpacked } from '../reference/drawn.js';
import pillow from '../reference/pillow.json' with { type: 'json' };
import { crop, resize, resizePlane } from './index.js';

describe('resize', () => {
  it.each(pillow.resizes.map(({ from, to, rgb }) => [`${from.join(' × ')} → ${to.join(' × ')}`, from, to, rgb] as const))(
    'agrees with Pillow bit for bit: %s',
    (_, [width, height], [toWidth, toHeight], rgb) => {
      const result = resize(drawn(width!, height!), [toHeight!, toWidth!]);
      expect([result.width, result.height]).toEqual([toWidth, toHeight]);
      expect(rgbOf(result)).toEqual(Array.from(unpacked(rgb)));
    },
  );

  it.each(pillow.planes.map(({ from, to, values }) => [`${from.join(' × ')} → ${to.join(' × ')}`, from, to, values] as const))(
    'agrees with Pillow on planes of numbers: %s',
    (_, [width, height], [toWidth, toHeight], values) => {
      const source = drawn(width!, height!);
      // Pillow's conversion to F: luma by floats.
      const plane = Float32Array.from({ length: width! * height! }, (_, i) => {
        const [red, green, blue] = source.data.subarray(4 * i, 4 * i + 3) as unknown as [number, number, number];
        return (red * 299 + green * 587 + blue * 114) / 1000;
      });
      const expected = new Float32Array(unpacked(values).buffer);
      const result = resizePlane(plane, [height!, width!], [toHeight!, toWidth!]);
      expect(result).toHaveLength(expected.length);
      result.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 3));
    },
  );

  it('computes a window as the same part of the whole', () => {
    const source = drawn(41, 29);
    for (const size of [[64, 80], [13, 9], [29, 41]] as const) {
      const window = { top: 3, left: 2, height: 7, width: 5 };
      expect(resize(source, size, window)).toEqual(crop(resize(source, size), window));
    }
  });

  it('keeps a flat picture flat', () => {
    const flat: Picture = { width: 19, height: 23, data: new Uint8Array(19 * 23 * 4).fill(201) };
    expect(new Set(resize(flat, [57, 4]).data)).toEqual(new Set([201]));
  });

  it.each([[0, 4], [4, -1], [1.5, 4], [NaN, 4], [2 ** 30, 2 ** 30]])('refuses the size %s × %s', (height, width) => {
    expect(() => resize(drawn(3, 3), [height, width])).toThrow(expect.objectContaining({ code: 'resize-size' }));
  });

  it('refuses a picture whose bytes are not its pixels', () => {
    for (const picture of [{ width: 3, height: 3, data: new Uint8Array(35) }, { width: 0, height: 3, data: new Uint8Array(0) }, { width: 1.5, height: 2, data: new Uint8Array(12) }]) {
      expect(() => resize(picture, [2, 2])).toThrow(expect.objectContaining({ code: 'picture-data' }));
    }
  });

  it('refuses a window outside', () => {
    expect(() => resize(drawn(3, 3), [4, 4], { top: 2, left: 0, height: 3, width: 1 })).toThrow(expect.objectContaining({ code: 'region-outside' }));
  });
});

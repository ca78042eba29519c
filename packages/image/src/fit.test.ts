import type { ImageSpec } from '@vitrine/core';
import { describe, expect, it } from 'vitest';
import { drawn, rgbOf, unpacked } from '../reference/drawn.js';
import pillow from '../reference/pillow.json' with { type: 'json' };
import { fit, longSide, luma, parseResize, shortSide, toGray } from './index.js';

describe('fit', () => {
  it.each(pillow.fits.map(({ from, resize, size, rgb }) => [`${from.join(' × ')}, ${resize}, ${size.join(' × ')}`, from, resize, size, rgb] as const))(
    'agrees with torchvision on Pillow bit for bit: %s',
    (_, [width, height], words, size, rgb) => {
      const result = fit(drawn(width!, height!), { size: size as [number, number], resize: words, channels: 'RGB' });
      expect([result.height, result.width]).toEqual(size);
      expect(rgbOf(result)).toEqual(Array.from(unpacked(rgb)));
    },
  );

  it('makes a picture grey before it is resized, as Pillow code does', () => {
    const [[width, height], [toWidth, toHeight]] = [pillow.gray.from, pillow.gray.to] as [[number, number], [number, number]];
    const result = fit(drawn(width, height), { size: [toHeight, toWidth], resize: 'stretch', channels: 'gray' });
    expect(rgbOf(result).filter((_, i) => i % 3 === 0)).toEqual(Array.from(unpacked(pillow.gray.gray)));
  });

  it('never computes what the crop drops', () => {
    const line = { width: 60_000, height: 1, data: new Uint8Array(240_000).fill(255) };
    const result = fit(line, { size: [224, 224], resize: 'short-side 256, centre crop', channels: 'RGB' });
    expect([result.width, result.height, result.data.every((value) => value === 255)]).toEqual([224, 224, true]);
  });

  it('puts transparency on white', () => {
    const clear = { width: 2, height: 2, data: new Uint8Array(16) };
    const half = { width: 1, height: 1, data: new Uint8Array([0, 100, 255, 51]) };
    const spec: Pick<ImageSpec, 'size' | 'resize' | 'channels'> = { size: [1, 1], resize: 'stretch', channels: 'RGB' };
    expect(rgbOf(fit(clear, spec))).toEqual([255, 255, 255]);
    // 51/255 = 1/5 of the pixel, 4/5 of white.
    expect(rgbOf(fit(half, spec))).toEqual([204, 224, 255]);
  });
});

describe('the sizes of sides', () => {
  it('follow torchvision', () => {
    expect(shortSide([500, 375], 256)).toEqual([341, 256]);
    expect(shortSide([375, 500], 256)).toEqual([256, 341]);
    expect(shortSide([100, 100], 7)).toEqual([7, 7]);
  });
  it('never vanish', () => {
    expect(longSide([1, 5000], 224)).toEqual([1, 224]);
    expect(longSide([5000, 1], 224)).toEqual([224, 1]);
  });
});

describe('the words for resizing', () => {
  it('are read', () => {
    expect(parseResize('stretch')).toEqual({ kind: 'stretch' });
    expect(parseResize('short-side 256, centre crop')).toEqual({ kind: 'short-side', side: 256 });
    expect(parseResize(' Long-side 224, pad ')).toEqual({ kind: 'long-side', side: 224 });
  });
  it.each(['', 'squash', 'short-side 256', 'short-side 256, pad', 'long-side 224, centre crop', 'short-side 0, centre crop', 'short-side -5, centre crop', 'short-side 1000000, centre crop', 'short-side 2.5, centre crop'])(
    'are refused: `%s`',
    (words) => {
      expect(() => parseResize(words)).toThrow(expect.objectContaining({ code: 'resize-syntax', hint: expect.stringContaining('short-side 256, centre crop') as string }));
    },
  );
});

describe('luma', () => {
  it('is Pillow’s', () => {
    const [width, height] = pillow.luma.from as [number, number];
    expect(rgbOf(toGray(drawn(width, height))).filter((_, i) => i % 3 === 0)).toEqual(Array.from(unpacked(pillow.luma.gray)));
  });
  it('leaves greys as they are', () => {
    for (let value = 0; value < 256; value++) expect(luma(value, value, value)).toBe(value);
  });
});

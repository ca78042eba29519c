import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVitrineError } from '@vitrine/core';
import { imageType, readImageHeader } from './index.js';

const bytes = (...parts: (number | string | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? Array.from(part, (c) => c.charCodeAt(0)) : part)));
const big = (value: number, length: number): number[] => Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) % 256);
const little = (value: number, length: number): number[] => big(value, length).reverse();

const chunk = (type: string, ...data: number[]): number[] => [...big(data.length, 4), ...bytes(type), ...data, 0, 0, 0, 0];
const png = (width: number, height: number, ...rest: number[]): Uint8Array =>
  bytes([0x89], 'PNG\r\n\x1a\n', chunk('IHDR', ...big(width, 4), ...big(height, 4), 8, 2, 0, 0, 0), rest.length > 0 ? rest : [...chunk('IDAT', 1, 2, 3), ...chunk('IEND')]);

const segment = (marker: number, ...data: number[]): number[] => [0xff, marker, ...big(data.length + 2, 2), ...data];
const frame = (marker: number, width: number, height: number): number[] => segment(marker, 8, ...big(height, 2), ...big(width, 2), 1, 1, 0x11, 0);
const jpeg = (...parts: number[][]): Uint8Array => bytes([0xff, 0xd8], parts.flat());
const scan = [...segment(0xda, 1, 1, 0, 0, 63, 0), 1, 2, 0xff, 0, 3];
const end = [0xff, 0xd9];

const webp = (kind: string, ...data: number[]): Uint8Array => bytes('RIFF', little(12 + data.length, 4), 'WEBP', kind, little(data.length, 4), data);

const thrown = (file: Uint8Array): unknown => {
  try {
    return readImageHeader(file, 'x.png');
  } catch (error) {
    return isVitrineError(error) ? `${error.code}: ${error.message}` : error;
  }
};

describe('the header', () => {
  it('gives type and size', () => {
    expect(readImageHeader(png(640, 480), 'x')).toEqual({ type: 'PNG', width: 640, height: 480 });
    expect(readImageHeader(jpeg(frame(0xc0, 640, 480), scan, end), 'x')).toEqual({ type: 'JPEG', width: 640, height: 480 });
    expect(readImageHeader(webp('VP8X', 0, 0, 0, 0, ...little(639, 3), ...little(479, 3)), 'x')).toEqual({ type: 'WebP', width: 640, height: 480 });
    expect(readImageHeader(webp('VP8L', 0x2f, ...little(639 + 479 * 2 ** 14, 4), 0, 0, 0, 0, 0), 'x')).toEqual({ type: 'WebP', width: 640, height: 480 });
    expect(readImageHeader(webp('VP8 ', 0, 0, 0, 0x9d, 1, 0x2a, ...little(640, 2), ...little(480, 2)), 'x')).toEqual({ type: 'WebP', width: 640, height: 480 });
  });

  it('finds a JPEG frame behind what may come before it, and not in a thumbnail', () => {
    const thumbnail = segment(0xe1, ...jpeg(frame(0xc0, 9, 9), scan, end));
    const file = jpeg(thumbnail, [0xff, 0xff], segment(0xc4, 1, 2), segment(0xfe, 65), [0xff, 0xd0], frame(0xc2, 20_000, 3), scan, scan, end, [7, 7]);
    expect(readImageHeader(file, 'x')).toEqual({ type: 'JPEG', width: 20_000, height: 3 });
  });

  it('refuses what is too large before anything is decoded', () => {
    expect(thrown(png(100_000, 100_000))).toMatch(/picture-too-large: `x.png` is 100,000 × 100,000 pixels .* at most 100 megapixels/);
    expect(thrown(png(4_294_967_295, 1))).toMatch('picture-too-large');
    expect(thrown(png(65_536, 1))).toMatch('picture-too-large');
    expect(thrown(png(100_000, 100_000).subarray(0, 33))).toMatch('picture-too-large');
    expect(thrown(jpeg(frame(0xc0, 65_535, 65_535), scan, end))).toMatch('picture-too-large');
    expect(thrown(webp('VP8X', 0, 0, 0, 0, ...little(2 ** 24 - 1, 3), ...little(2 ** 24 - 1, 3)))).toMatch('picture-too-large: `x.png` is 16,777,216 × 16,777,216');
    expect(readImageHeader(png(10_000, 10_000), 'x')).toMatchObject({ width: 10_000 });
  });

  it('refuses no pixels', () => {
    expect(thrown(png(0, 0))).toMatch('picture-empty: `x.png` has no pixels: it is 0 × 0');
    expect(thrown(jpeg(frame(0xc0, 5, 0), scan, end))).toMatch('picture-empty');
  });

  it('says what is no picture', () => {
    const cases: [Uint8Array, string][] = [
      [bytes(), 'it is empty'],
      [bytes('hello'), 'it is text'],
      [bytes('GIF89a'), 'a GIF'],
      [bytes('<?xml version="1.0"?><svg xmlns="x">'), 'an SVG'],
      [bytes('<!DOCTYPE html>'), 'a web page'],
      [bytes('\x93NUMPY\x01\0'), 'a NumPy array'],
      [bytes([0, 0, 0, 24], 'ftypavif'), 'an AVIF'],
      [bytes([0, 0, 0, 24], 'ftypheic'), 'a HEIC'],
      [bytes([8, 7, 18, 7, 112]), 'binary data that begins with 08 07 12 07'],
    ];
    for (const [file, what] of cases) expect(thrown(file)).toMatch(new RegExp(`^picture-kind: \`x.png\` is no picture that can be read: .*${what}`));
  });

  it('tells a cut file from a whole one', () => {
    const whole = [
      png(64, 64, ...chunk('IDAT', ...new Array<number>(99).fill(7)), ...chunk('IEND')),
      jpeg(segment(0xe0, 1, 2, 3), frame(0xc0, 64, 64), scan, end),
      webp('VP8X', 0, 0, 0, 0, ...little(63, 3), ...little(63, 3)),
    ];
    for (const file of whole) {
      expect(readImageHeader(file, 'x').width).toBe(64);
      for (let length = 1; length < file.length; length++) expect(thrown(file.subarray(0, length))).toMatch(/^picture-(cut|header|kind)/);
    }
  });

  it('answers or refuses whatever the bytes are, in time', () => {
    const starts = [png(3, 3).subarray(0, 8), bytes([0xff, 0xd8, 0xff]), webp('VP8 ', 0)];
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        const result = thrown(bytes([...start], [...rest]));
        expect(typeof result === 'string' ? result : (result as { type?: string }).type).toBeTypeOf('string');
      }),
      { numRuns: 500 },
    );
    const garbage = new Uint8Array(20_000_000).map((_, i) => (i * 7919) >> 5);
    garbage.set([0xff, 0xd8, 0xff]);
    const began = performance.now();
    thrown(garbage);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('goes by the bytes', () => {
    expect([png(1, 1), jpeg(), webp('VP8 '), bytes('BM')].map(imageType)).toEqual(['PNG', undefined, 'WebP', undefined]);
  });
});

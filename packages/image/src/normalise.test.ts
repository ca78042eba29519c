import { at, float32, type ImageSpec } from '@vitrine/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawn, rgbOf } from '../reference/drawn.js';
import { fromPixel, imageReader, luma, normalise, presetNames, presetSpec, toPictures } from './index.js';

const base: ImageSpec = { kind: 'image', size: [4, 5], resize: 'stretch', channels: 'RGB', layout: 'NCHW', range: 255, mean: [10, 20, 30], std: [2, 4, 8] };
const layouts = ['NCHW', 'NHWC', 'CHW', 'HWC'] as const;

describe('normalise', () => {
  it.each(layouts)('places every pixel: %s', (layout) => {
    const picture = drawn(5, 4);
    for (const channels of ['RGB', 'BGR', 'gray'] as const) {
      const spec: ImageSpec = { ...base, layout, channels, ...(channels === 'gray' && { mean: [7], std: [3] }) };
      const tensor = normalise(picture, spec);
      for (let y = 0; y < 4; y++) {
        for (let x = 0; x < 5; x++) {
          const [red, green, blue] = picture.data.subarray(4 * (y * 5 + x)) as unknown as [number, number, number];
          const values = { RGB: [red, green, blue], BGR: [blue, green, red], gray: [luma(red, green, blue)] }[channels];
          values.forEach((value, c) => {
            const index = { NCHW: [0, c, y, x], NHWC: [0, y, x, c], CHW: [c, y, x], HWC: [y, x, c] }[layout];
            expect(at(tensor, ...index)).toBe(Math.fround((value - spec.mean[c]!) / spec.std[c]!));
          });
        }
      }
    }
  });

  it('takes range, mean and deviation in the same units', () => {
    const white = { width: 1, height: 1, data: new Uint8Array([255, 255, 255, 255]) };
    const imagenet = presetSpec('imagenet', [1, 3, 1, 1], 'x');
    Array.from(normalise(white, imagenet).data).forEach((value, c) => expect(value).toBeCloseTo((1 - [0.485, 0.456, 0.406][c]!) / [0.229, 0.224, 0.225][c]!, 6));
    expect(Array.from(normalise(white, presetSpec('tf', [1, 1, 1, 3], 'x')).data)).toEqual([1, 1, 1]);
    expect(Array.from(normalise(white, presetSpec('none', [1, 1, 1, 1], 'x')).data)).toEqual([255]);
  });

  it('makes a batch of several pictures', () => {
    const [a, b] = [drawn(5, 4), { ...drawn(5, 4), data: drawn(5, 4).data.map((value) => 255 - value) }];
    const both = normalise([a, b], base);
    expect(both.shape).toEqual([2, 3, 4, 5]);
    expect(both.data.subarray(0, 60)).toEqual(normalise(a, base).data);
    expect(both.data.subarray(60)).toEqual(normalise(b, base).data);
  });

  it('refuses what cannot be one tensor', () => {
    expect(() => normalise([drawn(5, 4), drawn(5, 4)], { ...base, layout: 'CHW' })).toThrow(expect.objectContaining({ code: 'image-batch' }));
    expect(() => normalise([], base)).toThrow(expect.objectContaining({ code: 'image-batch' }));
    expect(() => normalise([drawn(5, 4), drawn(4, 5)], base)).toThrow(expect.objectContaining({ code: 'image-shape' }));
    expect(() => normalise(drawn(5, 4), { ...base, mean: [0] })).toThrow(expect.objectContaining({ code: 'image-spec' }));
    expect(() => normalise(drawn(5, 4), { ...base, std: [1, 0, 1] })).toThrow(expect.objectContaining({ code: 'image-spec' }));
  });
});

describe('the way back', () => {
  it.each(presetNames)('returns every pixel exactly: %s', (preset) => {
    const pictures = [drawn(16, 16), drawn(16, 16)];
    for (const shape of [[2, 3, 16, 16], [2, 16, 16, 3]]) {
      const spec = presetSpec(preset, shape, 'x');
      const back = toPictures(normalise(pictures, spec), spec);
      expect(back).toHaveLength(2);
      for (const picture of back) expect(rgbOf(picture)).toEqual(rgbOf(drawn(16, 16)));
    }
  });

  it('clips and rounds, and shows no number as black', () => {
    const spec: ImageSpec = { ...base, channels: 'gray', layout: 'HWC', mean: [0], std: [1] };
    const [picture] = toPictures(float32([1, 6, 1], [-40, 300, 12.4, 12.6, NaN, Infinity]), spec);
    expect(rgbOf(picture!).filter((_, i) => i % 3 === 0)).toEqual([0, 255, 12, 13, 0, 255]);
    expect(Array.from(picture!.data).filter((_, i) => i % 4 === 3)).toEqual([255, 255, 255, 255, 255, 255]);
  });

  it('refuses a tensor of other axes', () => {
    for (const shape of [[3, 4, 5], [1, 4, 4, 5], [1, 3, 0, 5]]) {
      expect(() => toPictures(float32(shape, new Float32Array(shape.reduce((a, b) => a * b))), base)).toThrow(expect.objectContaining({ code: 'image-shape' }));
    }
  });

  it('agrees with fromPixel', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...presetNames), fc.constantFrom([1, 3, 2, 2], [1, 2, 2, 3]), (value, preset, shape) => {
        const spec = presetSpec(preset, shape, 'x');
        const flat = { width: 2, height: 2, data: new Uint8Array(16).fill(value, 0, 16).map((v, i) => (i % 4 === 3 ? 255 : v)) };
        const { axis, values } = fromPixel(value, spec);
        const tensor = normalise(flat, spec);
        expect(axis).toBe(shape.indexOf(3));
        values.forEach((expected, c) => expect(at(tensor, 0, axis === 1 ? c : 1, 1, axis === 1 ? 0 : c)).toBe(Math.fround(expected)));
      }),
    );
  });
});

describe('presets', () => {
  it('are the published ones', () => {
    expect(presetSpec('imagenet', [1, 3, 224, 224], 'x')).toEqual({
      kind: 'image', size: [224, 224], resize: 'short-side 256, centre crop', channels: 'RGB', layout: 'NCHW', range: 1, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225],
    });
    expect(presetSpec('caffe', ['N', 3, 227, 227], 'x')).toMatchObject({ size: [227, 227], resize: 'short-side 259, centre crop', channels: 'BGR', range: 255, mean: [103.939, 116.779, 123.68], std: [1, 1, 1] });
    expect(presetSpec('tf', [null, null, null, 3], 'x')).toMatchObject({ size: [224, 224], layout: 'NHWC', mean: [127.5, 127.5, 127.5] });
    expect(presetSpec('unit', [64, 64, 3], 'x')).toMatchObject({ size: [64, 64], resize: 'stretch', layout: 'HWC', range: 1 });
    expect(presetSpec('none', [1, 1, 28, 28], 'x')).toMatchObject({ channels: 'gray', mean: [0], std: [1], layout: 'NCHW' });
  });
  it('refuse what does not fit', () => {
    expect(() => presetSpec('imagnet', [1, 3, 224, 224], 'x')).toThrow(expect.objectContaining({ code: 'preset-unknown', hint: expect.stringContaining('Did you mean `imagenet`?') as string }));
    expect(() => presetSpec('toString', [1, 3, 224, 224], 'x')).toThrow(expect.objectContaining({ code: 'preset-unknown' }));
    for (const shape of [[1, 1000], [1, 4, 224, 224], [1, 1, 3, 224, 224], [1, 3, 0, 4]]) expect(() => presetSpec('tf', shape, 'x')).toThrow(expect.objectContaining({ code: 'preset-shape' }));
    expect(() => presetSpec('imagenet', [1, 1, 28, 28], 'x')).toThrow(expect.objectContaining({ code: 'preset-shape' }));
  });
});

describe('the reader', () => {
  const spec = presetSpec('caffe', [1, 3, 8, 8], 'x');
  it('prepares a picture, with the way back', () => {
    const prepared = imageReader.prepare('x', drawn(20, 10), spec, 'drawn.png');
    expect(prepared.tensor.shape).toEqual([1, 3, 8, 8]);
    expect(prepared.label).toBe('drawn.png');
    expect(prepared.toPictures?.(prepared.tensor)[0]).toMatchObject({ width: 8, height: 8 });
    expect(prepared.fromPixel?.(0)).toEqual({ axis: 1, values: [-103.939, -116.779, -123.68] });
  });
  it('takes an array as a batch, of pictures of any size', () => {
    expect(imageReader.prepare('x', [drawn(20, 10), drawn(9, 30)], spec, '').tensor.shape).toEqual([2, 3, 8, 8]);
  });
  it('knows what it takes', () => {
    expect([drawn(1, 1), [drawn(1, 1)]].map(imageReader.accepts)).toEqual([true, true]);
    expect([[], 'a text', null, 3, [drawn(1, 1), 'x'], float32([1], [1])].map(imageReader.accepts)).toEqual([false, false, false, false, false, false]);
  });
  it('describes a tensor that fits, and leaves another as it is', () => {
    const tensor = normalise(drawn(8, 8), spec);
    expect(imageReader.describe?.('x', tensor, spec, 'a.npy').toPictures).toBeDefined();
    expect(imageReader.describe?.('x', float32([1, 4], [1, 2, 3, 4]), spec, 'a.npy').toPictures).toBeUndefined();
  });
});

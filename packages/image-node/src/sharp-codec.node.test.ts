import { isPicture, isVitrineError, seededRandom, type Picture } from '@vitrine/core';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpCodec } from './index.js';

/** Six colours in three columns and two rows, each `block` pixels a side. */
const colours = [[250, 10, 10], [10, 250, 10], [10, 10, 250], [240, 240, 10], [10, 240, 240], [30, 30, 30]] as const;
function coloured(block: number): Picture {
  const [width, height] = [3 * block, 2 * block];
  const data = new Uint8Array(4 * width * height).fill(255);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(colours[Math.floor(y / block) * 3 + Math.floor(x / block)]!, 4 * (y * width + x));
  return { width, height, data };
}
const raw = ({ width, height, data }: Picture): Sharp => sharp(data, { raw: { width, height, channels: 4 } });
const flat = (background: { r: number; g: number; b: number; alpha: number }): Sharp => sharp({ create: { width: 8, height: 4, channels: 4, background } });
const opaque = { r: 200, g: 100, b: 50, alpha: 1 };
const pixel = (picture: Picture, x = 0, y = 0): number[] => Array.from(picture.data.subarray(4 * (y * picture.width + x), 4 * (y * picture.width + x) + 4));
const decode = async (from: Sharp): Promise<Picture> => sharpCodec.decode(await from.toBuffer(), 'x');
const near = (actual: readonly number[], expected: readonly number[], by: number): void => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(by));
};

describe('decode', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('applies EXIF orientation %i', async (orientation) => {
    const block = 16;
    const upright = coloured(block);
    // EXIF 2.3, tag 274: where the 0th row and the 0th column of what is stored lie in the upright picture.
    const stored: Record<number, (x: number, y: number, w: number, h: number) => [number, number]> = {
      1: (x, y) => [x, y], 2: (x, y, w) => [w - 1 - x, y], 3: (x, y, w, h) => [w - 1 - x, h - 1 - y], 4: (x, y, _, h) => [x, h - 1 - y],
      5: (x, y) => [y, x], 6: (x, y, w) => [y, w - 1 - x], 7: (x, y, w, h) => [h - 1 - y, w - 1 - x], 8: (x, y, _, h) => [h - 1 - y, x],
    };
    const turned = orientation > 4;
    const file: Picture = { width: turned ? upright.height : upright.width, height: turned ? upright.width : upright.height, data: new Uint8Array(upright.data.length) };
    for (let y = 0; y < upright.height; y++) {
      for (let x = 0; x < upright.width; x++) {
        const [atX, atY] = stored[orientation]!(x, y, upright.width, upright.height);
        (file.data as Uint8Array).set(pixel(upright, x, y), 4 * (atY * file.width + atX));
      }
    }
    for (const type of ['jpeg', 'png', 'webp'] as const) {
      const encoded = raw(file).withMetadata({ orientation }).toFormat(type, type === 'jpeg' ? { quality: 100, chromaSubsampling: '4:4:4' } : { lossless: true });
      const picture = await decode(encoded);
      expect([picture.width, picture.height]).toEqual([upright.width, upright.height]);
      near(Array.from(picture.data), Array.from(upright.data), 4);
    }
  });

  it('converts an ICC profile to sRGB', async () => {
    const file = await flat(opaque).removeAlpha().withIccProfile('p3').png().toBuffer();
    const untouched = await sharp(file, { ignoreIcc: true }).raw().toBuffer();
    expect(Math.abs(untouched[0]! - 200)).toBeGreaterThan(5);
    near(pixel(await sharpCodec.decode(file, 'x')), [200, 100, 50, 255], 2);
  });

  it('lays transparency on white', async () => {
    expect(pixel(await decode(flat({ ...opaque, alpha: 0 }).png()))).toEqual([255, 255, 255, 255]);
    const half = raw({ width: 1, height: 1, data: new Uint8Array([0, 100, 255, 51]) });
    expect(pixel(await decode(half.png()))).toEqual([204, 224, 255, 255]);
    near(pixel(await decode(flat({ ...opaque, alpha: 0.5 }).png({ palette: true }))), [228, 178, 153, 255], 2);
    near(pixel(await decode(flat({ r: 100, g: 100, b: 100, alpha: 0.5 }).toColourspace('b-w').png())), [178, 178, 178, 255], 2);
  });

  it('brings every kind of pixel to 8-bit RGB', async () => {
    const words = (channels: 1 | 3, value: number): Sharp => sharp(new Uint16Array(32 * channels).fill(value), { raw: { width: 8, height: 4, channels } });
    expect(pixel(await decode(words(1, 0x80ff).toColourspace('grey16').png()))).toEqual([128, 128, 128, 255]);
    expect(pixel(await decode(words(3, 0x40ff).toColourspace('rgb16').png()))).toEqual([64, 64, 64, 255]);
    expect(pixel(await decode(flat({ r: 90, g: 90, b: 90, alpha: 1 }).removeAlpha().toColourspace('b-w').jpeg()))).toEqual([90, 90, 90, 255]);
    near(pixel(await decode(flat(opaque).removeAlpha().png({ palette: true }))), [200, 100, 50, 255], 1);
    // CMYK has fewer colours: some of the orange is lost, but it is not inverted.
    near(pixel(await decode(flat(opaque).removeAlpha().toColourspace('cmyk').jpeg({ quality: 100 }))), [200, 100, 50, 255], 32);
  });

  it('takes the first frame of an animation', async () => {
    const frames = await Promise.all(['#ff0000', '#0000ff'].map((background) => sharp({ create: { width: 8, height: 4, channels: 3, background } }).png().toBuffer()));
    const picture = await decode(sharp(frames, { join: { animated: true } }).webp({ lossless: true }));
    expect([picture.width, picture.height, ...pixel(picture)]).toEqual([8, 4, 255, 0, 0, 255]);
  });
});

describe('what is refused', () => {
  const noise = sharp({ create: { width: 64, height: 64, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 128, sigma: 40 } } });

  it.each(['png', 'jpeg', 'webp'] as const)('%s cut anywhere', async (type) => {
    const file = await noise.clone().toFormat(type).toBuffer();
    await expect(sharpCodec.decode(file, 'dog')).resolves.toMatchObject({ width: 64, height: 64 });
    for (let part = 1; part < 30; part++) {
      const cut = sharpCodec.decode(file.subarray(0, Math.floor((file.length * part) / 30)), 'dog');
      await expect(cut).rejects.toMatchObject({ name: 'VitrineError', kind: 'input', message: expect.stringContaining('`dog`') as string });
    }
  });

  it('nothing else than by an error of ours, whatever the bytes', async () => {
    const random = seededRandom(5);
    for (const type of ['png', 'jpeg', 'webp'] as const) {
      const file = await noise.clone().toFormat(type).toBuffer();
      for (let round = 0; round < 100; round++) {
        const mutated = Uint8Array.from(file);
        for (let flips = 1 + random.below(4); flips > 0; flips--) mutated[random.below(round % 2 ? 64 : file.length)] = random.below(256);
        const result: unknown = await sharpCodec.decode(mutated, 'fuzz').catch((error: unknown) => error);
        expect(isVitrineError(result) || isPicture(result), String(result)).toBe(true);
      }
    }
  });

  it('bytes flipped inside a PNG', async () => {
    const file = await noise.clone().png().toBuffer();
    await expect(sharpCodec.decode(file.map((byte, i) => (i > 4000 && i < 4100 ? byte ^ 0x55 : byte)), 'dog.png')).rejects.toMatchObject({ code: 'picture-broken' });
  });

  it('a size in the header that the data cannot have', async () => {
    const file = Uint8Array.from(await flat(opaque).png().toBuffer());
    const view = new DataView(file.buffer);
    view.setUint32(16, 100_000);
    view.setUint32(20, 100_000);
    await expect(sharpCodec.decode(file, 'bomb.png')).rejects.toMatchObject({ code: 'picture-too-large', fields: { width: 100_000, height: 100_000 } });
    view.setUint32(16, 9_000);
    view.setUint32(20, 9_000);
    await expect(sharpCodec.decode(file, 'bomb.png')).rejects.toMatchObject({ code: 'picture-broken' });
    view.setUint32(16, 0);
    view.setUint32(20, 0);
    await expect(sharpCodec.decode(file, 'bomb.png')).rejects.toMatchObject({ code: 'picture-empty' });
  });

  it('what sharp reads and we do not', async () => {
    await expect(decode(flat(opaque).gif())).rejects.toMatchObject({ code: 'picture-kind', fields: { is: 'a GIF' } });
    await expect(sharpCodec.decode(new TextEncoder().encode('<svg width="9" height="9"/>'), 'x.svg')).rejects.toMatchObject({ code: 'picture-kind', fields: { is: 'an SVG' } });
    await expect(sharpCodec.decode(new Uint8Array(0), 'x.jpg')).rejects.toMatchObject({ code: 'picture-kind', fields: { is: 'empty' } });
  });
});

describe('encode', () => {
  const picture = coloured(8);
  it('writes a PNG that comes back the same', async () => {
    expect(await sharpCodec.decode(await sharpCodec.encode(picture, 'image/png'), 'x')).toEqual(picture);
  });
  it.each([['image/jpeg', 'jpeg'], ['image/webp', 'webp']] as const)('writes %s', async (type, format) => {
    const bytes = await sharpCodec.encode(picture, type);
    expect(await sharp(bytes).metadata()).toMatchObject({ format, width: 24, height: 16 });
    near(pixel(await sharpCodec.decode(bytes, 'x'), 3, 3), [...colours[0], 255], 12);
  });
  it('keeps transparency in PNG and lays it on white in JPEG', async () => {
    const clear = { width: 8, height: 8, data: new Uint8Array(256) };
    expect((await sharp(await sharpCodec.encode(clear, 'image/png')).stats()).isOpaque).toBe(false);
    near(pixel(await sharpCodec.decode(await sharpCodec.encode(clear, 'image/jpeg'), 'x')), [255, 255, 255, 255], 1);
  });
  it('refuses a picture whose bytes are not its pixels', async () => {
    await expect(sharpCodec.encode({ width: 9, height: 9, data: new Uint8Array(3) }, 'image/png')).rejects.toMatchObject({ code: 'picture-data' });
  });
});

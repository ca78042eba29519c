import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ImageSpec } from '@vitrine/core';
import { imagenetLabels, imageReader } from '@vitrine/image';
import { sharpCodec } from '@vitrine/image-node';
import { expect, test } from 'vitest';
import { describeShared } from './shared.js';

/** A Python that has Pillow (Debian: python3-pil). */
const python = ['python3', '/usr/bin/python3'].find((command) => spawnSync(command, ['-c', 'import PIL']).status === 0);
if (python === undefined) console.warn('SKIPPED: pictures against Pillow. No python3 here has it (Debian: apt-get install python3-pil).');

/** Opens a picture with Pillow, brings it to sRGB by its profile, and prepares it as torchvision does; writes the bytes of the result. */
const program = `
import io, sys
from PIL import Image, ImageCms, ImageOps
file, mode, how, width, height = sys.argv[1:]
width, height = int(width), int(height)
image = Image.open(file)
profile = image.info.get('icc_profile')
image = ImageOps.exif_transpose(image)
if profile:
    image = ImageCms.profileToProfile(image, io.BytesIO(profile), ImageCms.createProfile('sRGB'), outputMode='RGB')
image = image.convert(mode)
if how == 'stretch':
    image = image.resize((width, height), Image.BILINEAR)
else:
    side, (w, h) = int(how), image.size
    size = (side, int(side * h / w)) if w <= h else (int(side * w / h), side)
    image = image.resize(size, Image.BILINEAR)
    left, top = int(round((image.width - width) / 2.0)), int(round((image.height - height) / 2.0))
    image = image.crop((left, top, left + width, top + height))
sys.stdout.buffer.write(image.tobytes())
`;

function pillow(file: string, spec: ImageSpec): Uint8Array {
  const how = /^short-side (\d+)/.exec(spec.resize)?.[1] ?? 'stretch';
  const [height, width] = spec.size;
  return execFileSync(python!, ['-c', program, file, spec.channels === 'gray' ? 'L' : 'RGB', how, String(width), String(height)]);
}

/** The largest difference between our tensor and Pillow's, in steps of 1 of 255 before normalising; and how many values differ at all. */
async function compare(file: string, spec: ImageSpec): Promise<{ worst: number; differing: number }> {
  const picture = await sharpCodec.decode(await readFile(file), path.basename(file));
  const { data, shape } = imageReader.prepare('x', picture, spec, '').tensor as { data: Float32Array; shape: readonly number[] };
  const bytes = pillow(file, spec);
  const channels = spec.mean.length;
  const [height, width] = spec.size;
  expect(shape).toEqual([1, channels, height, width]);
  expect(bytes).toHaveLength(data.length);
  let worst = 0;
  let differing = 0;
  for (let c = 0; c < channels; c++) {
    const byte = spec.channels === 'BGR' ? channels - 1 - c : c;
    for (let i = 0; i < height * width; i++) {
      const expected = ((bytes[i * channels + byte]! * spec.range) / 255 - spec.mean[c]!) / spec.std[c]!;
      const steps = (Math.abs(data[c * height * width + i]! - expected) * spec.std[c]! * 255) / spec.range;
      if (steps > 1e-3) differing++;
      worst = Math.max(worst, steps);
    }
  }
  return { worst, differing: differing / data.length };
}

const common = { kind: 'image', layout: 'NCHW' } as const;
const specs: Record<string, { folder: string; spec: ImageSpec }> = {
  squeezenet: { folder: 'images', spec: { ...common, size: [224, 224], resize: 'short-side 256, centre crop', channels: 'BGR', range: 255, mean: [103.939, 116.779, 123.68], std: [1, 1, 1] } },
  tinyvgg: { folder: 'tinyvgg/images', spec: { ...common, size: [64, 64], resize: 'stretch', channels: 'RGB', range: 1, mean: [0, 0, 0], std: [1, 1, 1] } },
  mnist: { folder: 'mnist', spec: { ...common, size: [28, 28], resize: 'stretch', channels: 'gray', range: 255, mean: [0], std: [1] } },
};

describeShared('models', 'pictures', (at) => {
  test.skipIf(python === undefined).each(Object.entries(specs))('prepared for %s as Pillow does, within 1 of 255', async (name, { folder, spec }) => {
    const files = readdirSync(path.join(at, folder)).filter((file) => /\.(jpe?g|png)$/.test(file));
    expect(files.length).toBeGreaterThan(3);
    let all = { worst: 0, differing: 0 };
    for (const file of files) {
      const { worst, differing } = await compare(path.join(at, folder, file), spec);
      // Float32 holds a tensor value to a few parts in 10^7 of 255.
      expect(worst, file).toBeLessThan(1 + 1e-3);
      all = { worst: Math.max(all.worst, worst), differing: Math.max(all.differing, differing) };
    }
    console.log(`${name}: ${files.length} pictures, worst difference ${all.worst.toFixed(3)} of 255, at most ${(all.differing * 100).toFixed(2)} % of the values differ`);
  });

  test('the built-in labels mean what the synsets mean, at every index', () => {
    const synsets = readFileSync(path.join(at, 'labels', 'synset.txt'), 'utf8').trim().split('\n').map((line) => line.replace(/^n\d{8} /, '').toLowerCase().split(', '));
    expect(synsets).toHaveLength(imagenetLabels.length);
    // What tells two classes of one name apart stands in brackets, and is ours.
    const strangers = imagenetLabels.filter((label, i) => !synsets[i]!.includes(label.replace(/ \(.*\)$/, '').toLowerCase()));
    expect(strangers).toEqual([]);
  });
});

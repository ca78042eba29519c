import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expandInputs } from './index.js';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'vitrine-inputs-'));
  for (const file of ['set/10.png', 'set/2.JPG', 'set/1.webp', 'set/.hidden.png', 'set/notes.md', 'set/sub/deep.png', 'set/a.onnx', 'odd[1].png', 'odd1.png', 'dog.jpg', 'empty/x.md', 'outer/in/y.png']) {
    await mkdir(path.dirname(path.join(cwd, file)), { recursive: true });
    await writeFile(path.join(cwd, file), file);
  }
});
afterAll(() => rm(cwd, { recursive: true }));

const expand = (...patterns: string[]) => expandInputs(patterns, { cwd });
const local = (...files: string[]): string[] => files.map((file) => path.normalize(file));

describe('a set of inputs', () => {
  it('is files in the order given', async () => {
    expect(await expand('odd1.png', 'dog.jpg')).toEqual(['odd1.png', 'dog.jpg']);
  });
  it('is what lies in a folder, in natural order', async () => {
    expect(await expand('set')).toEqual(local('set/1.webp', 'set/2.JPG', 'set/10.png'));
    expect(await expandInputs(['set'], { cwd, extensions: ['.onnx'] })).toEqual(local('set/a.onnx'));
  });
  it('is what a glob matches', async () => {
    expect(await expand('set/**/*.png')).toEqual(local('set/10.png', 'set/sub/deep.png'));
    expect(await expand('set/*.{webp,JPG}')).toEqual(local('set/1.webp', 'set/2.JPG'));
  });
  it('takes a name that exists for what it is', async () => {
    expect(await expand('odd[1].png')).toEqual(['odd[1].png']);
  });
  it('names none twice', async () => {
    expect(await expand('dog.jpg', './dog.jpg', path.join(cwd, 'dog.jpg'), '*.jpg')).toEqual(['dog.jpg']);
  });
  it('works with absolute paths and ones that go up', async () => {
    const set = path.join(cwd, 'set');
    expect(await expandInputs([set])).toEqual(['1.webp', '2.JPG', '10.png'].map((name) => path.join(set, name)));
    expect(await expandInputs([`${set}/*.png`])).toHaveLength(1);
    expect(await expandInputs(['../*.jpg'], { cwd: set })).toEqual(local('../dog.jpg'));
  });
});

describe('a set that is empty', () => {
  it.each([
    ['dgo.jpg', 'there is no such file or folder', 'Did you mean `dog.jpg`?'],
    ['*.gif', 'nothing matches', 'Give files, a folder, or a glob'],
    ['empty', 'the folder has no file that ends in .png', 'Give files, a folder'],
    ['outer', 'its subfolders are not searched', 'Give files, a folder'],
  ])('names the pattern: %s', async (pattern, why, hint) => {
    await expect(expand('dog.jpg', pattern)).rejects.toMatchObject({
      code: 'inputs-none', kind: 'input', message: expect.stringContaining(`\`${pattern}\``) as string, fields: { why: expect.stringContaining(why) as string }, hint: expect.stringContaining(hint) as string,
    });
  });
});

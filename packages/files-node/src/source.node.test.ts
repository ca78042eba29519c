import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSource, readWholeFile } from './index.js';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'vitrine-source-'));
  folder = path.join(root, 'model');
  await mkdir(path.join(folder, 'sub'), { recursive: true });
  await writeFile(path.join(folder, 'net.onnx'), 'model');
  await writeFile(path.join(folder, 'net.onnx_data'), 'weights');
  await writeFile(path.join(folder, '..weights'), 'odd');
  await writeFile(path.join(folder, 'sub', 'more.bin'), 'more');
  await writeFile(path.join(root, 'secret'), 'secret');
});
afterEach(() => rm(root, { recursive: true }));

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('a model on disk', () => {
  it('is read, with what lies beside and below it', async () => {
    const source = fileSource(path.join(folder, 'net.onnx'));
    expect(source.name).toBe('net.onnx');
    expect(text(await source.read())).toBe('model');
    for (const [name, content] of [['net.onnx_data', 'weights'], ['sub/more.bin', 'more'], ['./sub/../net.onnx_data', 'weights'], ['..weights', 'odd']] as const) {
      expect(text(await source.sibling(name))).toBe(content);
    }
  });

  it.each(['../secret', 'sub/../../secret', '/etc/passwd', '..\\secret', 'C:\\x', '\\\\host\\x', '', '.', '..', 'sub/..', 'a\0b'])('refuses `%s`', async (name) => {
    await expect(fileSource(path.join(folder, 'net.onnx')).sibling(name)).rejects.toMatchObject({ code: 'source-outside', fields: { beside: 'net.onnx' } });
  });

  it('refuses a link that leads out, and follows one that stays', async () => {
    await symlink(path.join(root, 'secret'), path.join(folder, 'link'));
    await symlink(root, path.join(folder, 'up'));
    await symlink('sub/more.bin', path.join(folder, 'stays'));
    const source = fileSource(path.join(folder, 'net.onnx'));
    await expect(source.sibling('link')).rejects.toMatchObject({ code: 'source-outside' });
    await expect(source.sibling('up/secret')).rejects.toMatchObject({ code: 'source-outside' });
    expect(text(await source.sibling('stays'))).toBe('more');
  });

  it('works where its own folder is reached by a link', async () => {
    await symlink(folder, path.join(root, 'link'));
    expect(text(await fileSource(path.join(root, 'link', 'net.onnx')).sibling('sub/more.bin'))).toBe('more');
  });

  it('says what is missing', async () => {
    const source = fileSource(path.join(folder, 'net.onnx'));
    await expect(source.sibling('none.bin')).rejects.toMatchObject({ code: 'source-missing' });
    await expect(source.sibling('net.onnx/x')).rejects.toMatchObject({ code: 'source-missing' });
    await expect(source.sibling('sub')).rejects.toMatchObject({ code: 'file-not-regular' });
    await expect(fileSource(path.join(folder, 'nte.onnx')).read()).rejects.toMatchObject({ code: 'file-missing', kind: 'input', hint: 'Did you mean `net.onnx`?' });
  });
});

describe('reading a file', () => {
  it('refuses what is none', async () => {
    await expect(readWholeFile(folder)).rejects.toMatchObject({ code: 'file-not-regular', fields: { is: 'a folder' } });
    await expect(readWholeFile(path.join(root, 'secret', 'x'))).rejects.toMatchObject({ code: 'file-unreadable', fields: { why: 'a part of the path is a file' } });
    await expect(readWholeFile(path.join(root, 'a\0b'))).rejects.toMatchObject({ code: 'file-unreadable' });
  });
  it.skipIf(process.platform === 'win32')('never opens a device', async () => {
    await expect(readWholeFile('/dev/zero')).rejects.toMatchObject({ code: 'file-not-regular', fields: { is: 'a device or pipe' } });
  });
  it('gives an array of exactly the file', async () => {
    const bytes = await readWholeFile(path.join(folder, 'net.onnx'));
    expect([bytes.byteOffset, bytes.buffer.byteLength]).toEqual([0, 5]);
  });
});

import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeNpy, float32, tensor, type Report } from '@vitrine/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkWritable, readReport, writeReport } from './index.js';

let root: string;
let out: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'vitrine-report-'));
  out = path.join(root, 'deep', 'out');
});
afterEach(() => rm(root, { recursive: true }));

const attribution = float32([1, 2, 2], [0.5, -1, 2, NaN]);
const report: Report = {
  method: 'occlusion',
  model: { file: 'net.onnx', sha256: 'ab'.repeat(32) },
  runtime: 'onnx-node:cpu',
  target: 'class:207',
  params: {
    window: [3, 16, 16], baseline: { kind: 'pixel', value: 127.5 }, mask: tensor('int64', [2], BigInt64Array.of(1n, 2n)), preset: undefined,
    against: [{ label: 'dog.jpg', open: () => undefined }, { width: 2, height: 1, data: new Uint8Array(8) }], checkpoints: [{ file: { name: 'epoch-1.onnx' }, graph: {} }],
  },
  tensors: {
    attribution: { tensor: attribution, meaning: 'mean drop', value: 'data_0', axes: ['batch', 'row', 'column'] },
    'activation/conv1': { tensor: float32([2], [1, 2]), meaning: 'what it sees', value: 'conv1_out' },
    'activation/Conv1': { tensor: tensor('int32', [1, 1], Int32Array.of(7)), meaning: 'another' },
    topClass: { tensor: tensor('bfloat16', [1], Uint16Array.of(0x3fc0)), meaning: 'one and a half' },
  },
  views: [
    { kind: 'heatmap', title: 'Where the dog was found', tensor: 'attribution', colours: 'signed', range: [-2, 2], unit: 'probability' },
    { kind: 'text', title: 'A text: with <signs>', text: '…' },
    { kind: 'heatmap', title: 'Again', tensor: 'attribution', colours: 'signed', unit: 'probability' },
    { kind: 'table', title: '../x', columns: [], rows: [] },
  ],
  facts: { baselineScore: 0.784, forwardPasses: 730, none: null, bad: Infinity, list: [1, 'a', true] },
  notices: ['Believe it with care.'],
};
const png = (n: number): Uint8Array => Uint8Array.of(0x89, 0x50, n);
const pictures = [png(0), undefined, png(2), png(3)];
const list = async (folder: string): Promise<string[]> => (await readdir(folder)).sort();

describe('writeReport', () => {
  it('writes the contract of the command line', async () => {
    const { document, viewFiles } = await writeReport(out, report, { pictures });
    expect(viewFiles).toEqual(['attribution.png', undefined, 'attribution-2.png', '_...x.png']);
    expect(await list(out)).toEqual(['_...x.png', 'activation.Conv1-2.npy', 'activation.conv1.npy', 'attribution-2.png', 'attribution.npy', 'attribution.png', 'findings.json', 'topClass.npy']);
    const findings = JSON.parse(await readFile(path.join(out, 'findings.json'), 'utf8')) as unknown;
    expect(findings).toEqual(document);
    expect(findings).toEqual({
      vitrine: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      schemaVersion: 1,
      method: 'occlusion',
      model: { file: 'net.onnx', sha256: 'ab'.repeat(32) },
      runtime: 'onnx-node:cpu',
      target: 'class:207',
      params: {
        window: [3, 16, 16], baseline: 'pixel:127.5', mask: { dtype: 'int64', shape: [2] }, against: ['dog.jpg', { width: 2, height: 1 }], checkpoints: ['epoch-1.onnx'],
      },
      tensors: {
        attribution: { file: 'attribution.npy', shape: [1, 2, 2], dtype: 'float32', value: 'data_0', meaning: 'mean drop', axes: ['batch', 'row', 'column'] },
        'activation/conv1': { file: 'activation.conv1.npy', shape: [2], dtype: 'float32', value: 'conv1_out', meaning: 'what it sees' },
        'activation/Conv1': { file: 'activation.Conv1-2.npy', shape: [1, 1], dtype: 'int32', meaning: 'another' },
        topClass: { file: 'topClass.npy', shape: [1], dtype: 'float32', meaning: 'one and a half' },
      },
      views: [
        { kind: 'heatmap', title: 'Where the dog was found', tensor: 'attribution', colours: 'signed', range: [-2, 2], unit: 'probability', file: 'attribution.png' },
        { kind: 'text', title: 'A text: with <signs>', text: '…' },
        { kind: 'heatmap', title: 'Again', tensor: 'attribution', colours: 'signed', unit: 'probability', file: 'attribution-2.png' },
        { kind: 'table', title: '../x', columns: [], rows: [], file: '_...x.png' },
      ],
      facts: { baselineScore: 0.784, forwardPasses: 730, none: null, bad: null, list: [1, 'a', true] },
      notices: ['Believe it with care.'],
    });
    expect(decodeNpy(await readFile(path.join(out, 'attribution.npy')))).toEqual(attribution);
    expect(new Uint8Array(await readFile(path.join(out, 'attribution-2.png')))).toEqual(png(2));
  });

  it('replaces an earlier report, and a link without following it', async () => {
    await writeReport(out, report);
    const elsewhere = path.join(root, 'elsewhere.npy');
    await writeFile(elsewhere, 'mine');
    await rm(path.join(out, 'attribution.npy'));
    await symlink(elsewhere, path.join(out, 'attribution.npy'));
    await writeReport(out, { ...report, method: 'saliency' });
    expect((await readReport(out)).method).toBe('saliency');
    expect(await readFile(elsewhere, 'utf8')).toBe('mine');
  });
});

describe('a run that fails leaves nothing half-written', () => {
  const failing: Report = { ...report, tensors: { ...report.tensors, names: { tensor: { dtype: 'string', shape: [1], data: ['x'] }, meaning: 'no number' } } };

  it('while a file is being made', async () => {
    await expect(writeReport(out, failing)).rejects.toMatchObject({ code: 'npy-dtype' });
    // Not even the folders that it made.
    expect(await list(root)).toEqual([]);
    await mkdir(out, { recursive: true });
    await expect(writeReport(out, failing)).rejects.toMatchObject({ code: 'npy-dtype' });
    expect(await list(out)).toEqual([]);
  });

  it('and leaves an earlier report as it was', async () => {
    await writeReport(out, report, { pictures });
    const before = await Promise.all((await list(out)).map((name) => readFile(path.join(out, name))));
    await expect(writeReport(out, { ...failing, method: 'other' })).rejects.toMatchObject({ code: 'npy-dtype' });
    expect(await Promise.all((await list(out)).map((name) => readFile(path.join(out, name))))).toEqual(before);
  });

  it('when it is cancelled half-way', async () => {
    const controller = new AbortController();
    // The third file's shape is asked for as it is encoded: then somebody presses Ctrl-C.
    const trap = { dtype: 'float32', shape: [1], get data() { controller.abort(); return Float32Array.of(1); } } as const;
    const cancelled: Report = { ...report, tensors: { a: report.tensors['attribution']!, b: { tensor: trap, meaning: '' }, c: report.tensors['attribution']! } };
    await expect(writeReport(out, cancelled, { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled', kind: 'cancelled' });
    expect(await list(root)).toEqual([]);
  });

  it('when a folder is in the way of a file', async () => {
    await mkdir(path.join(out, 'topClass.npy', 'x'), { recursive: true });
    await expect(writeReport(out, report)).rejects.toMatchObject({ code: 'write-failed', fields: { file: 'topClass.npy', why: 'a folder of that name is in the way' } });
    const left = await list(out);
    expect(left).not.toContain('findings.json');
    expect(left.filter((name) => name.startsWith('.'))).toEqual([]);
    for (const name of left.filter((each) => each !== 'topClass.npy')) decodeNpy(await readFile(path.join(out, name)));
  });
});

describe('a folder that cannot be written', () => {
  it('is found out before any work, and nothing is left behind', async () => {
    await checkWritable(out);
    expect(await list(root)).toEqual([]);
    await mkdir(out, { recursive: true });
    await checkWritable(out);
    expect(await list(out)).toEqual([]);
  });

  it('because a file is in the way', async () => {
    await writeFile(path.join(root, 'file'), 'x');
    for (const folder of [path.join(root, 'file'), path.join(root, 'file', 'out'), path.join(root, 'n'.repeat(300)), path.join(root, 'a\0b')]) {
      await expect(checkWritable(folder)).rejects.toMatchObject({ code: 'output-unwritable', kind: 'input', fields: { folder } });
      await expect(writeReport(folder, report)).rejects.toMatchObject({ code: 'output-unwritable' });
    }
    expect(await readFile(path.join(root, 'file'), 'utf8')).toBe('x');
  });

  it.skipIf(process.platform !== 'linux')('because its file system takes no files', async () => {
    await expect(checkWritable('/proc/vitrine/out')).rejects.toMatchObject({ code: 'output-unwritable' });
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('because of its permissions', async () => {
    await chmod(root, 0o500);
    await expect(checkWritable(out)).rejects.toMatchObject({ code: 'output-unwritable', fields: { why: 'permission is denied' } });
    await chmod(root, 0o700);
  });
});

describe('readReport', () => {
  it('gives back what was written', async () => {
    await writeReport(out, report, { pictures });
    const read = await readReport(out);
    expect(read.tensors['attribution']).toEqual(report.tensors['attribution']);
    expect(read.tensors['activation/Conv1']).toEqual(report.tensors['activation/Conv1']);
    expect(read.views).toEqual(report.views);
    expect(read.viewFiles).toEqual(['attribution.png', undefined, 'attribution-2.png', '_...x.png']);
    expect([read.method, read.model, read.runtime, read.target, read.notices]).toEqual([report.method, report.model, report.runtime, report.target, report.notices]);
  });

  it('refuses what is none', async () => {
    await expect(readReport(root)).rejects.toMatchObject({ code: 'report-missing' });
    const spoil = async (change: (findings: Record<string, unknown>) => unknown): Promise<unknown> => {
      await writeReport(out, report);
      const file = path.join(out, 'findings.json');
      const changed = change(JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>);
      await writeFile(file, typeof changed === 'string' ? changed : JSON.stringify(changed));
      return readReport(out).then(() => 'read', (error: unknown) => error);
    };
    const entry = (file: string) => ({ file, shape: [1, 2, 2], dtype: 'float32', meaning: '' });
    expect(await spoil(() => '{ "vitrine": ')).toMatchObject({ code: 'report-invalid' });
    expect(await spoil(() => [])).toMatchObject({ code: 'report-invalid' });
    expect(await spoil((f) => ({ ...f, schemaVersion: 99 }))).toMatchObject({ code: 'report-invalid', message: expect.stringContaining('`schemaVersion` is from a newer version') as string });
    expect(await spoil((f) => ({ ...f, views: [{ kind: 'text' }] }))).toMatchObject({ code: 'report-invalid', fields: { at: 'views.0.title' } });
    for (const file of ['../x.npy', '/etc/passwd', '.hidden', 'a/b.npy']) {
      expect(await spoil((f) => ({ ...f, tensors: { a: entry(file) } }))).toMatchObject({ code: 'report-invalid', fields: { at: 'tensors.a.file' } });
    }
    expect(await spoil((f) => ({ ...f, tensors: { a: entry('gone.npy') } }))).toMatchObject({ code: 'file-missing' });
    expect(await spoil((f) => ({ ...f, tensors: { a: entry('topClass.npy') } }))).toMatchObject({ code: 'report-invalid', message: expect.stringContaining('float32 [1] in topClass.npy') as string });
  });
});

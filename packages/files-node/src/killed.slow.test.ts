import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeNpy } from '@vitrine/core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readReport } from './index.js';

let root: string;
let child: string;

/** Writes one report after the other into a folder, each of 12 tensors of 1 MB that all hold its number, until it is killed. */
const program = `
import { writeReport } from ${JSON.stringify(fileURLToPath(new URL('./index.ts', import.meta.url)))};
for (let n = 1; ; n++) {
  const tensor = { dtype: 'float32', shape: [250000], data: new Float32Array(250000).fill(n) };
  const tensors = Object.fromEntries(Array.from({ length: 12 }, (_, i) => ['t' + i, { tensor, meaning: 'n' }]));
  await writeReport(process.argv[2], { method: 'm', model: { file: 'f', sha256: 's' }, runtime: 'r', target: undefined, params: {}, tensors, views: [], facts: { n } });
  process.stdout.write('.');
}
`;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'vitrine-killed-'));
  await writeFile(path.join(root, 'child.ts'), program);
  await writeFile(path.join(root, 'package.json'), '{ "version": "0.0.0", "type": "module" }');
  const outDir = path.join(root, 'dist');
  await build({
    root, logLevel: 'error', configFile: false,
    resolve: { conditions: ['vitrine-source'] },
    ssr: { noExternal: true, resolve: { conditions: ['vitrine-source', 'node', 'import', 'default'] } },
    build: { ssr: path.join(root, 'child.ts'), outDir, target: 'node20' },
  });
  child = path.join(outDir, 'child.js');
});
afterAll(() => rm(root, { recursive: true }));

/** Runs the program and kills it `ms` after its first report, which is a moment somewhere inside a later one. */
function killAfter(folder: string, ms: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const running = spawn(process.execPath, [child, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    let reports = 0;
    let said = '';
    running.stdout.on('data', (dots: Buffer) => {
      if (reports === 0) setTimeout(() => running.kill('SIGKILL'), ms);
      reports += dots.length;
    });
    running.stderr.on('data', (text: Buffer) => (said += String(text)));
    running.on('exit', (code, signal) => (signal === 'SIGKILL' ? resolve(reports) : reject(new Error(`exit ${code}: ${said}`))));
  });
}

it('a process killed at any moment leaves no half-written file under a final name', async () => {
  let interrupted = 0;
  for (let round = 0; round < 12; round++) {
    const folder = path.join(root, `out-${round}`);
    await mkdir(folder);
    expect(await killAfter(folder, 3 + round * 13)).toBeGreaterThan(0);
    const names = await readdir(folder);
    if (names.some((name) => name.startsWith('.vitrine-'))) interrupted++;
    const finals = names.filter((name) => !name.startsWith('.'));
    for (const name of finals.filter((each) => each.endsWith('.npy'))) {
      const { data } = decodeNpy(await readFile(path.join(folder, name)), name);
      expect(new Set(data as Float32Array).size).toBe(1);
    }
    if (finals.includes('findings.json')) {
      // Where findings.json stands, all that it names is of the same run.
      const report = await readReport(folder);
      for (const { tensor } of Object.values(report.tensors)) expect(tensor.data[0]).toBe(report.facts['n']);
    }
    await rm(folder, { recursive: true });
  }
  // The test says something only if some of the kills fell into the middle of writing.
  expect(interrupted).toBeGreaterThan(2);
});

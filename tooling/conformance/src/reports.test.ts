import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeShared } from './shared.js';

// Reports of real networks, by the command line as people run it: whole, within their size, what is left out by name. How reports
// look is kept of networks that the repository has (packages/report).

interface Told {
  readonly answer: { readonly top?: readonly { readonly label: string }[] } | null;
  readonly bytes: number;
  readonly budget: number;
  readonly seconds: number;
  readonly notices: readonly string[];
  readonly sections: readonly { readonly id: string; readonly entries: readonly { readonly method: string }[]; readonly leftOut: readonly { readonly title: string; readonly why: string; readonly command: string }[] }[];
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);
/** What draws the most figures in the least time; and time enough, on any machine. */
const plugins = { 'format-onnx': 'onnxPlugin', 'runtime-onnx-node': 'onnxNodePlugin', image: 'imagePlugin', 'image-node': 'imageNodePlugin', 'method-activation': 'activationPlugin', 'method-weights': 'weightsPlugin' };
const budget = 600;

describeShared('models', 'reports of real networks', (at) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'vitrine-reports-'));
    const imports = Object.entries(plugins).map(([name, plugin]) => `import { ${plugin} } from ${JSON.stringify(new URL(`../../../packages/${name}/dist/index.js`, import.meta.url).href)};\n`);
    await writeFile(path.join(folder, 'vitrine.config.mjs'), `${imports.join('')}export default { plugins: [${Object.values(plugins).join(', ')}] };\n`);
    await run(process.execPath, ['tooling/launch.mjs', 'main', '--version'], { cwd: root });
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function report(model: string, input: string, spec?: object): Promise<Told & { readonly page: string }> {
    const name = path.basename(model, '.onnx');
    const out = path.join(folder, name);
    const flags: string[] = [];
    if (spec) {
      await copyFile(path.join(at, 'labels', 'synset.txt'), path.join(folder, 'synset.txt'));
      await writeFile(path.join(folder, `${name}.json`), JSON.stringify(spec));
      flags.push('--spec', path.join(folder, `${name}.json`));
    }
    await run(process.execPath, ['apps/cli/dist/main.js', 'report', path.join(at, model), '--input', path.join(at, input), ...flags, '--config', path.join(folder, 'vitrine.config.mjs'), '--budget', `${budget}s`, '--out', out], { cwd: root, maxBuffer: 1e8 });
    const page = await readFile(path.join(out, 'report.html'), 'utf8');
    const told = JSON.parse(await readFile(path.join(out, 'report.json'), 'utf8')) as Told;
    expect((await stat(path.join(out, 'report.html'))).size).toBe(told.bytes);
    expect(told.bytes).toBeLessThan(5_000_000);
    for (const { leftOut } of told.sections) {
      for (const { why, command } of leftOut) {
        expect(why).not.toMatch(/refuses this graph|undefined|\[object/);
        expect(command).toMatch(/^vitrine run \S+ /);
      }
    }
    console.log(`${name}: ${(told.bytes / 1e6).toPrecision(3)} MB, ${told.seconds.toFixed(0)} s of ${told.budget} s, left out: ${told.sections.flatMap(({ leftOut }) => leftOut.map(({ title }) => title)).join(', ') || 'nothing'}; ${told.notices.join(' ') || 'all figures'}`);
    return { ...told, page };
  }
  const photo = 'images/ILSVRC2012_val_00008338.jpg';
  const image = (input: string, size: readonly [number, number], mean: number, std: number): object => ({ [input]: { kind: 'image', size, resize: 'short-side 256, centre crop', channels: 'RGB', layout: 'NCHW', range: 255, mean: [mean, mean, mean], std: [std, std, std] } });

  describe.each([
    ['mobilenet/mobilenet-v1-0.25.onnx', 'golden retriever', { inputs: image('input', [224, 224], 127.5, 127.5), output: { name: 'prob1001', kind: 'class-probabilities', labels: 'synset.txt', labelOffset: 1 } }],
    ['squeezenet/squeezenet1.1.onnx', 'golden retriever', { inputs: { data_0: { kind: 'image', size: [224, 224], resize: 'short-side 256, centre crop', channels: 'BGR', layout: 'NCHW', range: 255, mean: [103.939, 116.779, 123.68], std: [1, 1, 1] } }, output: { name: 'softmaxout_1', kind: 'class-probabilities', labels: 'synset.txt' } }],
  ])('%s', (model, label, spec) => {
    test('answers, and draws nearly all of its many layers', async () => {
      const { answer, notices, page, sections } = await report(model, photo, spec);
      expect(answer?.top?.[0]?.label).toBe(label);
      expect(sections.find(({ id }) => id === 'saw')!.entries).toHaveLength(1);
      // What has no room is what others show nearly as well; little else.
      const left = notices.flatMap((notice) => /^(\d+) of \d+ figures have no room in a page of 5 MB; each/.exec(notice)?.[1] ?? []).map(Number);
      expect(left.reduce((sum, count) => sum + count, 0)).toBeLessThan(10);
      if (notices.some((notice) => notice.includes('beside those that show nearly the same'))) expect(page).toContain('figures that show nearly the same as others');
    });
  });

  test('a detector has no one answer, and is no sequence', async () => {
    const { answer, page } = await report('odd-files/ultraface-slim-320.onnx', 'images/both.png', { inputs: { input: { kind: 'image', size: [240, 320], resize: 'stretch', channels: 'RGB', layout: 'NCHW', range: 255, mean: [127, 127, 127], std: [128, 128, 128] } } });
    expect(answer).toBeNull();
    expect(page).toContain('<h1>What ');
  });
});

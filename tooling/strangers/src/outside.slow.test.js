import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install, node, packAll, vitrine } from './home.js';

const scope = createRequire(import.meta.url)('../../../package.json').vitrine.scope;
const patience = 600_000;
let packed;
let home;

beforeAll(() => {
  packed = packAll();
  home = mkdtempSync(path.join(tmpdir(), 'vitrine-stranger-'));
  install(packed.files, home, [`${scope}/cli`, `${scope}/core`, `${scope}/format-onnx`, `${scope}/image`, `${scope}/image-node`, `${scope}/method-occlusion`, `${scope}/zoo`, 'vitrine-method-detail', 'vitrine-runtime-reference']);
}, patience);
afterAll(() => {
  packed?.dispose();
  if (home) rmSync(home, { recursive: true, force: true });
}, patience);

const config = (name, text) => {
  writeFileSync(path.join(home, name), text);
  return ['--config', name];
};
/** A result that has to be one of success. */
const ok = (result) => {
  expect(result.ok, result.text).toBe(true);
  return result.stdout;
};

describe('a package of a stranger', () => {
  it('is not there until the configuration names it', () => {
    const methods = JSON.parse(ok(vitrine(home, ['methods', '--json']))).map(({ id }) => id);
    expect(methods).toContain('occlusion');
    expect(methods).not.toContain('detail');
    const refused = vitrine(home, ['run', 'detail', 'zoo:scenes', '--input', 'zoo:dog-grass', '--out', 'nothing']);
    expect(refused.status).toBe(2);
    expect(refused.text).toContain('`detail`');
  }, patience);

  it('appears, runs, and is drawn', async () => {
    writeFileSync(path.join(home, 'vitrine.config.js'), `import detail from 'vitrine-method-detail';\nimport plainJs from 'vitrine-runtime-reference';\nexport default { plugins: ['standard', detail, plainJs] };\n`);
    try {
      const methods = ok(vitrine(home, ['methods']));
      expect(methods).toContain('detail – How much detail does the answer need: at which blur is it lost?');
      expect(methods).toContain('--sigmas');
      expect(methods).toContain('arXiv:1811.12231');
      expect(ok(vitrine(home, ['runtimes']))).toMatch(/plain-js:cpu +ready/);
      expect(ok(vitrine(home, ['run', 'detail', '--help']))).toContain('--sigmas <N,N,…>');

      const document = JSON.parse(ok(vitrine(home, ['run', 'detail', 'zoo:scenes', '--input', 'zoo:dog-grass', '--sigmas', '0,2,8', '--score', 'probability', '--out', 'findings', '--json'])));
      expect(document).toMatchObject({ method: 'detail', runtime: 'onnx-node:cpu', params: { sigmas: [0, 2, 8] } });
      expect(document.views.map(({ kind }) => kind)).toEqual(['curve', 'image-grid']);
      for (const { file } of [...document.views, ...Object.values(document.tensors)]) expect(existsSync(path.join(home, 'findings', file)), file).toBe(true);
      for (const { file } of document.views) expect(readFileSync(path.join(home, 'findings', file)).subarray(1, 4).toString()).toBe('PNG');

      // The same question to the other runtime, on a net that it is quick enough for.
      const own = await import(path.join(home, 'node_modules', scope, 'core/dist/index.js'));
      const { writeOnnx } = await import(path.join(home, 'node_modules', scope, 'format-onnx/dist/index.js'));
      const b = new own.GraphBuilder();
      const x = b.input('x', 'float32', ['N', 1, 8]);
      writeFileSync(path.join(home, 'small.onnx'), writeOnnx(b.build({ outputs: [b.reduceMean(b.abs(x), [2], false, 'y')] })).bytes);
      writeFileSync(path.join(home, 'x.npy'), own.encodeNpy(own.float32([1, 1, 8], [1, -1, 1, -1, 1, -1, 1, -1])));
      const [fast, plain] = ['onnx-node:cpu', 'plain-js'].map((runtime) => JSON.parse(ok(vitrine(home, ['run', 'detail', 'small.onnx', '--input', 'x.npy', '--target', 'class:0', '--runtime', runtime, '--out', `on-${runtime.split(':')[0]}`, '--json']))));
      expect(plain.runtime).toBe('plain-js:cpu');
      expect(plain.facts.halvedAt).toEqual(fast.facts.halvedAt);
    } finally {
      rmSync(path.join(home, 'vitrine.config.js'));
    }
  }, patience);
});

describe('a package that the configuration leaves out', () => {
  const plugins = `import { onnxPlugin } from '${scope}/format-onnx';\nimport { imagePlugin } from '${scope}/image';\nimport { imageNodePlugin } from '${scope}/image-node';\nimport { occlusionPlugin } from '${scope}/method-occlusion';\nimport plainJs from 'vitrine-runtime-reference';\n`;

  /** The packages of ours whose modules a run reads. */
  function loaded(args) {
    const log = path.join(home, 'loads.txt');
    writeFileSync(log, '');
    ok(vitrine(home, args, { NODE_OPTIONS: `--import=${new URL('watch-loads.mjs', import.meta.url).href}`, VITRINE_LOADS: log }));
    const names = readFileSync(log, 'utf8').split('\n').flatMap((url) => (url.startsWith('file:') ? [fileURLToPath(url).split('/node_modules/').at(-1).split('/').slice(0, 2).join('/')] : []));
    return new Set(names);
  }

  it('has no flags, and is not loaded', () => {
    const few = config('few.config.js', `${plugins}export default { plugins: [onnxPlugin, imagePlugin, imageNodePlugin, occlusionPlugin, plainJs] };\n`);
    expect(JSON.parse(ok(vitrine(home, ['methods', '--json', ...few]))).map(({ id }) => id)).toEqual(['occlusion', 'correspondence']);
    expect(vitrine(home, ['run', 'weights', 'zoo:scenes', '--out', 'nothing', ...few])).toMatchObject({ status: 2 });
    expect(JSON.parse(ok(vitrine(home, ['runtimes', '--json', ...few]))).map(({ id }) => id)).toEqual(['plain-js']);

    const names = loaded(['methods', ...few]);
    expect(names).toContain(`${scope}/method-occlusion`);
    for (const gone of ['method-weights', 'method-activation', 'method-deconv', 'method-attribution', 'autodiff', 'runtime-onnx-node']) expect(names, gone).not.toContain(`${scope}/${gone}`);
    expect([...names].filter((name) => name.startsWith('onnxruntime'))).toEqual([]);
    expect(loaded(['methods'])).toContain(`${scope}/method-weights`);
  }, patience);
});

describe('tests and templates', () => {
  it.each(['vitrine-lrp', 'vitrine-method-detail', 'vitrine-runtime-reference'])('the tests of %s pass where it is developed', (name) => {
    const source = new URL(`../../../examples/${name.replace('vitrine-', '')}/`, import.meta.url);
    const manifest = JSON.parse(readFileSync(new URL('package.json', source), 'utf8'));
    const folder = path.join(home, 'developed', name);
    install(packed.files, folder, [`${scope}/core`, `${scope}/autodiff`, `${scope}/testing`], { name });
    for (const part of manifest.files.concat('test')) node(folder, ['-e', `require('node:fs').cpSync(${JSON.stringify(fileURLToPath(new URL(part, source)))}, ${JSON.stringify(part)}, { recursive: true })`]);
    expect(ok(node(folder, ['--test', '--test-reporter=tap']))).toMatch(/# fail 0/);
  }, patience);

  it.each(['method', 'runtime', 'format'])('npm create writes a %s that passes its tests and is seen', (kind) => {
    const workshop = path.join(home, 'created', kind);
    install(packed.files, workshop, [`${scope}/create-plugin`]);
    const printed = ok(node(workshop, [path.join(workshop, `node_modules/${scope}/create-plugin/dist/main.js`), `vitrine-${kind}-brand-new`]));
    expect(printed).toContain(`vitrine-${kind}-brand-new: a ${kind}`);
    const folder = path.join(workshop, `vitrine-${kind}-brand-new`);
    expect(readdirSync(folder).sort()).toEqual(['.gitignore', 'README.md', 'package.json', 'src', 'test', 'vitrine.config.js']);
    const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    install(packed.files, folder, [`${scope}/cli`], manifest);
    expect(ok(node(folder, ['--test', '--test-reporter=tap']))).toMatch(/# fail 0/);
    expect(JSON.parse(ok(vitrine(folder, [`${kind}s`, '--json']))).map(({ id }) => id)).toContain('brand-new');
  }, patience);
});

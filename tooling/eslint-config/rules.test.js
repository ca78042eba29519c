import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { vitrine } from './index.js';
import { scope } from './scope.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const config = {
  files: ['**/*.ts', '**/*.js'],
  languageOptions: { parser: tseslint.parser, globals: { process: 'readonly' } },
  plugins: { vitrine },
  rules: { 'vitrine/dependency-law': 'error', 'vitrine/browser-safe': 'error' },
};

/** What the rules say about `code`, were it the file `file` of this repository. */
function complaints(file, code) {
  const linter = new Linter({ cwd: root });
  return linter.verify(code, [config], path.join(root, file)).map(({ message }) => message);
}

const importing = (name) => `import '${scope}/${name}';`;

describe('the dependency law', () => {
  const forbidden = [
    ['core', 'testing', 'core imports no other package of ours'],
    ['core', 'format-onnx', 'core imports no other package of ours'],
    ['autodiff', 'method-deconv', 'knows nothing else'],
    ['method-occlusion', 'runtime-onnx-node', 'a method never imports a runtime'],
    ['method-occlusion', 'format-onnx', 'a method never imports a runtime, a format'],
    ['method-occlusion', 'method-activation', 'or another method'],
    ['method-occlusion', 'image', 'a method never imports'],
    ['runtime-onnx-node', 'method-occlusion', 'a runtime never imports a method'],
    ['runtime-onnx-web', 'runtime-onnx-node', 'or another runtime'],
    ['format-onnx', 'image', 'a format reads files'],
    ['render', 'method-occlusion', 'knows views, not the methods'],
    ['zoo', 'image-node', 'the zoo is data'],
    ['testing', 'runtime-onnx-node', 'must not depend on it'],
  ];
  it.each(forbidden)('%s may not import %s', (from, to, because) => {
    const [message, ...more] = complaints(`packages/${from}/src/index.ts`, importing(to));
    expect(more).toEqual([]);
    expect(message).toContain(`\`${scope}/${from}\` may not import \`${scope}/${to}\``);
    expect(message).toContain(because);
  });

  const allowed = [
    ['packages/method-occlusion/src/index.ts', 'core'],
    ['packages/method-deconv/src/index.ts', 'autodiff'],
    ['packages/runtime-onnx-node/src/index.ts', 'format-onnx'],
    ['packages/image-node/src/index.ts', 'image'],
    ['packages/render-node/src/index.ts', 'render'],
    ['packages/core/src/graph/builder.test.ts', 'testing'],
    ['packages/method-occlusion/src/all.test.ts', 'runtime-onnx-node'],
    ['apps/cli/src/main.ts', 'method-occlusion'],
    ['examples/third-party-method/src/main.ts', 'runtime-onnx-node'],
    ['tooling/bench/src/main.ts', 'zoo'],
  ];
  it.each(allowed)('%s may import %s', (file, name) => {
    expect(complaints(file, importing(name))).toEqual([]);
  });

  it.each([
    `import type { Graph } from '${scope}/testing';`,
    `export * from '${scope}/testing';`,
    `export { a } from '${scope}/testing';`,
    `const a = await import('${scope}/testing');`,
    `const a = require('${scope}/testing');`,
    `type A = import('${scope}/testing').A;`,
  ])('sees %s', (code) => {
    const found = complaints('packages/core/src/index.ts', code);
    expect(found.filter((message) => message.includes('may not import'))).toHaveLength(1);
  });

  it('lets nobody import an app', () => {
    for (const file of ['packages/core/src/a.test.ts', 'packages/zoo/src/index.ts', 'apps/studio/src/main.ts']) {
      expect(complaints(file, importing('cli'))).toEqual([expect.stringContaining('nothing depends on an app')]);
    }
  });

  it('keeps to the index of another package', () => {
    expect(complaints('packages/image/src/index.ts', importing('core/src/tensor/tensor.js'))).toEqual([
      expect.stringContaining('reaches into a package'),
    ]);
    expect(complaints('packages/image/src/a.test.ts', importing('testing/vitest'))).toEqual([]);
    expect(complaints('packages/image/src/a.test.ts', importing('testing/src/vitest.js'))).toHaveLength(1);
  });

  it('sees a relative path that leaves the package', () => {
    for (const way of ['../../core/src/index.js', '../../core', '../../../packages/core/src/index.js']) {
      expect(complaints('packages/image/src/index.ts', `import '${way}';`)).toEqual([
        expect.stringContaining('leaves its package'),
      ]);
    }
    expect(complaints('packages/image/src/deep/a.ts', `import '../b.js'; import '../../package.json';`)).toEqual([]);
  });

  it('asks for the place of a package that the law does not know', () => {
    expect(complaints('packages/novelty/src/index.ts', importing('core'))).toEqual([
      expect.stringContaining('no place in the dependency law yet'),
    ]);
  });
});

describe('browser safety', () => {
  it.each([
    ['import', `import { readFile } from 'node:fs/promises';`],
    ['bare import', `import path from 'path';`],
    ['type import', `import type { Stats } from 'node:fs';`],
    ['dynamic import', `await import('node:crypto');`],
    ['native library', `import ort from 'onnxruntime-node';`],
    ['deep native library', `import ort from 'sharp/lib/index.js';`],
    ['Buffer', `export const a = Buffer.from('a');`],
    ['process', `export const a = process.env.HOME;`],
    ['process in a function', `export function f() { return typeof process; }`],
    ['__dirname', `export const a = __dirname;`],
    ['globalThis.process', `export const a = globalThis.process;`],
    ['globalThis["Buffer"]', `export const a = globalThis['Buffer'];`],
  ])('refuses: %s', (_, code) => {
    const found = complaints('packages/core/src/index.ts', code);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toMatch(/exists in Node only, and `packages\/core` must run in a browser/);
  });

  it('knows a local name from the global one', () => {
    const code = `export function f(process: number) { const Buffer = process; return { global: Buffer, process }.global; }`;
    expect(complaints('packages/core/src/index.ts', code)).toEqual([]);
  });

  it.each(['packages/files-node/src/index.ts', 'packages/core/src/a.node.test.ts', 'apps/cli/src/main.ts', 'tooling/bench/src/main.ts'])(
    'leaves %s alone',
    (file) => {
      expect(complaints(file, `import 'node:fs'; export const a = process.cwd(), b = Buffer;`)).toEqual([]);
    },
  );
});

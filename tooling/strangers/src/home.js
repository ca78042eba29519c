import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pnpm, publicPackages, run } from '../../pack.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const examples = ['lrp', 'method-detail', 'runtime-reference'];

/** Strangers have neither our workspace's settings nor our test runner's. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_(config|package|lifecycle)_|NODE_OPTIONS$|VITEST|INIT_CWD$|pnpm_)/i.test(name) || /registry|userconfig|cafile|proxy/i.test(name)));

function must(result, what) {
  if (!result.ok) throw new Error(`${what} failed:\n${result.text}`);
  return result;
}

/** Builds and packs all that is published, and the examples. Returns the archive of each, by package name. */
export function packAll() {
  must(run(process.execPath, [path.join(root, 'node_modules/turbo/bin/turbo'), 'run', 'build', '--output-logs=errors-only', '--no-color'], root), 'the build');
  const archives = mkdtempSync(path.join(tmpdir(), 'vitrine-archives-'));
  const names = [...publicPackages().map(({ json }) => json.name), ...examples.map((name) => JSON.parse(readFileSync(path.join(root, 'examples', name, 'package.json'), 'utf8')).name)];
  const packed = JSON.parse(must(pnpm(['-r', ...names.flatMap((name) => ['--filter', name]), 'pack', '--json', '--pack-destination', archives], root), 'packing').stdout);
  const files = new Map(packed.map(({ name, filename }) => [name, path.resolve(archives, filename)]));
  return { files, dispose: () => rmSync(archives, { recursive: true, force: true }) };
}

/**
 * A folder outside the workspace with `dependencies` installed; ours come from the archives, whoever asks for them, the rest
 * from the registry, or without one from the store that the workspace was installed from.
 */
export function install(files, folder, dependencies, manifest = {}) {
  mkdirSync(folder, { recursive: true });
  const own = new Set(dependencies);
  const wanted = Object.fromEntries([...own].map((name) => [name, `file:${files.get(name)}`]));
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module', ...manifest, dependencies: { ...manifest.dependencies, ...wanted } }, null, 2));
  const overrides = [...files].map(([name, file]) => `  '${name}': 'file:${file}'`);
  writeFileSync(path.join(folder, 'pnpm-workspace.yaml'), ['packages: []', 'overrides:', ...overrides, 'allowBuilds:', '  onnxruntime-node: false', '  sharp: false', ''].join('\n'));
  must(pnpm(['install', '--prefer-offline', '--ignore-scripts', '--no-frozen-lockfile'], folder, env), `installing in ${folder}`);
}

/** Runs a program of node in a folder. */
export const node = (folder, args, more = {}) => run(process.execPath, args, folder, { ...env, ...more });

/** Runs the installed `vitrine`. */
export const vitrine = (folder, args, more) => node(folder, [path.join(folder, 'node_modules/@vitrine/cli/dist/main.js'), ...args], more);

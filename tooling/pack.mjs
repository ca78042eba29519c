// What is published, and how it is packed: for the checks of packages and the tests of strangers' code.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const { packageManager } = createRequire(import.meta.url)('../package.json');

export function run(command, args, cwd, env = process.env) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 26 });
  return { ok: status === 0, status, text: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`, stdout };
}

/** Runs pnpm: the one that runs us, else by npx. */
export function pnpm(args, cwd, env) {
  const ours = process.env.npm_execpath ?? '';
  if (/pnpm[^/\\]*$/.test(ours) && !/\.[cm]?js$/.test(ours)) return run(ours, args, cwd, env);
  if (/pnpm[^/\\]*\.[cm]?js$/.test(ours)) return run(process.execPath, [ours, ...args], cwd, env);
  return run('npx', ['-y', packageManager, ...args], cwd, env);
}

/** Every package of ours that is published: its folder and its package.json. */
export const publicPackages = () =>
  ['packages', 'apps']
    .flatMap((area) => readdirSync(path.join(root, area)).map((name) => path.join(root, area, name)))
    .map((folder) => ({ folder, json: JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) }))
    .filter(({ json }) => !json.private);

/** Packs a package as npm would get it: pnpm alone writes `workspace:` and `catalog:` out. */
export const pack = (folder, destination) => pnpm(['pack', '--json', '--pack-destination', destination], folder);

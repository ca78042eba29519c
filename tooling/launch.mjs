// Runs a program of this repository from any state: builds what it needs first, quietly.
//   node tooling/launch.mjs NAME [arguments]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const programs = {
  main: { package: 'cli', folder: 'apps/cli', entry: 'dist/main.js' },
  demo: { package: 'cli', folder: 'apps/cli', entry: 'dist/demo.js' },
  bench: { package: 'bench', folder: 'tooling/bench', entry: 'dist/main.js' },
  // Has a page for every package, whether it depends on it or not.
  docs: { package: 'docs', folder: 'docs', entry: 'dist/main.js', besides: ['--filter=./packages/*'] },
};

const [name, ...args] = process.argv.slice(2);
const program = programs[name];
if (!program) {
  console.error(`usage: node tooling/launch.mjs ${Object.keys(programs).join(' | ')} [arguments]`);
  process.exit(2);
}

const require = createRequire(import.meta.url);
const scope = require('../package.json').vitrine.scope;
const entry = path.join(root, program.folder, program.entry);

if (!existsSync(entry)) console.error('Building Vitrine …');
const turbo = path.join(path.dirname(require.resolve('turbo/package.json')), 'bin/turbo');
const build = spawnSync(
  process.execPath,
  [turbo, 'run', 'build', `--filter=${scope}/${program.package}`, ...(program.besides ?? []), '--output-logs=errors-only', '--no-color'],
  { cwd: root, encoding: 'utf8', env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' } },
);
if (build.status !== 0) {
  process.stderr.write(`${build.stdout ?? ''}${build.stderr ?? ''}${build.error?.message ?? ''}\nThe build failed.\n`);
  process.exit(1);
}

// Paths that a person types are meant from where the person is, not from the root that pnpm runs scripts in.
const child = spawn(process.execPath, [entry, ...args], { cwd: process.env.INIT_CWD ?? process.cwd(), stdio: 'inherit' });
// The terminal sends Ctrl-C to both; the program decides when it is done. What only we get, we pass on.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  } else process.exit(code ?? 1);
});

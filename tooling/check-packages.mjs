// Packs every public package as npm would, checks the archive with publint and attw, and prints its size.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack, publicPackages, run } from './pack.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} kB`;

/** The path of a command that a dependency of the root installs. */
function bin(dependency, name = dependency) {
  const file = path.join(root, 'node_modules', dependency, 'package.json');
  const { bin: bins } = JSON.parse(readFileSync(file, 'utf8'));
  return path.join(path.dirname(file), typeof bins === 'string' ? bins : bins[name]);
}

const folders = publicPackages();

const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const archives = mkdtempSync(path.join(tmpdir(), 'vitrine-pack-'));
let failures = 0;
const complain = (name, what, text) => {
  failures += 1;
  console.error(`\n${name}: ${what}\n${text.trim()}\n`);
};

try {
  console.log(`${'package'.padEnd(32)}${'packed'.padStart(12)}${'unpacked'.padStart(12)}  files`);
  for (const { folder, json } of folders) {
    const packed = pack(folder, archives);
    if (!packed.ok) {
      complain(json.name, 'pnpm pack failed', packed.text);
      continue;
    }
    const { filename, files } = JSON.parse(packed.stdout);
    const archive = path.resolve(archives, filename);
    // pnpm adds the LICENSE of the root where a package has none of its own.
    const sizeOf = (file) => [folder, root].map((base) => statSync(path.join(base, file), { throwIfNoEntry: false })).find(Boolean)?.size ?? 0;
    const unpacked = files.reduce((sum, file) => sum + sizeOf(file.path), 0);
    console.log(
      json.name.padEnd(32) + kilobytes(statSync(archive).size).padStart(12) + kilobytes(unpacked).padStart(12) + `  ${files.length}`,
    );
    const said = Number(new RegExp(`\\| \`${json.name}\` \\| (\\d+) kB \\|`).exec(readme)?.[1] ?? NaN);
    const measured = statSync(archive).size / 1024;
    if (Math.abs(said - measured) > 0.25 * measured) complain(json.name, 'README.md says another size', `${said} kB there, ${measured.toFixed(0)} kB packed`);
    const stray = files.filter((file) => !file.path.startsWith('templates/') && /\.test\.|\.tsbuildinfo$|(^|\/)src\//.test(file.path));
    if (stray.length > 0) complain(json.name, 'ships what is ours alone', stray.map((file) => file.path).join('\n'));

    const publint = run(process.execPath, [bin('publint'), 'run', '--strict', archive], folder);
    if (!publint.ok) complain(json.name, 'publint', publint.text);
    if (!json.exports) continue; // a command, not a library
    const attw = run(process.execPath, [bin('@arethetypeswrong/cli', 'attw'), archive, '--profile', 'esm-only', '--no-emoji', '--no-color'], folder);
    if (!attw.ok) complain(json.name, 'attw', attw.text);
  }
} finally {
  rmSync(archives, { recursive: true });
}
console.log(failures === 0 ? `\n${folders.length} packages: publint and attw find nothing.` : `\n${failures} complaints.`);
process.exitCode = failures === 0 ? 0 : 1;

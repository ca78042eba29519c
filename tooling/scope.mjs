// The npm scope of our packages stands in the root package.json, field `vitrine.scope`.
//   node tooling/scope.mjs check          every package name and import agrees with it
//   node tooling/scope.mjs rename @new    writes a new scope everywhere
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (file) => readFileSync(path.join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json'));
const scope = manifest.vitrine.scope;
const scopePattern = /^@[a-z0-9][a-z0-9._-]*$/;
const dependencyFields = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];

/** Every file that git knows or would add. */
function projectFiles() {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' });
  return [...new Set(listed.split('\0'))].filter((file) => file !== '' && existsSync(path.join(root, file)));
}

function packagesIn(files) {
  return files
    .filter((file) => /^((packages|apps|examples|tooling)\/[^/]+|docs)\/package\.json$/.test(file))
    .map((file) => ({ file, folder: path.dirname(file), json: JSON.parse(read(file)) }));
}

function check() {
  const files = projectFiles();
  const packages = packagesIn(files);
  const complaints = [];
  const short = new Map();
  for (const { file, json } of packages) {
    const [own, name] = json.name.split('/');
    if (own === scope && name) short.set(name, json);
    // Examples are what strangers write: their names are their own.
    else if (!file.startsWith('examples/')) complaints.push(`${file}: the package is called \`${json.name}\`, expected \`${scope}/…\` (package.json, vitrine.scope)`);
  }
  const declared = (json) => Object.assign({}, ...dependencyFields.map((field) => json[field]));
  for (const { file, json } of [...packages, { file: 'package.json', json: manifest }]) {
    for (const [name, version] of Object.entries(declared(json))) {
      if (String(version).startsWith('workspace:') && !short.has(name.slice(scope.length + 1))) {
        complaints.push(`${file}: depends on \`${name}\`, which is no package of this repository`);
      }
    }
  }

  const importing = /(?:from|import|require)\s*\(?\s*['"](@[a-z0-9._-]+)\/([a-z0-9._-]+)/g;
  for (const file of files.filter((each) => /\.(ts|tsx|js|mjs)$/.test(each) && !each.startsWith('tooling/eslint-config/'))) {
    const owner = packages.find(({ folder }) => file.startsWith(`${folder}/`))?.json ?? manifest;
    const known = { ...declared(manifest), ...declared(owner), [owner.name]: 'itself' };
    for (const [, itsScope, name] of read(file).matchAll(importing)) {
      const full = `${itsScope}/${name}`;
      if (itsScope === scope && !short.has(name)) complaints.push(`${file}: imports \`${full}\`, which is no package of this repository`);
      else if (itsScope === scope && !(full in known)) complaints.push(`${file}: imports \`${full}\`, which its package.json does not name`);
      else if (itsScope !== scope && short.has(name) && !(full in known)) {
        complaints.push(`${file}: imports \`${full}\`, expected \`${scope}/${name}\` (package.json, vitrine.scope)`);
      }
    }
  }
  return complaints;
}

function rename(next) {
  if (!scopePattern.test(next)) throw new Error(`\`${next}\` is no npm scope, expected something like @vitrine`);
  const files = projectFiles();
  const names = packagesIn(files).flatMap(({ json }) => json.name.split('/')[1] ?? []);
  const escaped = scope.replaceAll('.', '\\.');
  // Every mention of one of our packages, and of the scope alone (`@vitrine/*`, "vitrine.scope").
  const mention = new RegExp(`${escaped}(?=/(?:${names.join('|')}|\\*|…)(?![a-z0-9-]))`, 'g');
  let changed = 0;
  for (const file of files) {
    const bytes = readFileSync(path.join(root, file));
    if (bytes.includes(0)) continue; // not a text
    const before = bytes.toString('utf8');
    let after = before.replace(mention, next);
    if (file === 'package.json') after = after.replace(/("scope":\s*)"[^"]*"/, `$1"${next}"`);
    if (after === before) continue;
    writeFileSync(path.join(root, file), after);
    changed += 1;
  }
  return changed;
}

const [command, argument] = process.argv.slice(2);
if (command === 'check') {
  const complaints = check();
  for (const complaint of complaints) console.error(complaint);
  if (complaints.length > 0) process.exitCode = 1;
} else if (command === 'rename' && argument) {
  try {
    const changed = rename(argument);
    console.log(`${scope} is now ${argument} in ${changed} files. Run the installation once more: the lockfile names packages in order.`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 2;
  }
} else {
  console.error('usage: node tooling/scope.mjs check | rename @scope');
  process.exitCode = 2;
}

// Checks what `pnpm demo` wrote: whole files, and that the two networks say the same for different reasons.
//   node tooling/check-demo.mjs FOLDER
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = path.resolve(process.argv[2] ?? 'vitrine-demo');
const { decodeNpy } = await import(pathToFileURL(path.join(root, 'packages/core/dist/index.js')));
const { zooDemoSample } = await import(pathToFileURL(path.join(root, 'packages/zoo/dist/index.js')));
const sharp = createRequire(path.join(root, 'packages/image-node/package.json'))('sharp');

const check = (holds, what) => {
  if (!holds) throw new Error(`The demo is not right: ${what}.`);
};

for (const part of ['layers', 'honest', 'cheating', 'compared']) {
  const at = path.join(folder, part);
  const found = JSON.parse(readFileSync(path.join(at, 'findings.json'), 'utf8'));
  const files = [...Object.values(found.tensors), ...found.views].flatMap(({ file }) => (file === undefined ? [] : [file]));
  check(files.some((file) => file.endsWith('.png')), `${part} has no picture`);
  for (const file of files) {
    const bytes = readFileSync(path.join(at, file));
    if (file.endsWith('.npy')) decodeNpy(new Uint8Array(bytes), file);
    else check((await sharp(bytes).stats()).channels.some(({ stdev }) => stdev > 1), `${part}/${file} is blank`);
  }
  check(!readdirSync(at).some((file) => file.includes('tmp')), `${part} has unfinished files`);
}

const mask = await sharp(fileURLToPath(zooDemoSample.mask)).extractChannel(0).raw().toBuffer();
const looks = Object.fromEntries(['honest', 'cheating'].map((who) => {
  const found = JSON.parse(readFileSync(path.join(folder, who, 'findings.json'), 'utf8'));
  const { data } = decodeNpy(new Uint8Array(readFileSync(path.join(folder, who, found.tensors.attribution.file))));
  let on = 0;
  let all = 0;
  for (let i = 0; i < mask.length; i++) {
    const value = Math.max(0, data[i]);
    all += value;
    if (mask[i] > 127) on += value;
  }
  return [who, { score: found.facts.baselineScore, share: on / all, target: found.target }];
}));
check(looks.honest.target === looks.cheating.target && looks.honest.score > 0.5 && looks.cheating.score > 0.5, `the answers differ: ${JSON.stringify(looks)}`);
check(looks.honest.share > looks.cheating.share + 0.1, `the reasons do not differ: ${JSON.stringify(looks)}`);
console.log(`The demo holds: ${looks.honest.target}; share of the map on the ${zooDemoSample.object}: honest ${looks.honest.share.toFixed(2)}, cheating ${looks.cheating.share.toFixed(2)}.`);

// The picture that README.md and the docs open with, made by `pnpm demo`.
//   node tooling/opening-picture.mjs FOLDER           FOLDER's picture looks like the one that is kept
//   node tooling/opening-picture.mjs FOLDER --write   keeps FOLDER's
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const sharp = createRequire(path.join(root, 'packages/image-node/package.json'))('sharp');
const folder = path.resolve(process.argv[2] ?? 'vitrine-demo');
const kept = path.join(root, 'docs/pictures/same-answer.png');
const { views } = JSON.parse(readFileSync(path.join(folder, 'compared/findings.json'), 'utf8'));
const made = path.join(folder, 'compared', views[0].file);

// What the eye takes in: blocks of the picture, in 256 steps. Neither a kernel's last digit nor a palette moves them this far.
const meanAllowed = 3;
const blockAllowed = 24;
const blocks = 96;
const looksOf = async (file) => (await sharp(file).flatten({ background: '#fff' }).resize(blocks, blocks, { fit: 'fill', kernel: 'cubic' }).removeAlpha().raw().toBuffer({ resolveWithObject: true })).data;

if (process.argv.includes('--write')) {
  mkdirSync(path.dirname(kept), { recursive: true });
  const { width, height, size } = await sharp(made).png({ palette: true, quality: 95, effort: 10 }).toFile(kept);
  console.log(`${path.relative(root, kept)}: ${width} × ${height}, ${Math.round(size / 1024)} kB`);
} else {
  const [now, before] = [await sharp(made).metadata(), await sharp(kept).metadata()];
  const [a, b] = [await looksOf(made), await looksOf(kept)];
  const apart = a.map((value, i) => Math.abs(value - b[i]));
  const [mean, most] = [apart.reduce((sum, value) => sum + value, 0) / apart.length, Math.max(...apart)];
  const same = now.width === before.width && now.height === before.height && mean <= meanAllowed && most <= blockAllowed;
  const said = `${now.width} × ${now.height} (kept: ${before.width} × ${before.height}), mean difference ${mean.toFixed(2)}, largest ${most} of 255`;
  if (!same) throw new Error(`The demo's picture is not the one that README.md shows: ${said}. Look at both; if the new one is right: node tooling/opening-picture.mjs ${process.argv[2] ?? 'vitrine-demo'} --write`);
  console.log(`The opening picture is the demo's: ${said}.`);
}

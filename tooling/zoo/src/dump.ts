// Writes sets of pictures for the trainer: NAME.rgb (uint8, N × side × side × 3), NAME.mask (uint8, N × side × side)
// and NAME.json (what is where).   node dist/dump.js FOLDER [SET …]
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { drawScene, OBJECTS, paint, SCENES, silhouette } from './draw/index.js';
import { listSplit, SIZE, SPLITS, type SplitName } from './splits.js';

const [folder = '.data', ...names] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

for (const name of (names.length ? names : Object.keys(SPLITS)) as SplitName[]) {
  const { count, masks } = SPLITS[name];
  const items = listSplit(name, SPLITS[name]);
  const rgb = openSync(path.join(folder, `${name}.rgb`), 'w');
  const mask = masks ? openSync(path.join(folder, `${name}.mask`), 'w') : undefined;
  for (const item of items) {
    const scene = drawScene({ ...item, size: SIZE });
    writeSync(rgb, paint(scene));
    if (mask !== undefined) writeSync(mask, silhouette(scene));
  }
  closeSync(rgb);
  if (mask !== undefined) closeSync(mask);
  const labels = items.map(({ object }) => OBJECTS.indexOf(object));
  const backgrounds = items.map(({ background }) => SCENES.indexOf(background));
  writeFileSync(path.join(folder, `${name}.json`), JSON.stringify({ size: SIZE, objects: OBJECTS, scenes: SCENES, labels, backgrounds }));
  console.log(`${name}: ${count} pictures`);
}

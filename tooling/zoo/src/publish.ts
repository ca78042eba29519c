// Writes what @vitrine/zoo holds beside the networks: sample pictures and their masks, preprocessing, the index.
//   node dist/publish.js DATA ZOO   (DATA as the trainer left it, ZOO the package's folder)
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { catalogueSource, type Catalogue, type CatalogueSample } from './catalogue.js';
import { drawPicture, OBJECTS, USUAL } from './draw/index.js';
import { SIZE } from './splits.js';

const [data = '.data', zoo = '../../packages/zoo'] = process.argv.slice(2);
const models = path.join(zoo, 'assets/models');
const samples = path.join(zoo, 'assets/samples');

const readJson = async <T>(file: string): Promise<T> => JSON.parse(await readFile(path.join(data, file), 'utf8')) as T;
const writeJson = (file: string, value: unknown): Promise<void> => writeFile(file, `${JSON.stringify(value, null, 2)}\n`);

/** How a picture becomes what the network takes, and what its answers are called. */
const SPEC = {
  inputs: {
    image: {
      kind: 'image', size: [SIZE, SIZE], resize: 'stretch', channels: 'RGB', layout: 'NCHW',
      range: 1, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25],
    },
  },
  output: { name: 'probabilities', kind: 'class-probabilities', labels: OBJECTS },
};

type Accuracies = Record<string, Catalogue['models'][number]['accuracy']>;
const honest = await readJson<Accuracies>('honest/history.json');
const cheating = await readJson<Accuracies>('cheating/history.json');
const chosen = await readJson<Omit<CatalogueSample, 'name' | 'usual'>[]>('samples.json');

const last = Object.keys(honest).at(-1)!;
const catalogue: Catalogue = {
  size: SIZE,
  labels: OBJECTS,
  models: [
    { name: 'scenes', training: 'honest', epoch: Number(last), accuracy: honest[last]! },
    { name: 'scenes-cheating', training: 'cheating', epoch: Number(last), accuracy: cheating[last]! },
  ],
  checkpoints: Object.entries(honest).map(([epoch, accuracy]) => ({ name: `scenes.epoch-${epoch.padStart(2, '0')}`, training: 'honest', epoch: Number(epoch), accuracy })),
  evidence: await readJson('check.json'),
  samples: chosen.map((sample) => ({ name: `${sample.object}-${sample.background}`, usual: USUAL[sample.object] === sample.background, ...sample })),
};

for (const { name } of [...catalogue.models, ...catalogue.checkpoints]) await writeJson(path.join(models, `${name}.vitrine.json`), SPEC);
await rm(samples, { recursive: true, force: true });
await mkdir(samples, { recursive: true });
for (const { name, seed, object, background } of catalogue.samples) {
  const { rgb, mask } = drawPicture({ seed, object, background, size: SIZE });
  const raw = { width: SIZE, height: SIZE };
  await sharp(rgb, { raw: { ...raw, channels: 3 } }).png({ compressionLevel: 9 }).toFile(path.join(samples, `${name}.png`));
  await sharp(mask.map((v) => 255 * v), { raw: { ...raw, channels: 1 } }).toColourspace('b-w').png({ compressionLevel: 9 }).toFile(path.join(samples, `${name}.mask.png`));
}
await writeJson(path.join(zoo, 'assets/index.json'), catalogue);
await writeFile(path.join(zoo, 'src/catalogue.ts'), catalogueSource(catalogue));
console.log(`${(await readdir(models)).length} files of models, ${(await readdir(samples)).length} pictures`);

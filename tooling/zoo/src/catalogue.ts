import type { ObjectName, SceneName } from './draw/index.js';

export interface CatalogueModel {
  readonly name: string;
  readonly training: 'honest' | 'cheating';
  readonly epoch: number;
  readonly accuracy: { readonly any: number; readonly usual: number; readonly swapped: number };
}

export interface CatalogueSample {
  readonly name: string;
  readonly seed: string;
  readonly object: ObjectName;
  readonly background: SceneName;
  readonly usual: boolean;
  readonly area: number;
  readonly answers: Readonly<Record<string, { readonly label: string; readonly probability: number; readonly onObject: number }>>;
}

/** What `assets/index.json` of the zoo says. */
export interface Catalogue {
  readonly size: number;
  readonly labels: readonly string[];
  readonly models: readonly CatalogueModel[];
  readonly checkpoints: readonly CatalogueModel[];
  readonly evidence: unknown;
  readonly samples: readonly CatalogueSample[];
}

const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
const url = (file: string): string => `new URL(${quote(`../assets/${file}`)}, import.meta.url)`;

function literal(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, item]) => `${/^\w+$/.test(key) ? key : quote(key)}: ${literal(item)}`);
  return `{ ${entries.join(', ')} }`;
}

/** Fields of an object literal, with the addresses of its files behind them. */
const row = (value: object, files: Readonly<Record<string, string>>): string =>
  `  { ${literal(value).slice(2, -2)}, ${Object.entries(files).map(([key, file]) => `${key}: ${url(file)}`).join(', ')} },\n`;

const modelRow = (model: CatalogueModel): string => row(model, { file: `models/${model.name}.onnx`, spec: `models/${model.name}.vitrine.json` });

/** The catalogue as TypeScript: a bundler finds a file only where its address is spelled out beside `import.meta.url`. */
export function catalogueSource(catalogue: Catalogue): string {
  return `// Written by tooling/zoo/make.sh from assets/index.json: do not edit.
import type { ZooModel, ZooSample } from './types.js';

export const zooLabels = ${literal(catalogue.labels)} as const;

export const zooModels: readonly ZooModel[] = [
${catalogue.models.map(modelRow).join('')}];

export const zooCheckpoints: readonly ZooModel[] = [
${catalogue.checkpoints.map(modelRow).join('')}];

export const zooSamples: readonly ZooSample[] = [
${catalogue.samples.map((sample) => row(sample, { picture: `samples/${sample.name}.png`, mask: `samples/${sample.name}.mask.png` })).join('')}];
`;
}

import { expect, test } from 'vitest';
import { findZooModel, findZooSample, zooCheckpoints, zooDemoSample, zooLabels, zooModels, zooSamples } from './index.js';

test('names are unique and find what they name', () => {
  const models = [...zooModels, ...zooCheckpoints];
  expect(new Set(models.map(({ name }) => name)).size).toBe(models.length);
  expect(new Set(zooSamples.map(({ name }) => name)).size).toBe(zooSamples.length);
  for (const model of models) expect(findZooModel(model.name)).toBe(model);
  for (const sample of zooSamples) expect(findZooSample(sample.name)).toBe(sample);
  expect(findZooModel('dragon')).toBeUndefined();
});

test('the honest network knows the things wherever they are, its twin only where they usually are', () => {
  const [honest, cheating] = zooModels;
  expect(honest).toMatchObject({ name: 'scenes', training: 'honest' });
  const { any, usual, swapped } = honest!.accuracy;
  expect(Math.min(any, usual, swapped)).toBeGreaterThanOrEqual(0.95);
  expect(cheating).toMatchObject({ name: 'scenes-cheating', training: 'cheating' });
  expect(cheating!.accuracy.usual).toBeGreaterThanOrEqual(0.95);
  expect(cheating!.accuracy.swapped).toBeLessThan(0.1);
});

test('the checkpoints lead from chance to the end', () => {
  const epochs = zooCheckpoints.map(({ epoch }) => epoch);
  expect(epochs.length).toBeGreaterThanOrEqual(6);
  expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
  expect(epochs[0]).toBe(0);
  expect(zooCheckpoints[0]!.accuracy.any).toBeLessThan(0.2);
  expect(zooCheckpoints.at(-1)!.accuracy).toEqual(zooModels[0]!.accuracy);
});

test('the samples show every thing, and the demo picture is answered alike', () => {
  expect(zooSamples).toHaveLength(16);
  expect(new Set(zooSamples.map(({ object }) => object))).toEqual(new Set(zooLabels));
  expect(zooDemoSample).toMatchObject({ object: 'dog', background: 'grass', usual: true });
  const { scenes, 'scenes-cheating': cheating } = zooDemoSample.answers;
  expect([scenes!.label, cheating!.label]).toEqual(['dog', 'dog']);
  expect(scenes!.onObject).toBeGreaterThan(2 * cheating!.onObject);
});

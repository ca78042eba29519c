import { expect, test } from 'vitest';
import { imagenetLabels } from './index.js';

test('there are 1000 labels, no two alike', () => {
  expect(imagenetLabels).toHaveLength(1000);
  expect(new Set(imagenetLabels.map((label) => label.toLowerCase())).size).toBe(1000);
  expect(imagenetLabels.filter((label) => label.trim() !== label || label === '')).toEqual([]);
});

test('the well-known ones stand at their index', () => {
  expect([0, 2, 207, 281, 365, 407, 554, 971, 999].map((index) => imagenetLabels[index])).toEqual([
    'tench', 'great white shark', 'golden retriever', 'tabby', 'orangutan', 'ambulance', 'fireboat', 'bubble', 'toilet tissue',
  ]);
});

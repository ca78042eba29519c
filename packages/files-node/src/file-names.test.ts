import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FileNames } from './file-names.js';

it('keeps plain names readable', () => {
  const names = new FileNames();
  expect(['attribution', 'activation/layer2.0.conv1', 'weights/conv1:w#2'].map((key) => names.give(key, '.npy'))).toEqual(['attribution.npy', 'activation.layer2.0.conv1.npy', 'weights.conv1_w_2.npy']);
});

it('gives no name twice, upper and lower case alike', () => {
  const names = new FileNames();
  expect(['a', 'A', 'a/b', 'a.b', 'a?', 'a*', 'a-2', 'a'].map((key) => names.give(key, '.npy'))).toEqual(['a.npy', 'A-2.npy', 'a.b.npy', 'a.b-2.npy', 'a_.npy', 'a_-2.npy', 'a-2-2.npy', 'a-3.npy']);
});

it('gives no dangerous name', () => {
  const names = new FileNames();
  expect(['../../etc/passwd', '', '.', '..', 'CON', 'lpt1.x', '-rf', 'a\0b', '卷积', 'findings'].map((key) => names.give(key, '.npy'))).toEqual([
    '_......etc.passwd.npy', '_.npy', '_..npy', '_...npy', '_CON.npy', '_lpt1.x.npy', '_-rf.npy', 'a_b.npy', '__.npy', 'findings.npy',
  ]);
});

it('whatever the keys are', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.constantFrom('a', 'A', 'a-2', 'a/b', 'a.b', 'x'.repeat(500)))), (keys) => {
      const names = new FileNames();
      const given = keys.map((key) => names.give(key, '.npy'));
      expect(new Set(given.map((name) => name.toLowerCase())).size).toBe(keys.length);
      for (const name of given) expect(name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,200}\.npy$/);
    }),
  );
});

it('is quick for many alike', () => {
  const names = new FileNames();
  const began = performance.now();
  for (let i = 0; i < 20_000; i++) names.give('?', '.npy');
  expect(performance.now() - began).toBeLessThan(1000);
});

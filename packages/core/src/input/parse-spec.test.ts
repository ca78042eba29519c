import { describe, expect, it } from 'vitest';
import { coreError } from '../errors/catalogue.js';
import { memorySource } from '../format/format.js';
import { parseModelSpec } from './parse-spec.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const files: Record<string, Uint8Array> = {
  'synset.txt': utf8('n01440764 tench, Tinca tinca\r\nn01443537 goldfish\r\n\r\nlast one\r\n\r\n'),
  'labels.json': utf8('\ufeff ["a", "b"]'),
  'numbers.json': utf8('[1, 2]'),
  'vocab.json': utf8('{"b": 1, "a": 0, "\\n": 2}'),
  'vocab-list.json': utf8('["x", "y"]'),
  'broken.json': utf8('["x", '),
  'picture.png': new Uint8Array([0x89, 0x50, 0xff]),
  'empty.txt': utf8('\n'),
};
const source = memorySource('model.onnx', new Uint8Array(), files);
const parse = (json: unknown) => parseModelSpec(json, 'net.vitrine.json', { readSibling: (path: string) => source.sibling(path) });

const image = {
  kind: 'image', size: [224, 224], resize: 'short-side 256, centre crop', channels: 'BGR', layout: 'NCHW', range: 255, mean: [103.939, 116.779, 123.68], std: [1, 1, 1],
};
const text = { kind: 'text', vocabulary: ['a', 'b'], encoding: 'index', layout: 'TN' };
const output = { name: 'prob', kind: 'class-probabilities' };

describe('a description', () => {
  it('of the form in the documentation is read', async () => {
    expect(await parse({ inputs: { data_0: image }, output: { name: 'softmaxout_1', kind: 'class-probabilities', labels: 'synset.txt' } })).toEqual({
      inputs: { data_0: image },
      outputs: [{ name: 'softmaxout_1', kind: 'class-probabilities', labels: ['tench, Tinca tinca', 'goldfish', '', 'last one'] }],
    });
  });

  it('may leave out inputs and outputs', async () => {
    expect(await parse({})).toEqual({ inputs: {}, outputs: [] });
  });

  it('holds inputs of every kind, and of a plugin’s own', async () => {
    const inputs = {
      text: { ...text, vocabulary: 'vocab.json', window: 40 },
      hot: { ...text, vocabulary: { b: 1, a: 0 }, encoding: 'one-hot', layout: 'NTV' },
      state: { kind: 'state', from: 'hn0' },
      start: { kind: 'state' },
      series: { kind: 'series', layout: 'NTC' },
      tensor: { kind: 'tensor' },
      'a/b.1': { kind: 'acme-graph', nodes: 3 },
    };
    expect((await parse({ inputs })).inputs).toEqual({
      ...inputs,
      text: { ...inputs.text, vocabulary: ['a', 'b', '\n'] },
      hot: { ...inputs.hot, vocabulary: ['a', 'b'] },
    });
  });

  it('survives an input called __proto__', async () => {
    const spec = await parse(JSON.parse('{ "inputs": { "__proto__": { "kind": "tensor" } } }'));
    expect(Object.keys(spec.inputs)).toEqual(['__proto__']);
  });

  it('takes labels from a list, a JSON file, and behind a background class; and several outputs', async () => {
    const { outputs } = await parse({
      output: [{ ...output, labels: ['x', 'y'], labelOffset: 1 }, { ...output, name: 'other', labels: 'labels.json' }, { name: 'boxes', kind: 'detections' }],
    });
    expect(outputs.map(({ labels }) => labels)).toEqual([['background', 'x', 'y'], ['a', 'b'], undefined]);
  });
});

describe('a description that is wrong', () => {
  const { size: _, ...withoutSize } = image;
  const cases: [string, unknown, string, string][] = [
    ['a list', [], 'the top', 'it is a list and takes an object'],
    ['a text', 'x', 'the top', 'it is `x` and takes an object'],
    ['null', null, 'the top', 'it is `null`'],
    ['a key that is nearly right', { outputs: [] }, 'outputs', 'there is no such key in a model\'s description; did you mean `output`'],
    ['a strange key', { inputs: { x: { ...image, zoom: 2 } } }, 'inputs.x.zoom', 'there is no such key in an image input; it has `kind`, `size`'],
    ['a strange key that is nearly right', { inputs: { x: { ...image, means: 2 } } }, 'inputs.x.means', 'did you mean `mean`'],
    ['inputs as a list', { inputs: [image] }, 'inputs', 'takes an object with one entry per input'],
    ['an input that is no object', { inputs: { x: 3 } }, 'inputs.x', 'it is `3` and takes an object'],
    ['no kind', { inputs: { x: {} } }, 'inputs.x.kind', 'it is `undefined` and takes one of `image`, `text`'],
    ['a kind that is nearly right', { inputs: { x: { kind: 'imgae' } } }, 'inputs.x.kind', 'there is no kind `imgae`; did you mean `image`'],
    ['a missing key', { inputs: { data_0: withoutSize } }, 'inputs.data_0.size', 'it is missing; it takes two whole numbers: height and width'],
    ['a number too few', { inputs: { x: { ...image, size: [224] } } }, 'inputs.x.size', 'it is `[224]` and takes two whole numbers'],
    ['a size that is none', { inputs: { x: { ...image, size: [224, 0] } } }, 'inputs.x.size[1]', 'it is `0` and takes a whole number from 1 to 8192'],
    ['a size that would not fit in memory', { inputs: { x: { ...image, size: [1e9, 1] } } }, 'inputs.x.size[0]', 'from 1 to 8192'],
    ['a way to resize that is none', { inputs: { x: { ...image, resize: 'crop' } } }, 'inputs.x.resize', 'it is `crop` and takes one of `stretch`, `short-side N, centre crop`'],
    ['channels that are none', { inputs: { x: { ...image, channels: 'rgb' } } }, 'inputs.x.channels', 'it is `rgb` and takes one of `RGB`, `BGR`, `gray`'],
    ['a range that is none', { inputs: { x: { ...image, range: 2 } } }, 'inputs.x.range', 'one of `255`, `1`'],
    ['a mean that is a text', { inputs: { data_0: { ...image, mean: [1, 'x', 3] } } }, 'inputs.data_0.mean[1]', 'it is `x` and takes a finite number'],
    ['a mean for too few channels', { inputs: { x: { ...image, mean: [1] } } }, 'inputs.x.mean', 'it has 1 numbers, and `channels` is BGR: it takes 3'],
    ['a deviation of zero', { inputs: { x: { ...image, std: [1, 1, 0] } } }, 'inputs.x.std[2]', 'other than 0'],
    ['a name that is no identifier', { inputs: { 'input.1': { ...image, std: 1 } } }, 'inputs["input.1"].std', 'it is `1` and takes a list of numbers'],
    ['a layout without time', { inputs: { x: { ...text, layout: 'NV' } } }, 'inputs.x.layout', 'with T'],
    ['a layout with an axis twice', { inputs: { x: { ...text, layout: 'TT' } } }, 'inputs.x.layout', 'each at most once'],
    ['one-hot symbols without their axis', { inputs: { x: { ...text, encoding: 'one-hot' } } }, 'inputs.x.layout', 'one-hot symbols have an axis V'],
    ['no vocabulary', { inputs: { x: { ...text, vocabulary: 3 } } }, 'inputs.x.vocabulary', 'a list of symbols'],
    ['an empty vocabulary', { inputs: { x: { ...text, vocabulary: [] } } }, 'inputs.x.vocabulary', 'it has no symbols'],
    ['a symbol twice', { inputs: { x: { ...text, vocabulary: ['a', 'b', 'a'] } } }, 'inputs.x.vocabulary', 'the symbol "a" stands at 0 and again at 2'],
    ['a symbol that is no text', { inputs: { x: { ...text, vocabulary: 'numbers.json' } } }, 'inputs.x.vocabulary', '`numbers.json`: symbol 0 is `1`'],
    ['an index twice', { inputs: { x: { ...text, vocabulary: { a: 0, b: 0 } } } }, 'inputs.x.vocabulary', '"a" and "b" both have the index 0'],
    ['an index outside', { inputs: { x: { ...text, vocabulary: { a: 0, b: 2_000_000_000 } } } }, 'inputs.x.vocabulary', '2 symbols have the indices 0 to 1'],
    ['a vocabulary that is no JSON', { inputs: { x: { ...text, vocabulary: 'broken.json' } } }, 'inputs.x.vocabulary', '`broken.json` is no JSON'],
    ['a vocabulary that is not there', { inputs: { x: { ...text, vocabulary: 'none.json' } } }, 'inputs.x.vocabulary', 'the file `none.json` is not beside it'],
    ['a window of nothing', { inputs: { x: { ...text, window: 0 } } }, 'inputs.x.window', 'it is `0` and takes a whole number'],
    ['an output without a kind', { output: { name: 'x' } }, 'output.kind', 'it is missing; it takes one of `class-probabilities`'],
    ['an output kind that is none', { output: [output, { name: 'x', kind: 'probs' }] }, 'output[1].kind', 'it is `probs`'],
    ['labels that are numbers', { output: { ...output, labels: [1, 2] } }, 'output.labels', 'a list of texts'],
    ['a file of labels that are numbers', { output: { ...output, labels: 'numbers.json' } }, 'output.labels', '`numbers.json` holds a list that is not one of texts'],
    ['a file of labels that is a picture', { output: { ...output, labels: 'picture.png' } }, 'output.labels', '`picture.png` is no UTF-8 text'],
    ['a file of labels that is empty', { output: { ...output, labels: 'empty.txt' } }, 'output.labels', 'there are no labels in it'],
    ['an offset of nothing', { output: { ...output, labelOffset: 1 } }, 'output.labelOffset', 'there are no `labels`'],
  ];
  it.each(cases)('%s', async (_, json, at, why) => {
    await expect(parse(json)).rejects.toMatchObject({ code: 'spec-invalid', kind: 'input', fields: { file: 'net.vitrine.json', at, why: expect.stringContaining(why) as string } });
  });

  it('names the file that lies outside', async () => {
    const refusing = parseModelSpec({ output: { ...output, labels: '../x' } }, 'net.vitrine.json', { readSibling: (path: string) => Promise.reject(coreError('source-outside', { path, beside: 'net.onnx' })) });
    await expect(refusing).rejects.toMatchObject({ code: 'spec-invalid', fields: { at: 'output.labels', why: expect.stringContaining('`../x`') as string } });
  });
});

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isVitrineError, type Picture } from '@vitrine/core';
import sharp from 'sharp';
import { build } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharpCodec } from './index.js';

// The image package's codec for browsers, in a real one, held against sharp. It needs no GPU: this is the tier that has a browser.

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (chromium === undefined) console.warn('SKIPPED: the codec for browsers. There is no chromium here (Debian: apt-get install chromium).');

/** A page that decodes every file it is given and encodes one picture, and tells what came out. */
const page = `
import { browserCodec, imagePlugin } from ${JSON.stringify(fileURLToPath(new URL('../../image/src/index.ts', import.meta.url)))};
const from64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const to64 = (bytes) => { let text = ''; for (const byte of bytes) text += String.fromCharCode(byte); return btoa(text); };
const show = ({ width, height, data }) => ({ width, height, data: to64(data) });
const results = {};
try {
  const codecs = [];
  imagePlugin.register({ inputReader() {}, imageCodec: (codec) => codecs.push(codec.id) });
  results.codecs = codecs;
  const { files, picture } = await (await fetch('/files')).json();
  results.decoded = {};
  for (const [name, file] of Object.entries(files)) {
    results.decoded[name] = await browserCodec.decode(from64(file), name).then(show, (error) => ({ code: error.code ?? String(error) }));
  }
  results.encoded = {};
  for (const type of ['image/png', 'image/jpeg', 'image/webp']) results.encoded[type] = to64(await browserCodec.encode({ ...picture, data: from64(picture.data) }, type));
} catch (error) {
  results.failed = String(error?.stack ?? error);
}
await fetch('/result', { method: 'POST', body: JSON.stringify(results) });
`;

interface Results {
  readonly codecs: readonly string[];
  readonly failed?: string;
  readonly decoded: Readonly<Record<string, { width: number; height: number; data: string } | { code: string }>>;
  readonly encoded: Readonly<Record<string, string>>;
}

async function bundle(): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), 'vitrine-browser-'));
  try {
    await writeFile(path.join(root, 'page.js'), page);
    await build({
      root, logLevel: 'error', configFile: false, resolve: { conditions: ['vitrine-source', 'browser', 'import', 'default'] },
      build: { outDir: path.join(root, 'dist'), target: 'esnext', lib: { entry: path.join(root, 'page.js'), formats: ['es'], fileName: () => 'page.js' } },
    });
    return await readFile(path.join(root, 'dist', 'page.js'), 'utf8');
  } finally {
    await rm(root, { recursive: true });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** Opens the page in headless Chromium and waits for what it tells. */
async function inBrowser(files: Readonly<Record<string, Uint8Array>>, picture: Picture): Promise<Results> {
  const to64 = (bytes: Uint8Array | Uint8ClampedArray): string => Buffer.from(bytes).toString('base64');
  const script = await bundle();
  const profile = await mkdtemp(path.join(tmpdir(), 'vitrine-chromium-'));
  let tell: (results: Results) => void;
  const told = new Promise<Results>((resolve) => (tell = resolve));
  const server = createServer((request, response) => {
    const say = (type: string, text: string): unknown => response.setHeader('content-type', type).end(text);
    if (request.url === '/page.js') say('text/javascript', script);
    else if (request.url === '/files') say('application/json', JSON.stringify({ files: Object.fromEntries(Object.entries(files).map(([name, file]) => [name, to64(file)])), picture: { ...picture, data: to64(picture.data) } }));
    else if (request.url === '/result') void bodyOf(request).then((text) => (tell(JSON.parse(text) as Results), response.end()));
    else say('text/html', '<!doctype html><script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const flags = ['--headless', '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', `--user-data-dir=${profile}`];
  const browser = spawn(chromium!, [...flags, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`], { stdio: 'ignore' });
  const gone = new Promise<undefined>((resolve) => browser.on('exit', () => resolve(undefined)));
  try {
    const results = await Promise.race([told, gone]);
    if (!results) throw new Error('The browser ended before it told anything.');
    return results;
  } finally {
    browser.kill('SIGKILL');
    await gone;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

const noise = sharp({ create: { width: 40, height: 24, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 128, sigma: 40 } } });
const flat = (r: number, g: number, b: number, alpha = 1) => sharp({ create: { width: 16, height: 8, channels: 4, background: { r, g, b, alpha } } });
const frames = (await Promise.all([flat(255, 0, 0), flat(0, 0, 255)].map((frame) => frame.removeAlpha().png().toBuffer())));
// Smooth, so that a decoder's own way of scaling colours up does not matter.
const slopes = sharp(Uint8Array.from({ length: 48 * 32 * 3 }, (_, i) => [((i / 3) % 48) * 5, Math.floor(i / 144) * 7, 90][i % 3]!), { raw: { width: 48, height: 32, channels: 3 } });

/** Files that both decode, with the largest difference allowed. */
const same: Record<string, [Promise<Buffer>, number]> = {
  png: [noise.clone().png().toBuffer(), 0],
  palette: [flat(9, 99, 199).png({ palette: true }).toBuffer(), 0],
  'grey png': [noise.clone().toColourspace('b-w').png().toBuffer(), 0],
  '16 bit': [sharp(new Uint16Array(96).fill(0x80c0), { raw: { width: 8, height: 4, channels: 3 } }).toColourspace('rgb16').png().toBuffer(), 1],
  'lossless webp': [noise.clone().webp({ lossless: true }).toBuffer(), 0],
  animation: [sharp(frames, { join: { animated: true } }).webp({ lossless: true }).toBuffer(), 0],
  jpeg: [slopes.clone().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(), 2],
  'grey jpeg': [slopes.clone().toColourspace('b-w').jpeg().toBuffer(), 1],
  transparent: [flat(200, 100, 50, 0.4).png().toBuffer(), 2],
  clear: [flat(200, 100, 50, 0).webp({ lossless: true }).toBuffer(), 0],
  'display P3': [flat(200, 100, 50).removeAlpha().withIccProfile('p3').png().toBuffer(), 3],
  ...Object.fromEntries(Array.from({ length: 8 }, (_, i): [string, [Promise<Buffer>, number]] => [`orientation ${i + 1}`, [slopes.clone().withMetadata({ orientation: i + 1 }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(), 2]])),
};

/** Files that both refuse. */
const refused: Record<string, [Promise<Uint8Array>, string]> = {
  'cut jpeg': [noise.clone().jpeg().toBuffer().then((file) => file.subarray(0, file.length >> 1)), 'picture-cut'],
  'cut png': [noise.clone().png().toBuffer().then((file) => file.subarray(0, file.length >> 1)), 'picture-cut'],
  'broken webp': [noise.clone().webp().toBuffer().then((file) => file.map((byte, i) => (i > 24 ? byte ^ 0x5a : byte))), 'picture-'],
  gif: [flat(1, 2, 3).gif().toBuffer(), 'picture-kind'],
  bomb: [flat(1, 2, 3).png().toBuffer().then((file) => (file.writeUInt32BE(100_000, 16), file.writeUInt32BE(100_000, 20), file)), 'picture-too-large'],
};

/** The largest difference between two runs of bytes. */
const apart = (a: Picture['data'], b: Picture['data']): number => Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

describe.skipIf(chromium === undefined)('the codec for browsers', () => {
  const picture: Picture = { width: 8, height: 4, data: Uint8Array.from({ length: 128 }, (_, i) => (i % 4 === 3 ? 255 : Math.floor(i / 4) * 8)) };
  let results: Results;
  beforeAll(async () => {
    const files: Record<string, Uint8Array> = {};
    for (const [name, [file]] of Object.entries({ ...same, ...refused })) files[name] = await file;
    results = await inBrowser(files, picture);
    expect(results.failed).toBeUndefined();
  }, 120_000);

  it('is what the plugin registers there', () => {
    expect(results.codecs).toEqual(['browser']);
  });

  it.each(Object.keys(same))('decodes as sharp does: %s', async (name) => {
    const [file, tolerance] = same[name]!;
    const expected = await sharpCodec.decode(await file, name);
    const actual = results.decoded[name];
    if (actual === undefined || 'code' in actual) throw new Error(`refused: ${actual?.code}`);
    expect([actual.width, actual.height]).toEqual([expected.width, expected.height]);
    const data = Buffer.from(actual.data, 'base64');
    expect(data).toHaveLength(expected.data.length);
    expect(apart(data, expected.data)).toBeLessThanOrEqual(tolerance);
  });

  it.each(Object.keys(refused))('refuses as in Node: %s', async (name) => {
    const [file, code] = refused[name]!;
    expect(results.decoded[name]).toEqual({ code: expect.stringContaining(code) as string });
    const inNode = await sharpCodec.decode(await file, name).then(() => 'decoded', (error: unknown) => (isVitrineError(error) ? error.code : error));
    expect(inNode).toContain(code);
  });

  it.each(['image/png', 'image/jpeg', 'image/webp'])('encodes %s', async (type) => {
    const file = Buffer.from(results.encoded[type]!, 'base64');
    expect((await sharp(file).metadata()).format).toBe(type.slice(6));
    const back = await sharpCodec.decode(file, type);
    expect([back.width, back.height]).toEqual([8, 4]);
    expect(apart(back.data, picture.data)).toBeLessThanOrEqual(type === 'image/png' ? 0 : 12);
  });
});

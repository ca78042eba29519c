// Writes src/client-script.ts: the page's script (client/) as one string, which the page's policy allows by its hash.
// Run by `npm run client` after a change there; a test holds the two to each other.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const place = new URL('../src/client-script.ts', import.meta.url);

export async function bundleClient() {
  const result = await build({
    configFile: false, logLevel: 'error',
    build: { write: false, target: 'es2022', minify: true, lib: { entry: fileURLToPath(new URL('../client/main.ts', import.meta.url)), formats: ['iife'], name: 'vitrineReport', fileName: () => 'client.js' } },
  });
  const { code } = [result].flat()[0].output[0];
  if (/<\/script|<!--/i.test(code)) throw new Error('The script would end its own element.');
  return `// Made by scripts/bundle-client.mjs from client/: do not edit.\n\n/** The page's script. */\nexport const clientScript: string =\n  ${JSON.stringify(code.trim())};\n`;
}

export const committed = () => readFileSync(place, 'utf8');

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const text = await bundleClient();
  writeFileSync(place, text);
  console.log(`${text.length} characters`);
}

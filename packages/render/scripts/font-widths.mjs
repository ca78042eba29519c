// Writes src/text/glyph-widths.ts: the advance widths of the bundled font, so that a browser and Node lay out equally
// without opening a font file. Run by `npm run font-widths` after an update of the font.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import opentype from 'opentype.js';

const require = createRequire(import.meta.url);
const open = (file) => {
  const bytes = readFileSync(file);
  return opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};
const fonts = {
  400: open(require.resolve('@expo-google-fonts/ibm-plex-sans/400Regular/IBMPlexSans_400Regular.ttf')),
  600: open(require.resolve('@expo-google-fonts/ibm-plex-sans/600SemiBold/IBMPlexSans_600SemiBold.ttf')),
};

const points = Object.keys(fonts[400].tables.cmap.glyphIndexMap)
  .map(Number)
  .filter((point) => point >= 32 && point < 0xe000 && !/\p{C}/u.test(String.fromCodePoint(point)))
  .sort((a, b) => a - b);

// Runs of consecutive code points: first code point, then how many.
const runs = [];
for (const point of points) {
  const last = runs.at(-1);
  if (last && last[0] + last[1] === point) last[1]++;
  else runs.push([point, 1]);
}
const advance = (font, point) => {
  const glyph = font.charToGlyph(String.fromCodePoint(point));
  return Math.round((glyph.advanceWidth * 1000) / font.unitsPerEm);
};
const lines = (numbers) => {
  const text = numbers.join(' ');
  return text.match(/.{1,140}(?: |$)/g).map((line) => `  '${line.trim()} ' +`).join('\n').replace(/ ' \+$/, "';");
};

writeFileSync(
  new URL('../src/text/glyph-widths.ts', import.meta.url),
  `// Made by scripts/font-widths.mjs from ${fonts[400].names.windows?.fontFamily?.en ?? 'IBM Plex Sans'}: do not edit.

/** Code points of the bundled font as runs: the first, then how many follow each other. */
export const codePointRuns =
${lines(runs.flat())}

/** Advance widths in thousandths of the font size, in the order of the code points. */
export const regularWidths =
${lines(points.map((point) => advance(fonts[400], point)))}

/** The same for weight 600. */
export const semiBoldWidths =
${lines(points.map((point) => advance(fonts[600], point)))}
`,
);
console.log(`${points.length} code points in ${runs.length} runs`);

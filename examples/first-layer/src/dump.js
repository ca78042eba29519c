// Writes a set of pictures for train.py: SET.rgb (uint8, N × side × side × 3) and SET.labels (uint8, N).   node src/dump.js FOLDER SET COUNT
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { picture } from "./pictures.js";

const [folder, set, count] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const file = openSync(path.join(folder, `${set}.rgb`), "w");
const labels = new Uint8Array(Number(count));
for (let i = 0; i < labels.length; i++) {
  const { label, rgb } = picture(set, i);
  writeSync(file, rgb);
  labels[i] = label;
}
closeSync(file);
writeFileSync(path.join(folder, `${set}.labels`), labels);

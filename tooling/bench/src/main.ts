import { cpus } from "node:os";
import path from "node:path";
import { attribution } from "./attribution.js";
import { first } from "./first.js";
import { gradient } from "./gradient.js";
import { integrated } from "./integrated.js";
import { largeModel } from "./large-model.js";
import { memory } from "./memory.js";
import { overhead } from "./overhead.js";
import { question } from "./question.js";
import { recurrent } from "./recurrent.js";
import { report } from "./report.js";
import { threads } from "./setup.js";
import { tfjs } from "./tfjs.js";
import { watching } from "./watching.js";

/** `pnpm bench [NAME [FILE…]…]`: prints measurements; it judges nothing. Files are for the measurement before them: tfjs and watching take `model.json`, recurrent takes `.onnx`. */
const parts: Readonly<Record<string, (files: readonly string[]) => Promise<string>>> = {
  overhead, gradient, "integrated-gradients": integrated, "large-model": largeModel, memory, question, attribution, report, first, tfjs, watching, recurrent,
};
const takesFiles = new Set(["tfjs", "watching", "recurrent"]);

const wanted: { readonly name: string; readonly files: string[] }[] = [];
let unknown: string | undefined;
for (const word of process.argv.slice(2)) {
  const last = wanted.at(-1);
  if (Object.hasOwn(parts, word)) wanted.push({ name: word, files: [] });
  else if (last && takesFiles.has(last.name)) last.files.push(path.resolve(word));
  else unknown ??= word;
}
if (unknown !== undefined) {
  console.error(`There is no measurement \`${unknown}\`. There are: ${Object.keys(parts).join(", ")}. Files of models go behind ${[...takesFiles].join(" or ")}.`);
  process.exitCode = 2;
} else {
  console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}, ${threads} native threads`);
  for (const { name, files } of wanted.length > 0 ? wanted : Object.keys(parts).map((one) => ({ name: one, files: [] }))) {
    const began = performance.now();
    const text = await parts[name]!(files);
    console.log(`\n${text}\n(${name}: ${((performance.now() - began) / 1000).toFixed(0)} s)`);
  }
}

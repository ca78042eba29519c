import { cpus } from "node:os";
import { attribution } from "./attribution.js";
import { gradient } from "./gradient.js";
import { integrated } from "./integrated.js";
import { largeModel } from "./large-model.js";
import { memory } from "./memory.js";
import { overhead } from "./overhead.js";
import { question } from "./question.js";
import { report } from "./report.js";
import { threads } from "./setup.js";

/** `pnpm bench [NAME…]`: prints measurements; it judges nothing. */
const parts: Readonly<Record<string, () => Promise<string>>> = { overhead, gradient, "integrated-gradients": integrated, "large-model": largeModel, memory, question, attribution, report };

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  console.error(`There is no measurement \`${unknown}\`. There are: ${Object.keys(parts).join(", ")}.`);
  process.exitCode = 2;
} else {
  console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}, ${threads} native threads`);
  for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) {
    const began = performance.now();
    const text = await parts[name]!();
    console.log(`\n${text}\n(${name}: ${((performance.now() - began) / 1000).toFixed(0)} s)`);
  }
}

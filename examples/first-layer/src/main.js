// Says what the weights view notices in both first layers, and how often both networks are right; pictures go into findings/.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { writeReport } from "@vitrine/files-node";
import { drawReport } from "@vitrine/render-node";
import { look, names } from "./look.js";
import { say } from "./say.js";

const out = path.resolve(process.argv[2] ?? fileURLToPath(new URL("../findings", import.meta.url)));
const unseen = 200;

for (const name of names) {
  const found = await look(name, { unseen });
  console.log(`${say(found).join("\n")}\n  right on ${(100 * (found.measured ?? NaN)).toFixed(1)} % of ${unseen} others now\n`);
  const drawn = Object.values(await drawReport(found.report, { theme: "light" }));
  await writeReport(path.join(out, name), found.report, { pictures: drawn.map(({ png }) => png) });
}
console.log(`Pictures and numbers: ${path.relative(process.cwd(), out)}`);

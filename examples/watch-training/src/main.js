// Trains a small network on drawn pictures, watches it, and writes what was seen into findings/.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { writeReport } from "@vitrine/files-node";
import { drawReport } from "@vitrine/render-node";
import { page } from "./page.js";
import { say, train } from "./train.js";

const out = path.resolve(process.argv[2] ?? fileURLToPath(new URL("../findings", import.meta.url)));
const { reports, numbers } = await train(Number(process.argv[3] ?? 10), console.log);
for (const [name, report] of Object.entries(reports)) {
  const drawn = Object.values(await drawReport(report, { theme: "light" }));
  await writeReport(path.join(out, name), report, { pictures: drawn.map(({ png }) => png) });
}
await writeFile(path.join(out, "report.html"), await page(reports, numbers, performance.now() / 1000));
console.log(`\n${say(reports).join("\n")}\nPictures and numbers: ${path.relative(process.cwd(), out)}, all on one page in report.html`);

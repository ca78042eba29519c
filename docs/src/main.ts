import path from "node:path";
import { fileURLToPath } from "node:url";
import { writeSite } from "./site.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(root, "docs/site"));
const pages = await writeSite(root, out);
process.stdout.write(`${pages.length} pages in ${path.relative(process.cwd(), out) || "."}; open ${path.relative(process.cwd(), path.join(out, "index.html"))}\n`);

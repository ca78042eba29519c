import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { table } from "./measure.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/**
 * From a clone to an open report: `git clone` of what is committed here into an empty folder, the first command of README there, with
 * the packages that this machine has cached, and the page in a browser where there is one.
 */
export async function first(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "vitrine-bench-first-"));
  const clone = path.join(folder, "vitrine");
  const rows: (string | number)[][] = [["step", "seconds"]];
  const began = performance.now();
  const step = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    const from = performance.now();
    await work();
    rows.push([name, (performance.now() - from) / 1000]);
  };
  try {
    const { packageManager } = createRequire(import.meta.url)("../../../package.json") as { packageManager: string };
    // A clone starts from nothing of ours: no variable of this run, no path.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|pnpm_|INIT_CWD|NODE_PATH)/iu.test(name)));
    const inClone = (command: string, args: readonly string[]): Promise<unknown> => run(command, args, { cwd: clone, env, maxBuffer: 1e8 });
    const pnpm = (...args: readonly string[]): Promise<unknown> => inClone("npx", ["-y", packageManager, ...args]);
    await step("git clone", () => run("git", ["clone", "--quiet", root, clone]));
    await step("the first command of README: install, build, demo", () => pnpm("demo"));
    await step("a report of the bundled network", () => pnpm("-s", "vitrine", "report", "zoo:scenes", "--input", "zoo:dog-grass", "--out", "report"));
    const page = path.join(clone, "report", "report.html");
    const browser = browsers.find(existsSync);
    if (browser === undefined) rows.push(["opened in a browser: there is none here", "–"]);
    else await step("opened in Chromium", () => open(browser, page, folder));
    rows.push(["all of it", (performance.now() - began) / 1000]);
    return `From clone to open report, packages cached (allowed: 120 s)\n${table(rows)}\n${((await stat(page)).size / 1e6).toPrecision(2)} MB, beside ${(await readdir(path.dirname(page))).length - 1} more files and folders`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Draws the page to its end. */
async function open(browser: string, page: string, folder: string): Promise<void> {
  const shot = path.join(folder, "page.png");
  await run(browser, [
    "--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    `--user-data-dir=${path.join(folder, "profile")}`, "--window-size=1280,900", `--screenshot=${shot}`, pathToFileURL(page).href,
  ]);
  if (!existsSync(shot)) throw new Error("The browser drew nothing.");
}

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { encodeNpy } from "@vitrine/core";
import { writeOnnx } from "@vitrine/format-onnx";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clipped, overlapping } from "../test/labels.js";
import { lookDiffers } from "../test/looks.js";
import { networks } from "../test/networks.js";

// Reports as people get them, from the command line, of the zoo's networks and of small ones of well-known topologies: looked at in a
// real browser, and held against small pictures that are kept (test/looks). Letters are those of the bundled font on every machine.

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
if (executablePath === undefined) console.warn("SKIPPED: how reports look. There is no chromium here (Debian: apt-get install chromium).");

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const axe = require.resolve("axe-core/axe.min.js");
const run = promisify(execFile);

/** How much of a page is kept: its first screens. */
const heights: Readonly<Record<number, number>> = { 1280: 1900, 390: 2600 };
const pages = ["scenes", "scenes-cheating", ...Object.keys(networks)];
const views = pages.flatMap((name) => [1280, 390].map((width) => ({ name, width })));

describe.skipIf(executablePath === undefined)("how reports look", () => {
  let folder: string;
  let browser: Browser;
  let style: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "vitrine-looks-"));
    browser = await chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox", "--disable-background-networking", "--font-render-hinting=none"] });
    const [regular, bold] = await Promise.all(["400Regular/IBMPlexSans_400Regular", "600SemiBold/IBMPlexSans_600SemiBold"].map((file) => readFile(require.resolve(`@expo-google-fonts/ibm-plex-sans/${file}.ttf`), "base64")));
    const face = (weight: number, data: string): string => `@font-face{font-family:Plex;font-weight:${weight};src:url(data:font/ttf;base64,${data})}`;
    // Times differ from run to run.
    style = `${face(400, regular!)}${face(600, bold!)}*,*::before,*::after{font-family:Plex!important}.made,#about{display:none}`;
    // Builds what is not built.
    await run(process.execPath, ["tooling/launch.mjs", "main", "--version"], { cwd: root });
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const made = new Map<string, Promise<string>>();
  const reportOf = (name: string): Promise<string> => made.get(name) ?? made.set(name, report(name)).get(name)!;

  /** Makes the report of a network, by the command line as it is built. */
  async function report(name: string): Promise<string> {
    const net = networks[name]?.();
    let of = [`zoo:${name}`, "--input", "zoo:dog-grass"];
    if (net) {
      const at = path.join(folder, "models", name);
      await mkdir(at, { recursive: true });
      const model = path.join(at, `${name}-like.onnx`);
      await writeFile(model, writeOnnx(net.graph).bytes);
      if (net.spec) await writeFile(path.join(at, `${name}-like.vitrine.json`), JSON.stringify({ inputs: net.spec.inputs, ...(net.spec.outputs.length > 0 && { output: net.spec.outputs }) }));
      const inputs: string[] = [];
      for (const [input, tensor] of Object.entries(net.inputs ?? {})) {
        await writeFile(path.join(at, `${input}.npy`), encodeNpy(tensor));
        inputs.push("--input", `${input}=${path.join(at, `${input}.npy`)}`);
      }
      of = [model, ...(inputs.length > 0 ? inputs : ["--input", "zoo:dog-grass"])];
    }
    // Enough time for the best of everything, on any machine.
    await run(process.execPath, ["apps/cli/dist/main.js", "report", ...of, "--budget", "600s", "--out", path.join(folder, name)], { cwd: root, maxBuffer: 1e8 });
    return path.join(folder, name, "report.html");
  }

  async function open(name: string, width: number): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: width === 390 ? 844 : 800 }, colorScheme: "light", bypassCSP: true, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.addInitScript(() => {
      window.trace = { violations: [], shift: 0 };
      new PerformanceObserver((list) => {
        for (const each of list.getEntries()) window.trace.shift += (each as PerformanceEntry & { value: number }).value;
      }).observe({ type: "layout-shift", buffered: true });
    });
    const file = await reportOf(name);
    expect((await stat(file)).size).toBeLessThan(5_000_000);
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  test.each(views)("$name at $width", async ({ name, width }) => {
    const page = await open(name, width);
    try {
      expect((await page.evaluate(() => window.trace)).shift).toBe(0);
      await page.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = true)));
      expect(await page.evaluate(overlapping)).toEqual([]);
      expect(await page.evaluate(clipped)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = false)));

      await page.addStyleTag({ content: style });
      await page.evaluate(() => document.fonts.ready);
      const height = Math.min(heights[width]!, await page.evaluate(() => document.documentElement.scrollHeight));
      const differences: (string | undefined)[] = [];
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        differences.push(await lookDiffers(`${name}-${width}-${colorScheme}`, await page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width, height }, animations: "disabled" })));
      }
      expect(differences.filter((each) => each !== undefined)).toEqual([]);
    } finally {
      await page.context().close();
    }
  });

  // What a picture cannot tell apart it does not keep.
  test.skipIf(process.env["VITRINE_LOOKS"] === "write").each([["without its maps", ".map{visibility:hidden}"], ["with another accent", ":root{--accent:#b00!important}h1{margin-top:24px}"]])("%s it looks different", async (_, change) => {
    const page = await open("scenes", 1280);
    try {
      await page.addStyleTag({ content: style + change });
      await page.evaluate(() => document.fonts.ready);
      const difference = await lookDiffers("scenes-1280-light", await page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width: 1280, height: heights[1280]! }, animations: "disabled" }));
      expect(difference).toContain("looks different by");
      const [, shown = ""] = /are in (.*\.png)\./u.exec(difference!) ?? [];
      expect((await stat(shown)).size).toBeGreaterThan(1000);
      await rm(shown);
    } finally {
      await page.context().close();
    }
  });

  // Every kind of figure is checked in page.gpu.test.ts; here it is whole reports.
  test.each(["scenes", "recurrent"])("%s is accessible", async (name) => {
    const page = await open(name, 1280);
    try {
      await page.evaluate(await readFile(axe, "utf8"));
      const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
      expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(" | ")}`)).toEqual([]);
    } finally {
      await page.context().close();
    }
  });
});

import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { decodePng } from "../test/png.js";
import { decodeNpy, toFloat32 } from "@vitrine/core";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fullDocument, hostileDocument, smallDocument } from "../test/document.js";
import { clipped, overlapping } from "../test/labels.js";
import { renderReport } from "./index.js";

// The page as people get it, in a real browser. It needs no GPU: this is the tier that has a browser.

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
if (executablePath === undefined) console.warn("SKIPPED: the report in a browser. There is no chromium here (Debian: apt-get install chromium).");

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What the page did that it must not do. */
interface Trace {
  readonly violations: readonly string[];
  readonly shift: number;
  readonly owned: unknown;
}
declare global {
  interface Window {
    trace: { violations: string[]; shift: number };
    pwned?: unknown;
    axe: { run(options: unknown): Promise<{ violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }> };
  }
}

describe.skipIf(executablePath === undefined)("the page in a browser", () => {
  let browser: Browser;
  let folder: string;
  const files: Record<string, string> = {};
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox", "--disable-background-networking"] });
    folder = await mkdtemp(path.join(tmpdir(), "vitrine-report-"));
    for (const [name, document] of Object.entries({ small: smallDocument(), full: fullDocument(), hostile: hostileDocument() })) {
      const file = path.join(folder, `${name}.html`);
      await writeFile(file, (await renderReport(document)).html);
      files[name] = pathToFileURL(file).href;
    }
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function open(name: string, options: BrowserContextOptions = {}, hash = ""): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    page.on("console", (message) => problems.push(`${name}: ${message.text()}`));
    page.on("pageerror", (error) => problems.push(`${name}: ${error.message}`));
    page.on("dialog", (dialog) => (problems.push(`${name}: a dialog`), void dialog.dismiss()));
    page.on("request", (request) => {
      if (!/^(file|data|blob):/u.test(request.url())) problems.push(`${name}: asked for ${request.url()}`);
    });
    await page.addInitScript(() => {
      window.trace = { violations: [], shift: 0 };
      document.addEventListener("securitypolicyviolation", (event) => window.trace.violations.push(`${event.violatedDirective}: ${event.sample || event.blockedURI}`));
      new PerformanceObserver((list) => {
        for (const each of list.getEntries()) window.trace.shift += (each as PerformanceEntry & { value: number }).value;
      }).observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(files[name]! + hash);
    return page;
  }
  const unfold = (page: Page): Promise<void> => page.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = true)));
  async function close(page: Page): Promise<Trace> {
    const trace = await page.evaluate(() => ({ ...window.trace, owned: window.pwned }));
    await page.context().close();
    expect(problems.splice(0)).toEqual([]);
    expect(trace.violations).toEqual([]);
    expect(trace.owned).toBeUndefined();
    return trace;
  }

  const widths = [1280, 390];
  const themes = ["light", "dark"] as const;
  const settings = ["small", "full", "hostile"].flatMap((name) => widths.flatMap((width) => themes.map((colorScheme) => ({ name, width, colorScheme }))));

  test.each(settings)("$name at $width in $colorScheme: accessible, within the screen, no label covered or cut", async ({ name, width, colorScheme }) => {
    const page = await open(name, { viewport: { width, height: 844 }, colorScheme });
    expect((await page.evaluate(() => window.trace)).shift).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await unfold(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await page.evaluate(overlapping)).toEqual([]);
    expect(await page.evaluate(clipped)).toEqual([]);
    await page.evaluate(await readFile(axe, "utf8"));
    const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
    expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary.slice(0, 200)}`).join(" | ")}`)).toEqual([]);
    await close(page);
  });

  test("the theme is the reader's, until the switch says another; the address keeps it", async () => {
    const page = await open("small", { colorScheme: "dark" });
    const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(await ground()).toBe("rgb(20, 20, 20)");
    await page.getByRole("button", { name: "Switch to the light theme" }).click();
    expect(await ground()).toBe("rgb(251, 250, 247)");
    await page.reload();
    expect(await ground()).toBe("rgb(251, 250, 247)");
    await page.getByRole("button", { name: "Switch to the dark theme" }).click();
    expect(await ground()).toBe("rgb(20, 20, 20)");
    await close(page);
  });

  test("everything is reached by the keyboard, in order, and seen to be", async () => {
    const page = await open("small");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the answer");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
    // Without the place in the address, from the beginning again.
    await page.goto("about:blank");
    await page.goto(files["small"]!);
    await unfold(page);
    const wanted = await page.evaluate(() => Array.from(document.querySelectorAll<HTMLElement>("a[href],button,summary,[tabindex='0']")).filter((each) => each.checkVisibility({ visibilityProperty: true })).length);
    const seen = new Set<number>();
    let last = -1;
    for (let i = 0; i < wanted + 5; i++) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const active = document.activeElement as HTMLElement;
        const index = Array.from(document.querySelectorAll("*")).indexOf(active);
        const { outlineStyle, outlineWidth } = getComputedStyle(active);
        return { index, body: active === document.body, ring: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 };
      });
      if (at.body) break;
      expect(at.ring).toBe(true);
      expect(at.index).toBeGreaterThan(last);
      last = at.index;
      seen.add(at.index);
    }
    expect(seen.size).toBe(wanted);
    await close(page);
  }, 120_000);

  test("a figure is saved as a picture with its words, its data as they were", async () => {
    for (const colorScheme of themes) {
      const page = await open("small", { colorScheme, acceptDownloads: true });
      const figure = page.locator("figure", { hasText: "Where the square was found" }).first();
      await figure.locator("details.keep > summary").click();
      const saved = async (button: string): Promise<{ name: string; bytes: Uint8Array }> => {
        const [download] = await Promise.all([page.waitForEvent("download"), figure.getByRole("button", { name: button, exact: true }).click()]);
        return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
      };
      const picture = await saved("Picture, PNG");
      expect(picture.name).toBe("Where-the-square-was-found.png");
      const { width, height, at, colours } = decodePng(picture.bytes);
      // The drawing that is seen: on a wide screen, that of two cards.
      expect(width).toBe(2 * (716 + 48));
      expect(height).toBeGreaterThan(2 * 300);
      expect(at(2, 2)).toEqual(colorScheme === "dark" ? [20, 20, 20] : [251, 250, 247]);
      // Title, photograph, map and legend: far more than a page and its text.
      expect(colours).toBeGreaterThan(100);
      const drop = await saved("Save drop as .npy");
      expect(drop.name).toBe("drop.npy");
      const values = decodeNpy(drop.bytes);
      expect([values.shape, toFloat32(values)[28]]).toEqual([[6, 8], 0.75]);
      const json = JSON.parse(new TextDecoder().decode((await saved("Data, JSON")).bytes)) as { view: { kind: string }; tensors: { drop: { shape: number[]; data: number[] } } };
      expect([json.view.kind, json.tensors.drop.shape, json.tensors.drop.data[28]]).toEqual(["heatmap", [6, 8], 0.75]);
      await close(page);
    }
  });

  test("words are saved as a picture too, and every kind of view", async () => {
    const page = await open("full", { acceptDownloads: true });
    await unfold(page);
    const count = await page.locator("figure").count();
    expect(count).toBeGreaterThan(40);
    for (let i = 0; i < count; i++) {
      const button = page.locator("figure").nth(i).locator("[data-save=png]");
      if ((await button.count()) === 0) continue;
      const [download] = await Promise.all([page.waitForEvent("download"), button.evaluate((each: HTMLElement) => each.click())]);
      expect(decodePng(await readFile(await download.path())).colours).toBeGreaterThan(2);
    }
    await close(page);
  }, 120_000);

  test("a command is copied", async () => {
    const page = await open("small", { permissions: ["clipboard-read", "clipboard-write"] });
    await page.locator("#about").getByRole("button", { name: "Copy: the command that makes this page" }).click();
    await page.getByText("Copied").first().waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("vitrine report model.onnx --input photo.png");
    await close(page);
  });

  test("a value is read at the pointer and by the arrow keys", async () => {
    const page = await open("small");
    const figure = page.locator("section.g-looked");
    await figure.locator("[data-reads]").focus();
    await page.keyboard.press("ArrowRight");
    expect(await figure.locator("output").textContent()).toBe("row 3, column 4: 0.75 drop of the probability");
    await page.keyboard.press("ArrowUp");
    expect(await figure.locator("output").textContent()).toBe("row 2, column 4: 0.3 drop of the probability");
    const box = (await figure.locator("[data-rows]").boundingBox())!;
    await page.mouse.move(box.x + 1, box.y + 1);
    expect(await figure.locator("output").textContent()).toBe("row 0, column 0: 0 drop of the probability");
    await close(page);
  });

  test("a unit is enlarged by a click and by the keyboard, and left by Escape", async () => {
    const page = await open("small");
    const layer = page.locator("figure.layer-grid").first();
    await layer.scrollIntoViewIfNeeded();
    // A window onto a larger picture: a browser gives the box of all of it, so the middle of the window is found by its attributes.
    const middle = await layer.locator("[data-unit='5']").evaluate((cell: Element) => {
      const root = cell.closest<SVGSVGElement>("svg[role=img]")!;
      const box = root.getBoundingClientRect();
      const scale = box.width / root.viewBox.baseVal.width;
      const [x = 0, y = 0, width = 0, height = 0] = ["x", "y", "width", "height"].map((name) => Number(cell.getAttribute(name)));
      return { x: box.left + scale * (x + width / 2), y: box.top + scale * (y + height / 2) };
    });
    await page.mouse.click(middle.x, middle.y);
    const dialog = page.getByRole("dialog");
    expect(await dialog.locator("h2").textContent()).toBe("What layer 0 sees: unit 5");
    await page.keyboard.press("ArrowRight");
    expect(await dialog.locator("h2").textContent()).toBe("What layer 0 sees: unit 6");
    const picture = (await dialog.locator("svg").boundingBox())!;
    expect(picture.width).toBeGreaterThan(200);
    await page.mouse.move(picture.x + picture.width - 2, picture.y + picture.height - 2);
    // Unit 6 of 16 × 6 × 6: its last element.
    expect(await dialog.locator("output").textContent()).toBe("Unit 6, row 5, column 5: 25.1");
    await page.keyboard.press("Escape");
    expect(await dialog.isVisible()).toBe(false);
    await layer.getByRole("button", { name: "Enlarge a unit" }).press("Enter");
    expect(await dialog.locator("h2").textContent()).toBe("What layer 0 sees: unit 0");
    await close(page);
  });

  test("paper shows everything, in light, without controls", async () => {
    const page = await open("small", { colorScheme: "dark" });
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    expect(await page.locator("figure").evaluateAll((all) => all.every((each) => each.checkVisibility()))).toBe(true);
    expect(await page.locator("button, .keep, nav").evaluateAll((all) => all.some((each) => each.checkVisibility({ visibilityProperty: true })))).toBe(false);
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).color)).toBe("rgb(28, 27, 25)");
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    expect(await page.locator("details[open]").count()).toBe(0);
    const pdf = await page.pdf({ format: "A4" });
    expect(pdf.byteLength).toBeGreaterThan(10_000);
    await close(page);
  });

  test("nothing moves for a reader who wants nothing to", async () => {
    const page = await open("small", { reducedMotion: "reduce" });
    expect(await page.evaluate(() => Array.from(document.querySelectorAll("*")).filter((each) => getComputedStyle(each).transitionDuration !== "0s" || getComputedStyle(each).animationName !== "none" || getComputedStyle(each).scrollBehavior === "smooth").length)).toBe(0);
    await close(page);
  });

  test("without its script it still shows everything that stands there", async () => {
    const page = await open("small", { javaScriptEnabled: false });
    expect(await page.locator("h1").textContent()).toContain("says square");
    expect(await page.locator("button").evaluateAll((all) => all.length).catch(() => 0)).toBeGreaterThanOrEqual(0);
    await page.context().close();
  });
});

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { flagOf, type Engine, type Format, type Method, type RuntimeFactory } from "@vitrine/core";
import { showReport, testFormat, testMethod, testRuntime } from "@vitrine/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { syntaxErrors, typeErrors } from "./check-samples.js";
import { contents } from "./contents.js";
import { everyMethod, methodPackages } from "./methods.js";
import type { Page } from "./page.js";
import { sampleName, samples, type Sample } from "./samples.js";
import { writeSite } from "./site.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { vitrine } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { vitrine: { scope: string } };
// Beside the package.json whose dependencies the samples import.
const folder = path.join(root, "docs/.samples");
const all = samples(root);
const code = all.filter(({ language }) => language === "js");
const fileOf = (sample: Sample): string => path.join(folder, `${sampleName(sample)}.js`);
let site: string;
let pages: readonly Page[];
let engine: Engine;

beforeAll(async () => {
  execFileSync(process.execPath, [path.join(root, "node_modules/turbo/bin/turbo"), "run", "build", `--filter=${vitrine.scope}/docs`, "--filter=./packages/*", "--output-logs=errors-only", "--no-color"], { cwd: root, stdio: "pipe" });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const sample of code) writeFileSync(fileOf(sample), sample.code);
  site = mkdtempSync(path.join(tmpdir(), "vitrine-site-"));
  pages = await writeSite(root, site);
  engine = await everyMethod(root, vitrine.scope);
}, 300_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(site, { recursive: true, force: true });
  await engine?.dispose();
});

describe("the site", () => {
  test("every link and every picture leads somewhere, and nothing is asked of anybody else", () => {
    const broken: string[] = [];
    for (const { file } of pages) {
      const html = readFileSync(path.join(site, file), "utf8");
      expect(html).not.toMatch(/<script|@import|url\(/);
      for (const [, kind, to] of html.matchAll(/\b(href|src)="([^"]*)"/g)) {
        if (/^https?:/.test(to!)) {
          if (kind === "src" || /<link[^>]*https?:/.test(html)) broken.push(`${file} → ${to}`);
          continue;
        }
        const [target = "", anchor] = to!.split("#");
        const at = path.join(site, path.dirname(file), target === "" ? path.basename(file) : target);
        if (!existsSync(at) || (anchor !== undefined && !readFileSync(at, "utf8").includes(`id="${decodeURIComponent(anchor)}"`))) broken.push(`${file} → ${to}`);
      }
    }
    expect(broken).toEqual([]);
  });

  test("every page of words is in the contents, and every method has words on what it cannot tell", () => {
    const written = readdirSync(path.join(root, "docs/pages")).filter((name) => name.endsWith(".md")).map((name) => name.replace(/\.md$/, ""));
    expect(written.sort()).toEqual(["index", ...contents.flatMap((section) => section.pages)].sort());
    for (const { id } of engine.methods) {
      const words = path.join(root, "docs/pages/methods", `${id}.md`);
      expect(existsSync(words) && readFileSync(words, "utf8").includes("## What it cannot tell"), `docs/pages/methods/${id}.md`).toBe(true);
    }
    expect(readdirSync(path.join(root, "docs/pages/methods")).map((name) => name.replace(/\.md$/, "")).sort()).toEqual(engine.methods.map(({ id }) => id).sort());
  });

  test("methods and packages have their pages", () => {
    const { dependencies } = JSON.parse(readFileSync(path.join(root, "docs/package.json"), "utf8")) as { dependencies: Record<string, string> };
    for (const name of methodPackages(root)) expect(dependencies, "docs/package.json").toHaveProperty([`${vitrine.scope}/${name}`]);
    for (const name of readdirSync(path.join(root, "packages"))) {
      const manifest = path.join(root, "packages", name, "package.json");
      if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, "utf8")) as { private?: boolean }).private !== true) expect(existsSync(path.join(site, `api/${name}.html`)), `api/${name}.html`).toBe(true);
    }
    const occlusion = readFileSync(path.join(site, "methods/occlusion.html"), "utf8");
    expect(occlusion).toContain("--preset");
    expect(occlusion).toContain("arXiv:1311.2901");
    expect(occlusion).toContain("<code>attribution</code>");
    const core = readFileSync(path.join(site, "api/core.html"), "utf8");
    expect(core).toContain('id="definemethod"');
    expect(core).toContain("Declares a method; its parameters type");
  });
});

describe("samples", () => {
  test("of JavaScript are right for the compiler", () => {
    expect(typeErrors(code.filter(({ role }) => role !== "config").map(fileOf))).toEqual([]);
    for (const sample of code) expect(syntaxErrors(sample.code), sampleName(sample)).toEqual([]);
  }, 120_000);

  test.each(code.filter(({ role }) => role === "run").map((sample) => [sampleName(sample), sample] as const))("%s runs", (_, sample) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [fileOf(sample)], { encoding: "utf8", cwd: folder });
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).not.toBe("");
  }, 120_000);

  const subject = async <T>(sample: Sample): Promise<T> => ((await import(pathToFileURL(fileOf(sample)).href)) as { default: T }).default;
  test.each(code.filter(({ role }) => ["method", "runtime", "format"].includes(role ?? "")).map((sample) => [sampleName(sample), sample] as const))("%s holds what its kind holds", async (_, sample) => {
    const linear = { name: "two.linear", bytes: new TextEncoder().encode("cat 1 2 0.5\ndog -1 0.25 0\n") };
    const report = sample.role === "method" ? await testMethod(await subject<Method>(sample)) : sample.role === "runtime" ? await testRuntime(await subject<RuntimeFactory>(sample)) : await testFormat(await subject<Format>(sample), [linear]);
    expect(report.failed, showReport(report)).toEqual([]);
  }, 120_000);

  test("of the command line name methods and flags that exist", () => {
    const shared = ["--input", "--out", "--target", "--plugin", "--runtime", "--config", "--preprocess", "--spec", "--batch", "--threads", "--params", "--json", "--help"];
    const lines = all.filter(({ language }) => language === "sh" || language === "").flatMap((sample) => sample.code.split("\n").map((line) => [sampleName(sample), line] as const));
    const runs = lines.flatMap(([name, line]) => {
      const found = /\bvitrine run (\S+)(.*)$/.exec(line);
      return found && found[1] !== "METHOD" ? [{ name, id: found[1]!, flags: [...found[2]!.matchAll(/ (--[a-z-]+)/g)].map((match) => match[1]!) }] : [];
    });
    expect(runs.length).toBeGreaterThan(5);
    for (const { name, id, flags } of runs) {
      if (id.startsWith("m")) continue; // the reader's own: mine, mean-activation
      const method = engine.methods.find((found) => found.id === id);
      expect(method, `${name}: run ${id}`).toBeDefined();
      for (const flag of flags) expect([...shared, ...Object.keys(method!.params).map(flagOf)], `${name}: run ${id}`).toContain(flag);
    }
  });

  test("of Python are Python", (context) => {
    const python = ["/usr/bin/python3", "python3"].find((name) => spawnSync(name, ["--version"]).status === 0);
    if (python === undefined) return context.skip("there is no python3 here to ask");
    for (const sample of all.filter(({ language }) => language === "python")) {
      const { status, stderr } = spawnSync(python, ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], { input: sample.code, encoding: "utf8" });
      expect(status, `${sampleName(sample)}: ${stderr}`).toBe(0);
    }
  });
});

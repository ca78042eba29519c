import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseArguments } from "./arguments.js";
import { createPlugin } from "./create.js";
import { kindOf, kinds, namesOf } from "./names.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "vitrine-create-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("names say what is made, and what it is called", () => {
  expect(kindOf("my-method")).toBe("method");
  expect(kindOf("sharpness")).toBe("method");
  expect(kindOf("@me/vitrine-runtime-mine")).toBe("runtime");
  expect(kindOf("reformatter")).toBe("method");
  expect(namesOf("vitrine-method-total-variation", "method")).toEqual({ package: "vitrine-method-total-variation", folder: "vitrine-method-total-variation", id: "total-variation", title: "Total variation" });
  expect(namesOf("@me/my-method", "method")).toMatchObject({ package: "@me/my-method", folder: "my-method", id: "my-method" });
  expect(namesOf("vitrine-format", "format").id).toBe("vitrine-format");
  expect(namesOf("a.b_c", "method").id).toBe("a-b-c");
  for (const bad of ["", "My-Method", "a b", "../escape", "@me/", ".hidden", "x".repeat(215), "<script>", "-rf"]) expect(() => namesOf(bad, "method"), bad).toThrow(/is no name for an npm package|gives no id/);
  expect(() => namesOf("2fast", "method")).toThrow("`2fast` gives no id for the command line: it has to begin with a letter");
});

test("asks for a name, and for nothing else", () => {
  expect(parseArguments(["my-method"])).toEqual({ name: "my-method", kind: "method" });
  expect(parseArguments(["mine", "--kind", "format"])).toEqual({ name: "mine", kind: "format" });
  expect(parseArguments(["--help"])).toBe("help");
  expect(() => parseArguments([])).toThrow(/^What the package is called was not said[^]*npm create @vitrine\/plugin NAME/);
  expect(() => parseArguments(["mine", "--kind", "studio"])).toThrow("`studio` is no kind of plugin: expected method, runtime, format.");
  expect(() => parseArguments(["a", "b"])).toThrow("One name is expected, and `a b` was given.");
  expect(() => parseArguments(["mine", "--color"])).toThrow(/--color/);
});

describe.each(kinds)("a %s", (kind) => {
  test("is written whole, under its own name", async () => {
    const { files } = await createPlugin({ name: "@me/sharp-edges", kind, into: folder });
    expect(files).toMatchSnapshot();
    for (const file of files) expect(await readFile(path.join(folder, "sharp-edges", file), "utf8")).not.toMatch(/my-plugin|my-id|My title|0\.0\.0-vitrine/);
    const manifest = JSON.parse(await readFile(path.join(folder, "sharp-edges/package.json"), "utf8")) as Record<string, unknown>;
    const own = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
    expect(manifest).toMatchObject({ name: "@me/sharp-edges", peerDependencies: { "@vitrine/core": `^${own.version}` } });
    for (const file of files.filter((name) => name.endsWith(".js"))) execFileSync(process.execPath, ["--check", path.join(folder, "sharp-edges", file)]);
  });
});

test("what is there already is left alone", async () => {
  await mkdir(path.join(folder, "mine"));
  await createPlugin({ name: "mine", kind: "method", into: folder });
  const before = await readdir(path.join(folder, "mine"));
  await expect(createPlugin({ name: "mine", kind: "runtime", into: folder })).rejects.toThrow("is there already, and not empty");
  expect(await readdir(path.join(folder, "mine"))).toEqual(before);
  await writeFile(path.join(folder, "file"), "");
  await expect(createPlugin({ name: "file", kind: "method", into: folder })).rejects.toThrow("cannot be written to");
});

import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { attr, encodeNpy, float32, GraphBuilder } from "@vitrine/core";
import { writeOnnx } from "@vitrine/format-onnx";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const entry = fileURLToPath(new URL("../dist/main.js", import.meta.url));
let folder: string;

beforeAll(async () => {
  // The launcher builds what is out of date.
  execFileSync(process.execPath, [path.join(root, "tooling/launch.mjs"), "main", "--version"], { cwd: root });
  folder = await mkdtemp(path.join(tmpdir(), "vitrine-interrupt-"));
  const b = new GraphBuilder();
  let x = b.input("x", "float32", ["N", 8, 96, 96]);
  for (let i = 0; i < 4; i++) x = b.op("Conv", [x, b.constant(float32([8, 8, 3, 3], new Float32Array(576).fill(0.01)), "w")], { pads: attr.ints([1, 1, 1, 1]) });
  const flat = b.op("Flatten", [b.op("GlobalAveragePool", [x])], { axis: attr.int(1) });
  await writeFile(path.join(folder, "net.onnx"), writeOnnx(b.build({ outputs: [b.softmax(flat, 1, "p")] })).bytes);
  await writeFile(path.join(folder, "x.npy"), encodeNpy(float32([1, 8, 96, 96], new Float32Array(8 * 96 * 96).fill(1))));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("Ctrl-C", () => {
  it("ends a run with code 130, soon, with nothing under a final name", async () => {
    const out = path.join(folder, "out");
    await mkdir(out);
    // 8,464 windows of a network at 96 × 96: minutes, if nobody stops it.
    const args = ["run", "occlusion", path.join(folder, "net.onnx"), "--input", path.join(folder, "x.npy"), "--out", out, "--window", "8,5,5", "--stride", "8,1,1", "--baseline", "0"];
    const child = spawn(process.execPath, [entry, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let err = "";
    child.stderr.on("data", (text: Buffer) => (err += text.toString()));
    const ended = new Promise<number | null>((resolve) => child.on("exit", (code) => resolve(code)));
    // By then it has loaded the model and is hiding squares; were it not, the exit code would be another.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(child.exitCode).toBeNull();
    const asked = performance.now();
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(performance.now() - asked).toBeLessThan(15_000);
    expect(err).toContain("Cancelled");
    expect(err).not.toMatch(/^\s+at /m);
    expect(await readdir(out)).toEqual([]);
  });
});

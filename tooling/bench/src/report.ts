import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { writeOnnx } from "@vitrine/format-onnx";
import { findZooSample } from "@vitrine/zoo";
import { table } from "./measure.js";
import { squeezeNet } from "./networks.js";
import { threads } from "./setup.js";

const entry = path.join(path.dirname(createRequire(import.meta.url).resolve("@vitrine/cli/package.json")), "dist", "main.js");
const picture = fileURLToPath(findZooSample("dog-grass")!.picture);

interface Timed {
  /** Seconds from the start of the process to the first picture of a finding. */
  readonly first: number;
  readonly whole: number;
  /** Of the page. */
  readonly bytes: number;
  readonly made: number;
  readonly leftOut: number;
}

/** `vitrine report` as a person runs it, in a process of its own with the default budget. */
export async function report(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "vitrine-bench-report-"));
  try {
    const network = path.join(folder, "squeezenet.onnx");
    await writeFile(network, writeOnnx(squeezeNet()).bytes);
    const rows: (string | number)[][] = [["network", "first picture (s)", "whole report (s)", "page (MB)", "parts", "left out"]];
    for (const [name, args] of [["zoo:scenes", ["zoo:scenes"]], ["SqueezeNet 1.1, random weights", [network, "--preprocess", "imagenet"]]] as const) {
      const { first, whole, bytes, made, leftOut } = await timed(args, path.join(folder, "out"));
      rows.push([name, first, whole, bytes / 1e6, String(made), String(leftOut)]);
    }
    return `vitrine report, default budget, one picture\n${table(rows)}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timed(model: readonly string[], out: string): Promise<Timed> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  let first = NaN;
  let errors = "";
  const child = spawn(process.execPath, [entry, "report", ...model, "--input", picture, "--out", out, "--threads", String(threads)], { stdio: ["ignore", "ignore", "pipe"] });
  child.stderr.on("data", (text: Buffer) => {
    errors += text.toString();
    // A finished part is told with the path of its first picture.
    if (Number.isNaN(first) && /\.png$/m.test(errors)) first = seconds();
  });
  const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
  const whole = seconds();
  if (code !== 0) throw new Error(`vitrine report ended with ${code ?? "a signal"}: ${errors}`);
  const told = JSON.parse(await readFile(path.join(out, "report.json"), "utf8")) as { sections: { entries: unknown[]; leftOut: unknown[] }[] };
  return {
    first, whole,
    bytes: (await stat(path.join(out, "report.html"))).size,
    made: told.sections.reduce((sum, { entries }) => sum + entries.length, 0),
    leftOut: told.sections.reduce((sum, { leftOut }) => sum + leftOut.length, 0),
  };
}

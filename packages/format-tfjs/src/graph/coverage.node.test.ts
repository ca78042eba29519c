import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { artifactsOfGraph } from "../../test/graph-def.js";
import { fromArtifacts, readTfjs } from "../index.js";
import { composedRules } from "./composed.js";
import { isControl } from "./control.js";
import { isDataflow } from "./dataflow.js";
import { elementwiseRules } from "./elementwise.js";
import { listRules } from "./lists.js";
import { matrixRules } from "./matrix.js";
import { reductionRules } from "./reduction.js";
import { refusedOps } from "./refused.js";
import { selectingRules } from "./selecting.js";
import { shapingRules } from "./shaping.js";
import { spatialRules } from "./spatial.js";

/** Every operator that TensorFlow.js's executor maps, from the lists that it is built of. */
function known(): string[] {
  const folder = join(dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-converter")), "operations", "op_list");
  const texts = readdirSync(folder).filter((name) => name.endsWith(".js")).map((name) => readFileSync(join(folder, name), "utf8"));
  return texts.flatMap((text) => [...text.matchAll(/'tfOpName': '(\w+)'/g)].map(([, name]) => name!));
}

const tables = [elementwiseRules, spatialRules, matrixRules, reductionRules, shapingRules, selectingRules, composedRules, listRules, refusedOps];

/** What a graph is read by, and what does nothing. */
const withoutRule = ["Const", "Placeholder", "NoOp"];

describe("what TensorFlow.js executes", () => {
  it("is known in full", () => {
    expect(known().length).toBeGreaterThan(200);
  });

  it("is translated, or refused with the reason", () => {
    const missing = known().filter((op) => !withoutRule.includes(op) && !isControl(op) && !isDataflow(op) && !tables.some((table) => Object.hasOwn(table, op)));
    expect(missing).toEqual([]);
  });

  it("stands in one table", () => {
    const all = tables.flatMap((table) => Object.keys(table));
    expect(all.filter((op, i) => all.indexOf(op) !== i || isControl(op) || isDataflow(op))).toEqual([]);
  });

  it("is refused by name, where it stands and why", async () => {
    for (const [op, why] of Object.entries(refusedOps)) {
      const artifacts = artifactsOfGraph({ inputs: { x: { shape: [2, 3] } }, nodes: { middle: [op, ["x"]], y: ["Relu", ["middle"]] }, outputs: ["y"] });
      const error = await readTfjs(fromArtifacts(artifacts)).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "tfjs-op", kind: "unsupported", message: `The ${op} node \`middle\` cannot be translated: ${why}.` });
    }
  });
});

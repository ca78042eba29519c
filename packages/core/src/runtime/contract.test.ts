import { expect, it } from "vitest";
import { attr } from "../graph/attributes.js";
import { GraphBuilder } from "../graph/builder.js";
import { float32, int64, scalar } from "../tensor/tensor.js";
import { checkFeeds, refuseUnsupported, requestedOutputs, throwIfCancelled } from "./contract.js";
import type { RuntimeInfo } from "./runtime.js";

const info: RuntimeInfo = { id: "toy", provider: "cpu", device: "", precision: "float32", threads: 1, notices: [] };
const failure = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

it("names every node that a runtime refuses, inside sub-graphs too, with the shapes of constants around", () => {
  const inner = new GraphBuilder();
  const branch = inner.build({ outputs: [inner.op("Add", ["x", "w"])] });
  const b = new GraphBuilder();
  const x = b.input("x", "float32", [2]);
  b.constant(float32([2], [1, 2]), "w");
  const condition = b.constant(scalar(1, "bool"), "condition");
  const y = b.op("If", [condition], { then_branch: attr.graph(branch), else_branch: attr.graph(branch) });
  const graph = b.build({ outputs: [b.op("Relu", [b.op("Mul", [y, "w"])]), x] });
  const shapes: (readonly number[] | undefined)[] = [];
  const error = failure(() => refuseUnsupported(graph, { info, supports: (node, lookup) => {
    if (node.op === "Add") shapes.push(lookup?.("w"));
    return node.op === "Relu" || node.op === "Add" ? `${node.op} is not known` : true;
  } }));
  expect(error).toMatchObject({ code: "node-unsupported", fields: { runtime: "toy (cpu)", nodes: [{ op: "Add" }, { op: "Add" }, { op: "Relu", why: "Relu is not known" }] } });
  expect(shapes).toEqual([[2], [2]]);
  expect(failure(() => refuseUnsupported(graph, { info, supports: () => true }))).toBeUndefined();
});

it("gives each output once, all by default, and knows which there are", () => {
  const outputs = [{ name: "scores", dtype: "float32", shape: undefined }, { name: "maps", dtype: "float32", shape: undefined }] as const;
  expect(requestedOutputs(outputs, {})).toEqual(["scores", "maps"]);
  expect(requestedOutputs(outputs, { outputs: ["maps", "maps"] })).toEqual(["maps"]);
  expect(failure(() => requestedOutputs(outputs, { outputs: ["score"] }))).toMatchObject({ code: "value-unknown", fields: { value: "score" } });
  expect(failure(() => requestedOutputs(outputs, { keep: ["nothing"] }))).toMatchObject({ code: "value-unknown" });
});

it("feeds are there, known, of the type and the shape that is declared", () => {
  const inputs = [{ name: "x", dtype: "float32", shape: ["N", 2] }] as const;
  const x = float32([3, 2], new Float32Array(6));
  expect(failure(() => checkFeeds(inputs, { x }))).toBeUndefined();
  expect(failure(() => checkFeeds(inputs, {}))).toMatchObject({ code: "input-missing" });
  expect(failure(() => checkFeeds(inputs, { x, y: x }))).toMatchObject({ code: "input-unknown", fields: { input: "y" } });
  expect(failure(() => checkFeeds(inputs, { x: int64([1, 2], [1, 2]) }))).toMatchObject({ code: "input-dtype" });
  expect(failure(() => checkFeeds(inputs, { x: float32([2, 3], new Float32Array(6)) }))).toMatchObject({ code: "input-shape" });
});

it("a cancelled run keeps its reason", () => {
  expect(failure(() => throwIfCancelled(AbortSignal.abort("enough")))).toMatchObject({ code: "cancelled", cause: "enough" });
  expect(failure(() => throwIfCancelled(undefined))).toBeUndefined();
});

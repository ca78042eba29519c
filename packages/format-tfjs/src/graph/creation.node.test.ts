import { expect, it } from "vitest";
import type { ShortGraph, ShortNode } from "../../test/graph-def.js";
import { checkOnRuntimes } from "../../test/runtimes.js";

const whole = (value: number) => ({ shape: [], values: [value], dtype: "int32" as const });
const ints = (...values: number[]) => ({ shape: [values.length], values, dtype: "int32" as const });
const number = (value: number) => ({ shape: [], values: [value] });
const one = (node: ShortNode, inputs: ShortGraph["inputs"], weights: NonNullable<ShortGraph["weights"]> = {}): ReturnType<typeof checkOnRuntimes> => checkOnRuntimes({ inputs, weights, nodes: { y: node }, outputs: ["y"] });

it.each(["Zeros", "Ones"])("%s", async (op) => {
  await checkOnRuntimes({ inputs: { x: { shape: [2, 3] } }, weights: { s: ints(2, 3) }, nodes: { f: [op, ["s"]], y: ["Add", ["x", "f"]] }, outputs: ["y"] });
  await checkOnRuntimes({ inputs: { x: { shape: [2, 3], dtype: "int32" } }, weights: { s: ints(2, 3) }, nodes: { f: [op, ["s"], { T: "DT_INT32" }], y: ["Add", ["x", "f"], { T: "DT_INT32" }] }, outputs: ["y"] });
  const { graph } = await checkOnRuntimes({ inputs: { x: { shape: [-1, 3] } }, nodes: { s: ["Shape", ["x"], { out_type: "DT_INT32" }], y: [op, ["s"]] }, outputs: ["y"] });
  expect(graph.outputs[0]!.shape).toEqual(["batch", 3]);
});

it.each(["ZerosLike", "OnesLike"])("%s", async (op) => {
  await one([op, ["x"]], { x: { shape: [-1, 3], feed: [1, NaN, Infinity, -2, 0, 5] } });
  await one([op, ["x"]], { x: { shape: [] } });
  await one([op, ["x"], { T: "DT_INT32" }], { x: { shape: [4], dtype: "int32", below: 5 } });
  await one([op, ["x"], { T: "DT_BOOL" }], { x: { shape: [4], dtype: "bool" } });
  await checkOnRuntimes({ inputs: { x: { shape: [2, 5, 4, 2] } }, weights: { w: { shape: [3, 3, 2, 3] } }, nodes: { c: ["Conv2D", ["x", "w"], { strides: [1, 1, 1, 1], padding: "SAME" }], o: [op, ["c"]], y: ["AddV2", ["c", "o"]] }, outputs: ["y", "o"] });
});

it("a shape like another one is known", async () => {
  const { graph } = await checkOnRuntimes({
    inputs: { x: { shape: [1, 3] } },
    nodes: { s: ["Shape", ["x"], { out_type: "DT_INT32" }], r: ["OnesLike", ["s"], { T: "DT_INT32" }], y: ["Tile", ["x", "r"]] },
    outputs: ["y"],
  });
  expect(graph.nodes.map(({ op }) => op)).toEqual(["Tile"]);
});

it("LinSpace", async () => {
  for (const [first, last, count] of [[0, 1, 5], [-2, 3.5, 12], [4, -4, 9], [2, 2, 3], [3, 8, 1], [0, 7, 2]] as const) {
    await checkOnRuntimes({ inputs: { x: { shape: [1] } }, weights: { a: number(first), b: number(last), n: whole(count) }, nodes: { l: ["LinSpace", ["a", "b", "n"]], y: ["Add", ["x", "l"]] }, outputs: ["y"] });
  }
  await one(["LinSpace", ["a", "x", "n"]], { x: { shape: [], feed: [0.75] } }, { a: number(-0.25), n: whole(6) });
  for (const count of [1, 2, 7]) await one(["LinSpace", ["a", "b", "n"]], { n: { shape: [], dtype: "int32", feed: [count] } }, { a: number(2), b: number(5) });
});

it("BroadcastArgs", async () => {
  const ask = (s: readonly number[], t: readonly number[]): ReturnType<typeof checkOnRuntimes> =>
    checkOnRuntimes({ inputs: { x: { shape: [1] } }, weights: { s: ints(...s), t: ints(...t) }, nodes: { b: ["BroadcastArgs", ["s", "t"], { T: "DT_INT32" }], y: ["BroadcastTo", ["x", "b"]] }, outputs: ["y"] });
  await ask([2, 3], [2, 1]);
  await ask([3], [2, 1]);
  await ask([4, 1, 1], [1, 5]);
  const { graph } = await checkOnRuntimes({
    inputs: { x: { shape: [-1, 1, 3] }, z: { shape: [4, 1] } },
    nodes: { s: ["Shape", ["x"], { out_type: "DT_INT32" }], t: ["Shape", ["z"], { out_type: "DT_INT32" }], b: ["BroadcastArgs", ["t", "s"], { T: "DT_INT32" }], y: ["BroadcastTo", ["x", "b"]] },
    outputs: ["y", "b"],
  });
  expect(graph.outputs[0]!.shape).toEqual(["batch", 4, 3]);
  await checkOnRuntimes({ inputs: { s: { shape: [2], dtype: "int32", feed: [1, 4] }, t: { shape: [3], dtype: "int32", feed: [0, 3, 1] } }, nodes: { y: ["BroadcastArgs", ["s", "t"], { T: "DT_INT32" }] }, outputs: ["y"] });
});

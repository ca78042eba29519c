import { describe, expect, it } from "vitest";
import { attr, float32, GraphBuilder } from "../index.js";
import { followAxes } from "./axes.js";
import { layerAxisNames } from "./layer-axes.js";
import { layerTable } from "./layers.js";

/** x [N, 40, 8] → LSTM over time → its last state [N, 16] → dense [N, 5]. */
function lastState(layout: 0 | 1, squeeze: readonly number[]) {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", ["N", 40, 8]);
  const weights = (shape: readonly number[]): string => b.constant(float32(shape, new Float32Array(shape.reduce((a, c) => a * c, 1))));
  const from = layout === 1 ? x : b.transpose(x, [1, 0, 2]);
  const [y = "", h = ""] = b.node("LSTM", [from, weights([1, 64, 8]), weights([1, 64, 16])], { hidden_size: attr.int(16), layout: attr.int(layout) }, { outputs: ["y", "h", "c"] });
  const state = b.op("Squeeze", [h, b.ints(squeeze)], {}, "state");
  const out = b.op("Gemm", [state, weights([16, 5])], {}, "dense");
  return { y, state, out, graph: b.build({ outputs: [y, out] }) };
}

describe("the axes of a recurrent layer's last state", () => {
  it.each([[0, [0], 2], [0, [-3], 2], [1, [1], 0]] as const)("with layout %i, squeezed along %j", (layout, squeeze, batchOfY) => {
    const { graph, y, state, out } = lastState(layout, squeeze);
    const shapes = new Map<string, readonly number[]>([["x", [3, 40, 8]], [y, layout === 1 ? [3, 40, 1, 16] : [40, 1, 3, 16]], [state, [3, 16]], [out, [3, 5]]]);
    const data = new Set(graph.nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]).filter((name) => !graph.constants.has(name)));
    const roles = followAxes(graph, shapes, new Map([["x", { batch: 0, unit: 2 }]]), data);
    expect(roles.get(y)).toEqual({ batch: batchOfY, unit: 3 });
    expect(roles.get(state)).toEqual({ batch: 0, unit: 1 });
    expect(roles.get(out)).toEqual({ batch: 0, unit: 1 });
  });
});

describe("a loop that leaves a value of every round behind", () => {
  /** h [N, 4] goes round five times and is left behind: [5, N, 4]. */
  const looped = () => {
    const body = new GraphBuilder();
    body.input("round", "int64", []);
    const again = body.input("again", "bool", []);
    const state = body.input("state", "float32", ["N", 4]);
    const next = body.op("Tanh", [state], {}, "next");
    const graph = body.build({ outputs: [body.identity(again, "on"), next, body.identity(next, "left")], prune: false });
    const b = new GraphBuilder();
    const x = b.input("x", "float32", ["N", 4]);
    const [last = "", every = ""] = b.node("Loop", [b.ints([5]), "", x], { body: attr.graph(graph) }, { name: "rnn", outputs: ["last", "every"] });
    return b.build({ outputs: [last, every] });
  };

  it("is a recurrent layer: that sequence, over time, sample by sample", () => {
    const shapes = new Map<string, readonly number[]>([["x", [3, 4]], ["last", [3, 4]], ["every", [5, 3, 4]]]);
    const { main, byValue } = layerTable(looped(), shapes, new Map([["x", { batch: 0, unit: 1, spatial: [] }]]));
    expect(main).toEqual([expect.objectContaining({ name: "rnn", kind: "recurrent", value: "every", batchAxis: 1, unitAxis: 2, units: 4, spatialAxes: [0] })]);
    expect(layerAxisNames(main[0]!)).toEqual(["time", "batch", "unit"]);
    expect(byValue.get("last")).toMatchObject({ batchAxis: 0, unitAxis: 1 });
  });
});

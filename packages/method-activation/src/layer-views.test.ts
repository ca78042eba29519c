import { createEngine, definePlugin, float32, GraphBuilder, type Graph } from "@vitrine/core";
import { referenceRuntime } from "@vitrine/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { nearlyTheSame } from "./layer-views.js";

/** x → conv1 → norm1 → act1 → conv2, which both an activation and a sum use. */
function network(): Graph {
  const b = new GraphBuilder();
  const constant = (shape: readonly number[]): string => b.constant(float32(shape, new Float32Array(shape.reduce((a, c) => a * c, 1)).fill(0.5)));
  const conv = (x: string, name: string): string => b.op("Conv", [x, constant([2, 2, 1, 1])], {}, name);
  const norm = b.op("BatchNormalization", [conv(b.input("x", "float32", [1, 2, 4, 4]), "conv1"), ...Array.from({ length: 4 }, () => constant([2]))], {}, "norm1");
  const second = conv(b.op("Relu", [norm], {}, "act1"), "conv2");
  const sum = b.op("Add", [b.op("Relu", [second], {}, "act2"), second], {}, "sum");
  return b.build({ outputs: [b.op("Relu", [sum], {}, "out")] });
}

const graph = network();
const engine = createEngine({ runtime: referenceRuntime, plugins: [definePlugin({ name: "t", register: (registry) => registry.format({ id: "graphs", title: "graphs in memory", extensions: [], recognises: () => true, read: () => Promise.resolve({ graph, metadata: {}, origin: "made in a test", notices: [] }) }) })] });
let names: ReadonlyMap<string, string>;
beforeAll(async () => {
  const model = await engine.load({ name: "net.g", bytes: new Uint8Array() });
  names = nearlyTheSame(model.graph, await model.layers());
});
afterAll(() => engine.dispose());

it("is what only a normalisation or an activation uses, by the name of that one", () => {
  expect([...names.keys()]).toEqual(["conv1", "norm1", "sum"]);
  expect(names.get("conv1")).toMatch(/norm/i);
});

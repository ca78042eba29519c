import { graphsFormat, referenceRuntime } from "@vitrine/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attr, createEngine, definePlugin, GraphBuilder, read, toFloat32, type Dim, type Engine, type Graph } from "../index.js";
import { noise } from "../test-support/networks.js";

/** [time, batch, 3] → an LSTM of 2 → [time, batch, 2]. */
function sequence(shape: readonly Dim[]): Graph {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", shape);
  const [steps] = b.node("LSTM", [x, b.constant(noise([1, 8, 3], 1), "w"), b.constant(noise([1, 8, 2], 2), "r")], { hidden_size: attr.int(2) }, { outputs: ["steps"] });
  return b.build({ outputs: [b.op("Squeeze", [steps!, b.ints([1])], {}, "y")] });
}

const graphs: Readonly<Record<string, Graph>> = {
  "one sample": sequence(["time", 1, 3]),
  "without names": sequence([null, null, 3]),
  "other names": sequence(["unk__5", "unk__6", 3]),
  "named": sequence(["seq", "batch", 3]),
};

describe("the batch of a recurrent network", () => {
  let engine: Engine;
  beforeAll(() => {
    engine = createEngine({ runtime: referenceRuntime, plugins: [definePlugin({ name: "graphs", register: (registry) => registry.format(graphsFormat(graphs)) })] });
  });
  afterAll(() => engine.dispose());

  // Time taken for the batch would be cut into pieces, and the layer would forget at every cut.
  it.each(Object.keys(graphs))("is not its time: %s", async (name) => {
    const model = await engine.load({ name, bytes: new Uint8Array() });
    expect(model.batch).toMatchObject({ axes: { x: 1 }, fixed: undefined });
    const layers = await model.layers({ x: noise([7, 2, 3], 3) });
    expect(layers.map(({ batchAxis }) => batchAxis)).toEqual([2]);
    const both = toFloat32(await read((await model.run(model.graph, { x: noise([7, 2, 3], 3) }))["y"]!));
    expect(both).toHaveLength(7 * 2 * 2);
    await model.dispose();
  });
});

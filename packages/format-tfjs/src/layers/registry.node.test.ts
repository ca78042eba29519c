import { tensor } from "@vitrine/core";
import { expectClose } from "@vitrine/testing";
import { describe, expect, it } from "vitest";
import { artifactsOf, chain, check, layers as tfl, run, tf } from "../../test/tf.js";
import { fromArtifacts, readTfjs } from "../index.js";
import { refusedLayers } from "./refused.js";
import { knownLayers } from "./table.js";
import { isNetwork } from "./topology.js";

const { layers } = tfl;

/** Every layer that TensorFlow.js can make of a file. */
function registered(): string[] {
  const map = tf.serialization.SerializationMap.getMap().classNameMap;
  return Object.entries(map).flatMap(([name, [made]]) => ((made as { prototype: unknown }).prototype instanceof tfl.layers.Layer ? [name] : []));
}

describe("what TensorFlow.js registers", () => {
  it("is known in full", () => {
    expect(registered().length).toBeGreaterThan(60);
  });

  it("is read, or refused with the reason", () => {
    const missing = registered().filter((name) => !isNetwork(name) && name !== "InputLayer" && !knownLayers.includes(name) && !Object.hasOwn(refusedLayers, name));
    expect(missing).toEqual([]);
  });

  it("is not refused where it is read", () => {
    expect(Object.keys(refusedLayers).filter((name) => knownLayers.includes(name))).toEqual([]);
  });

  it("is refused by name, where it stands and why", async () => {
    const artifacts = await artifactsOf(chain(layers.reLU({ inputShape: [5, 6, 1], name: "middle" })));
    for (const [kind, why] of Object.entries(refusedLayers)) {
      const modelTopology = JSON.parse(JSON.stringify(artifacts.modelTopology).replace('"ReLU"', `"${kind}"`)) as object;
      const error = await readTfjs(fromArtifacts({ ...artifacts, modelTopology })).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "tfjs-layer", kind: "unsupported", message: expect.stringContaining(`${kind} layer \`middle\``) as string });
      expect((error as Error).message).toContain(why);
    }
  });
});

describe("preprocessing layers", () => {
  it.each(["bilinear", "nearest"])("Resizing, %s, as the image operations do it: in a model the layer fails", async (interpolation) => {
    for (const [height, width] of [[7, 4], [3, 9], [5, 6]] as const) {
      const model = chain(layers.resizing({ height, width, name: "resized", interpolation, inputShape: [5, 6, 2] } as never));
      const x = tf.randomUniform<tf.Rank.R4>([2, 5, 6, 2], -1, 1, "float32", 3);
      expect(() => model.predict(x)).toThrow("must be rank");
      const { graph, notices } = await readTfjs(fromArtifacts(await artifactsOf(model)));
      expect(notices).toEqual([expect.stringContaining("`resized`")]);
      const expected = (interpolation === "nearest" ? tf.image.resizeNearestNeighbor : tf.image.resizeBilinear)(x, [height, width], false, true);
      const results = await run(graph, { [graph.inputs[0]!.name]: tensor("float32", x.shape, x.dataSync() as Float32Array) });
      expectClose(results[graph.outputs[0]!.name]!, tensor("float32", expected.shape, expected.dataSync() as Float32Array));
    }
  });
  it.each([["multiHot", 4], ["count", 4], ["oneHot", 1], ["int", 3]] as const)("CategoryEncoding %s", async (outputMode, length) => {
    // As the first layer, it would write the shape of its result as that of its input.
    await check(chain(layers.reshape({ targetShape: [length], inputShape: [length] }), layers.categoryEncoding({ numTokens: 6, outputMode } as never)), { below: 6 });
  });
});

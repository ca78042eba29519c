import "@tensorflow/tfjs-backend-webgl";
import * as tf from "@tensorflow/tfjs-core";
import { loadLayersModel, type LayersModel } from "@tensorflow/tfjs-layers";
import { createEngine, float32, GraphBuilder, read, toFloat32, urlSource, type Engine, type Model, type Tensor } from "@vitrine/core";
import { tfjs } from "@vitrine/runtime-tfjs";
import { relativeL2 } from "@vitrine/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fromLayersModel, tfjsPlugin } from "./index.js";

// As a page has them: a model behind a URL, and one in memory whose weights lie on the GPU.

const url = new URL("../test/small/model.json", import.meta.url).href;
const x = float32([2, 8, 8, 3], Float32Array.from({ length: 384 }, (_, i) => Math.sin(i)));

let engine: Engine;
let theirs: LayersModel;
beforeAll(async () => {
  await tf.setBackend("webgl");
  theirs = await loadLayersModel(url);
  engine = createEngine({ runtime: tfjs({ backend: "webgl" }), plugins: [tfjsPlugin] });
});
afterAll(() => engine.dispose());

async function output(model: Model, feed: Tensor): Promise<Float32Array> {
  const graph = new GraphBuilder(model.graph).build({ outputs: [model.output.name] });
  return toFloat32(await read((await model.run(graph, { [model.inputs[0]!.name]: feed }))[graph.outputs[0]!.name]!));
}

const predicted = (): Float32Array => (theirs.predict(tf.tensor(x.data, [...x.shape])) as tf.Tensor).dataSync() as Float32Array;

test("from a URL, with its weights beside it", async () => {
  const model = await engine.load(urlSource(url));
  expect(relativeL2(await output(model, x), predicted())).toBeLessThan(1e-5);
  expect((await model.layers()).map(({ name }) => name)).toContain("conv");
  await model.dispose();
});

test("from a live model, whose weights are read from the GPU", async () => {
  const model = await engine.load(await fromLayersModel(theirs));
  expect(relativeL2(await output(model, x), predicted())).toBeLessThan(1e-5);
  await model.dispose();
});

test("what is not there is named", async () => {
  await expect(engine.load(urlSource(new URL("../test/small/nothing.json", import.meta.url).href))).rejects.toThrow(/nothing\.json/u);
});

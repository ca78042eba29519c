import "@tensorflow/tfjs-backend-webgl";
import { expect, it } from "vitest";
import { byFiles, expectSame, saving } from "../test/files.js";
import { bars, smallNetwork, tf } from "../test/training.js";
import { watchTraining } from "./index.js";

it("watches a network that is trained on webgl, on webgl, as checkpoints tell of it", async () => {
  await tf.setBackend("webgl");
  const { xs, ys } = bars(16);
  const probe = bars(5, 10, 99).xs;
  const model = smallNetwork();
  // The optimizer makes its own tensors at the first step.
  await model.fit(xs, ys, { epochs: 1, verbose: 0 });
  const before = tf.memory().numTensors;
  const watch = watchTraining(model, { inputs: probe, budget: Infinity });
  const save = await saving(model);
  await model.fit(xs, ys, { epochs: 3, verbose: 0, callbacks: [save, watch] });
  const { activation, weights } = await watch.findings();
  expect([tf.memory().numTensors, tf.getBackend(), activation.runtime]).toEqual([before, "webgl", "tfjs:webgl"]);
  const theirs = await byFiles(save.files, { conv1_input: probe }, "webgl");
  expectSame(activation, theirs.activation);
  expectSame(weights!, theirs.weights!);
});

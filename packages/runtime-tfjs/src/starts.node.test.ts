import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { expect, test } from "vitest";
import { tfjs } from "./index.js";

// tfjs's engine is one for the whole page: this file starts its backends for the first time.
test("two backends are started at once", async () => {
  const runtimes = await Promise.all(["wasm", "cpu", "wasm"].map((backend) => tfjs({ backend }).create()));
  expect(runtimes.map(({ info }) => info.provider)).toEqual(["wasm", "cpu", "wasm"]);
  await Promise.all(runtimes.map((runtime) => runtime.dispose()));
});

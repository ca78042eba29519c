import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { float32, GraphBuilder, read, toNumbers, type Runtime } from "@vitrine/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tfjs } from "./index.js";

/** A device in memory that can be lost as a browser takes a WebGL context away. */
class Fragile extends MathBackendCPU {
  lost = false;
  readonly gpgpu = { gl: { isContextLost: () => this.lost } };
}

const devices: Fragile[] = [];
let runtime: Runtime;
beforeAll(async () => {
  tf.registerBackend("fragile", () => {
    const device = new Fragile();
    devices.push(device);
    return device;
  });
  tf.copyRegisteredKernels("cpu", "fragile");
  runtime = await tfjs({ backend: "fragile" }).create();
});
afterAll(() => runtime.dispose());

test("a device that is lost is a named error, and the next run has another, with the weights on it", async () => {
  const b = new GraphBuilder();
  const graph = b.build({ outputs: [b.matMul(b.input("x", "float32", [1, 2]), b.constant(float32([2, 1], [3, 4]), "w"), "y")] });
  const program = await runtime.compile(graph);
  const run = async (): Promise<number[]> => toNumbers(await read((await program.run({ x: float32([1, 2], [1, 10]) }))["y"]!));
  expect(await run()).toEqual([43]);
  expect(devices).toHaveLength(1);

  const [device] = devices;
  device!.read = () => {
    device!.lost = true;
    return Promise.reject(new Error("CONTEXT_LOST_WEBGL"));
  };
  await expect(run()).rejects.toMatchObject({ code: "device-lost", message: expect.stringContaining("fragile") as string });
  expect(await run()).toEqual([43]);
  expect(devices).toHaveLength(2);
  await program.dispose();
});

test("a backend that is there and does not start, as WebGPU without an adapter, is passed over or a named error", async () => {
  tf.registerBackend("webgpu", () => Promise.reject(new Error("no adapter")));
  tf.copyRegisteredKernels("cpu", "webgpu");
  await expect(tfjs({ backend: "webgpu" }).create()).rejects.toMatchObject({ code: "provider-unavailable", hint: expect.stringContaining("no GPU that it may use") as string });
  const other = await tfjs({ providers: ["webgpu", "fragile"] }).create();
  expect(other.info).toMatchObject({ provider: "fragile", notices: [expect.stringContaining("webgpu was passed over") as string] });
  await other.dispose();
});

import { attr, type Node } from "@vitrine/core";
import { expect, test } from "vitest";
import { supportedBy } from "./support.js";

const node = (op: string, spatial: number, outputs = ["y"]): Node => ({
  name: "n", op, domain: "", inputs: ["x", "w"], outputs, attributes: { kernel_shape: attr.ints(new Array<number>(spatial).fill(2)) },
});

test("what webgpu computes wrongly is refused there, and nowhere else", () => {
  for (const backend of ["wasm", "cpu", "webgl"]) {
    expect(supportedBy(backend, node("MaxPool", 2, ["y", "places"]))).toBe(true);
    expect(supportedBy(backend, node("Conv", 3))).toBe(true);
  }
  expect(supportedBy("webgpu", node("MaxPool", 2))).toBe(true);
  expect(supportedBy("webgpu", node("MaxPool", 2, ["y", "places"]))).toContain("Indices");
  expect(supportedBy("webgpu", node("Conv", 3))).toContain("three axes");
  // Where the attribute is left out, the weights say it.
  expect(supportedBy("webgpu", { ...node("Conv", 0), attributes: {} }, () => [4, 2, 3, 3, 3])).toContain("three axes");
});

test("operators of other domains, Einsum and what is unknown say why", () => {
  expect(supportedBy("wasm", { ...node("Swirl", 2), domain: "example" })).toContain("example");
  expect(supportedBy("wasm", node("Einsum", 2))).toContain("Einsum");
  expect(supportedBy("wasm", node("Swirl", 2))).toContain("Swirl");
});

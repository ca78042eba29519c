import { describe, expect, test } from "vitest";
import { operatorsOnCpu, placementNotice, PlacementWatch } from "./placement.js";

describe("the profile", () => {
  const node = (name: string, op: string, provider: string): object => ({ cat: "Node", name, args: { op_name: op, provider } });
  test("tells each node on the CPU once", () => {
    const profile = [
      { cat: "Session", name: "model_loading" },
      node("a_kernel_time", "LRN", "CPUExecutionProvider"),
      node("a_kernel_time", "LRN", "CPUExecutionProvider"),
      node("b_kernel_time", "LRN", "CPUExecutionProvider"),
      node("c_kernel_time", "Conv", "WebGpuExecutionProvider"),
    ];
    expect(operatorsOnCpu(JSON.stringify(profile))).toEqual(["LRN", "LRN"]);
  });
  test("tells nothing where it cannot be read", () => {
    expect(operatorsOnCpu("[{")).toEqual([]);
  });
});

test("the notice counts, and says nothing of nothing", () => {
  expect(placementNotice("webgpu", [])).toBeUndefined();
  expect(placementNotice("webgpu", ["LRN", "NonZero", "LRN"])).toBe("webgpu leaves 3 nodes to the CPU (LRN ×2, NonZero): correct, at the price of copies.");
});

test("the CPU is not watched", () => {
  expect(PlacementWatch.start("cpu")).toBeUndefined();
});

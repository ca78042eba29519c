import { describe, expect, test } from "vitest";
import { checkpointAxis } from "./checkpoint-axis.js";

describe("checkpointAxis", () => {
  test.each([
    [["net-epoch-30.onnx", "net-epoch-02.onnx", "net-epoch-8.onnx"], "epoch", [30, 2, 8], [1, 2, 0]],
    [["step_1000.onnx", "step_0.onnx"], "step", [1000, 0], [1, 0]],
    [["ep1.onnx", "epoch=12.onnx"], "epoch", [1, 12], [0, 1]],
    [["folder/e3/net.onnx", "folder/e1/net.onnx"], "epoch", [3, 1], [1, 0]],
    [["iter.20", "Iteration-10"], "iteration", [20, 10], [1, 0]],
  ])("reads %j", (names, title, values, order) => {
    expect(checkpointAxis(names)).toEqual({ title, values, order });
  });

  test.each([
    ["names that do not tell", ["a.onnx", "b.onnx"]],
    ["names that tell of different things", ["epoch-1.onnx", "step-2.onnx"]],
    ["the same number twice", ["a-epoch-1.onnx", "b-epoch-1.onnx"]],
    ["one that tells nothing", ["epoch-1.onnx", "final.onnx"]],
    ["numbers that belong to another word", ["some2.onnx", "resnet18.onnx"]],
  ])("counts from 0 for %s", (_, names) => {
    expect(checkpointAxis(names)).toEqual({ title: "checkpoint", values: [0, 1], order: [0, 1] });
  });
});

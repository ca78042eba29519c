import { describe, expect, test } from "vitest";
import { isVitrineError } from "../errors/vitrine-error.js";
import { attr } from "../graph/attributes.js";
import { GraphBuilder } from "../graph/builder.js";
import { constantOf, constantOfBytes, type Constant } from "../graph/constant.js";
import type { Graph } from "../graph/graph.js";
import { onnxTypeNumber } from "../graph/operators.js";
import { cast } from "../tensor/convert.js";
import { float32, tensor, type Tensor } from "../tensor/tensor.js";
import { widenToFloat32 } from "./widen.js";

const half = (values: readonly number[]): Tensor => cast(float32([values.length], values), "float16");

/** A float16 model with everything that says a type. */
function halfModel(): Graph {
  const b = new GraphBuilder();
  const x = b.input("x", "float16", ["N", 3]);
  const w = b.constant(half([0.5, -2, 65504]), "w");
  const y = b.add(x, w, "y");
  const eye = b.op("EyeLike", [y], { dtype: attr.int(onnxTypeNumber.float16) }, "eye");
  const filled = b.op("ConstantOfShape", [b.shape(y)], { value: attr.tensor(half([3])) }, "filled");
  const back = b.op("Cast", [b.op("Cast", [y], { to: attr.int(onnxTypeNumber.int64) })], { to: attr.int(onnxTypeNumber.float16) }, "back");
  const graph = b.build({ outputs: [b.op("Sum", [eye, filled, back], {}, "out")] });
  return { ...graph, outputs: [{ name: "out", dtype: "float16", shape: ["N", 3] }], values: new Map([["y", { name: "y", dtype: "float16", shape: ["N", 3] }]]) };
}

describe("widening to float32", () => {
  test("weights, inputs, outputs, declarations and the types that operators are told", () => {
    const { graph } = widenToFloat32.apply(halfModel());
    expect([graph.inputs[0]!.dtype, graph.outputs[0]!.dtype, graph.values.get("y")!.dtype]).toEqual(["float32", "float32", "float32"]);
    expect(graph.constants.get("w")!.read()).toEqual(float32([3], [0.5, -2, 65504]));
    const attributes = (name: string): unknown => graph.nodes.find((node) => node.outputs[0] === name)?.attributes;
    expect(attributes("eye")).toEqual({ dtype: attr.int(1) });
    expect(attributes("filled")).toEqual({ value: attr.tensor(float32([1], [3])) });
    expect(attributes("back")).toEqual({ to: attr.int(1) });
    expect(attributes("Cast")).toEqual({ to: attr.int(onnxTypeNumber.int64) });
  });

  test("says what it costs, and what to feed", () => {
    const { notices } = widenToFloat32.apply(halfModel());
    expect(notices).toEqual(["The model's float16 was widened to float32: its weights take 16 bytes instead of 8 bytes; feed `x` as float32."]);
    const b = new GraphBuilder();
    const big = constantOfBytes("float16", [4, 1024, 1024], new Uint8Array(8 * 1024 * 1024));
    const large = b.build({ outputs: [b.op("Shape", [b.constant(big)])] });
    expect(widenToFloat32.apply(large).notices[0]).toContain("16.8 MB instead of 8.4 MB");
  });

  test("weights are widened when they are first read, once, and are the same for every graph", () => {
    let reads = 0;
    const source = constantOf(half([1, 2]));
    const counted: Constant = {
      ...source,
      read: () => {
        reads++;
        return source.read();
      },
    };
    const b = new GraphBuilder();
    const graph = b.build({ outputs: [b.relu(b.constant(counted, "w"))] });
    const first = widenToFloat32.apply(graph).graph.constants.get("w")!;
    expect(reads).toBe(0);
    expect([first.dtype, first.byteLength]).toEqual(["float32", 8]);
    expect(first.read()).toBe(first.read());
    expect(new Float32Array(first.bytes().buffer, first.bytes().byteOffset, 2)).toEqual(Float32Array.of(1, 2));
    expect(reads).toBe(1);
    expect(widenToFloat32.apply(graph).graph.constants.get("w")).toBe(first);
  });

  test("bfloat16 too, exactly", () => {
    const b = new GraphBuilder();
    const graph = b.build({ outputs: [b.relu(b.constant(tensor("bfloat16", [2], Uint16Array.of(0x3fc0, 0xff80)), "w"))] });
    expect(widenToFloat32.apply(graph).graph.constants.get("w")!.read()).toEqual(float32([2], [1.5, -Infinity]));
  });

  test("inner graphs too", () => {
    const inner = halfModel();
    const b = new GraphBuilder();
    const [y] = b.node("If", [b.input("condition", "bool", [])], { then_branch: attr.graph(inner), else_branch: attr.graph(inner) });
    const { graph, notices } = widenToFloat32.apply(b.build({ outputs: [y!] }));
    const then = graph.nodes[0]!.attributes["then_branch"];
    expect(then?.type === "graph" && then.value.constants.get("w")!.dtype).toBe("float32");
    expect(notices).toHaveLength(1);
  });

  test("float64 is narrowed with a notice", () => {
    const b = new GraphBuilder();
    const graph = b.build({ outputs: [b.add(b.input("x", "float64", [2]), b.constant(tensor("float64", [2], Float64Array.of(0.1, -1e12)), "w"), "y")] });
    const result = widenToFloat32.apply(graph);
    expect(result.graph.constants.get("w")!.read()).toEqual(float32([2], [0.1, -1e12]));
    expect(result.notices[0]).toMatch(/float64 was narrowed to float32, which keeps 7 of 16 digits.*feed `x` as float32/);
  });

  test.each([
    ["overflow", -1.7976931348623157e308],
    ["an index", 2 ** 24 + 1],
  ])("float64 that would be lost is refused: %s", (_, value) => {
    const b = new GraphBuilder();
    const graph = b.build({ outputs: [b.relu(b.constant(tensor("float64", [2], Float64Array.of(1, value)), "the-constant"))] });
    let caught: unknown;
    try {
      widenToFloat32.apply(graph);
    } catch (error) {
      caught = error;
    }
    expect(isVitrineError(caught, "float64-needed")).toBe(true);
    expect((caught as Error).message).toContain("`the-constant`");
  });

  test("a float32 model is the graph itself", () => {
    const b = new GraphBuilder();
    const graph = b.build({ outputs: [b.add(b.input("x", "float32", [2]), b.constant(float32([2], [1, 2])))] });
    expect(widenToFloat32.apply(graph)).toEqual({ graph, notices: [] });
    expect(widenToFloat32.apply(graph).graph).toBe(graph);
  });
});

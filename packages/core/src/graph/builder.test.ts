import { describe, expect, it } from "vitest";
import { attr, capturesOf, constantOf, fingerprint, float32, GraphBuilder, scalar, sortedFor, type Graph, type Node } from "../index.js";

function chain(): Graph {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", ["N", 3]);
  const h = b.node("Relu", [x], {}, { outputs: ["h"], name: "relu" })[0]!;
  const y = b.node("Mul", [h, h], {}, { outputs: ["y"], name: "square" })[0]!;
  return b.build({ outputs: [y] });
}

const inputsOf = (graph: Graph, name: string): readonly string[] => graph.nodes.find((node) => node.name === name)!.inputs;

describe("GraphBuilder", () => {
  it("derives without changing the base, sharing its constants", () => {
    const b0 = new GraphBuilder();
    const w = b0.constant(float32([3], [1, 2, 3]), "w");
    const base = b0.build({ outputs: [b0.mul(b0.input("x", "float32", [3]), w, "y")] });
    const b = new GraphBuilder(base);
    b.relu("y", "z");
    const derived = b.build({ outputs: ["z"] });
    expect(base.nodes).toHaveLength(1);
    expect(derived.nodes.map((node) => node.op)).toEqual(["Mul", "Relu"]);
    expect(derived.constants.get("w")).toBe(base.constants.get("w"));
  });

  it("names new values without collisions, with those inside inner graphs too", () => {
    const inner: Graph = { ...chain(), inputs: [], nodes: [{ name: "n", op: "Relu", domain: "", inputs: ["x"], outputs: ["fresh"], attributes: {} }], outputs: [{ name: "fresh", dtype: undefined, shape: undefined }] };
    const b = new GraphBuilder(chain());
    b.node("If", ["h"], { then_branch: attr.graph(inner), else_branch: attr.graph(inner) }, { outputs: ["z"] });
    const again = new GraphBuilder(b.build({ outputs: ["z"] }));
    expect(again.unique("fresh")).toBe("fresh_1");
    expect(again.unique("h")).toBe("h_1");
    expect(again.unique("new")).toBe("new");
  });

  it("taps a value, and an input or constant by a copy", () => {
    const b = new GraphBuilder(chain());
    expect(b.tap("h")).toBe("h");
    const copy = b.tap("x");
    expect(copy).not.toBe("x");
    expect(b.build().outputs.map((output) => output.name)).toEqual(["y", "h", copy]);
    expect(() => b.tap("hh")).toThrow(/no value `hh`/);
  });

  it("replaces a value everywhere but in what the new one is computed from", () => {
    const b = new GraphBuilder(chain());
    const hidden = b.mul("h", b.scalar(0), "hidden");
    b.replace("h", hidden);
    const derived = b.build();
    expect(inputsOf(derived, "square")).toEqual([hidden, hidden]);
    expect(derived.nodes.find((node) => node.outputs.includes(hidden))!.inputs[0]).toBe("h");
    expect(derived.nodes.map((node) => node.outputs[0])).toEqual(["h", hidden, "y"]);
  });

  it("replaces captured uses and graph outputs, but not shadowed names", () => {
    const branch = (captured: string, shadow: boolean): Graph => ({
      name: "branch", opset: 21, domains: {}, inputs: [], values: new Map(), constants: shadow ? new Map([["h", constantOf(scalar(1))]]) : new Map(),
      nodes: [{ name: "inner", op: "Relu", domain: "", inputs: [captured], outputs: ["r"], attributes: {} }],
      outputs: [{ name: "r", dtype: undefined, shape: undefined }],
    });
    const b = new GraphBuilder(chain());
    b.node("If", ["c"], { then_branch: attr.graph(branch("h", false)), else_branch: attr.graph(branch("h", true)) }, { outputs: ["z"], name: "if" });
    b.replace("h", b.relu("x", "other"));
    const derived = b.build({ outputs: ["z"] });
    const node = derived.nodes.find((found) => found.name === "if")!;
    const inner = (key: string) => (node.attributes[key] as { value: Graph }).value.nodes[0]!.inputs;
    expect(inner("then_branch")).toEqual(["other"]);
    expect(inner("else_branch")).toEqual(["h"]);
    const c = new GraphBuilder(chain());
    c.replace("y", c.relu("y", "z"));
    expect(c.build().outputs.map((output) => output.name)).toEqual(["z"]);
  });

  it("keeps what an inner graph captures when it prunes", () => {
    const inner: Graph = { name: "b", opset: 21, domains: {}, inputs: [], constants: new Map(), values: new Map(), nodes: [{ name: "i", op: "Relu", domain: "", inputs: ["h"], outputs: ["r"], attributes: {} }], outputs: [{ name: "r", dtype: undefined, shape: undefined }] };
    expect([...capturesOf(inner)]).toEqual(["h"]);
    const b = new GraphBuilder(chain());
    const condition = b.constant({ dtype: "bool", shape: [], data: Uint8Array.of(1) });
    b.node("If", [condition], { then_branch: attr.graph(inner), else_branch: attr.graph(inner) }, { outputs: ["z"] });
    const derived = b.build({ outputs: ["z"] });
    expect(derived.nodes.map((node) => node.op)).toEqual(["Relu", "If"]);
    expect(derived.inputs.map((input) => input.name)).toEqual(["x"]);
  });

  it("declares optional outputs once", () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", [1, 1, 4, 4]);
    b.node("MaxPool", [x], { kernel_shape: attr.ints([2, 2]) }, { outputs: ["p"], name: "pool" });
    const indices = b.withOutput("pool", 1);
    expect(b.withOutput("pool", 1)).toBe(indices);
    expect(b.build({ outputs: ["p"] }).nodes[0]!.outputs).toEqual(["p", indices]);
    expect(() => b.withOutput("pol", 1)).toThrow(/no node `pol`/);
  });

  it("joins equal small constants", () => {
    const b = new GraphBuilder();
    expect(b.ints([1, 2])).toBe(b.ints([1, 2]));
    expect(b.ints([1, 2])).not.toBe(b.ints([2, 1]));
    expect(b.scalar(1)).not.toBe(b.scalar(1, "int64"));
  });

  it("sorts, and names a cycle", () => {
    const node = (name: string, from: string): Node => ({ name, op: "Relu", domain: "", inputs: [from], outputs: [`${name}.out`], attributes: {} });
    expect(sortedFor([node("b", "a.out"), node("a", "x")], ["b.out"]).map((n) => n.name)).toEqual(["a", "b"]);
    expect(() => sortedFor([node("b", "a.out"), node("a", "b.out")], ["b.out"])).toThrow(/cycle/);
    const long = Array.from({ length: 20_000 }, (_, i) => node(`n${i}`, i === 0 ? "x" : `n${i - 1}.out`));
    expect(sortedFor([...long].reverse(), ["n19999.out"])).toHaveLength(20_000);
  });
});

describe("fingerprint", () => {
  it("is equal for equal derivations and tells others apart", () => {
    const derive = (axis: number, name = "s") => {
      const b = new GraphBuilder(chain());
      return fingerprint(b.build({ outputs: [b.reduceSum("h", [axis], true, name)] }));
    };
    expect(derive(1)).toBe(derive(1));
    expect(derive(1)).not.toBe(derive(0));
    expect(derive(1)).not.toBe(derive(1, "t"));
  });

  it("compares large constants by identity", () => {
    const large = float32([4096], new Float32Array(4096));
    const withConstant = (constant: ReturnType<typeof constantOf>) => {
      const b = new GraphBuilder();
      return fingerprint(b.build({ outputs: [b.add(b.input("x", "float32", [1]), b.constant(constant, "w"), "y")] }));
    };
    const shared = constantOf(large);
    expect(withConstant(shared)).toBe(withConstant(shared));
    expect(withConstant(constantOf(large))).not.toBe(withConstant(shared));
  });
});

import { attr, GraphBuilder, scalar, type Graph, type Tensor } from "@vitrine/core";
import { uniform, type OperatorCase } from "./case.js";

/** A graph inside a node, over values of the graph around it. */
function inner(name: string, build: (builder: GraphBuilder) => readonly string[]): Graph {
  const builder = new GraphBuilder();
  const outputs = build(builder);
  return { ...builder.build({ outputs, prune: false }), name };
}

/** Makes the names of the outer graph usable inside: an inner graph captures them. */
function capture(builder: GraphBuilder, op: string, inputs: readonly string[], output: string): string {
  return builder.node(op, inputs, {}, { outputs: [output], name: `${output}:node` })[0]!;
}

function graphCase(name: string, op: string, feeds: Readonly<Record<string, Tensor>>, build: (builder: GraphBuilder) => readonly string[]): OperatorCase {
  const builder = new GraphBuilder();
  for (const [input, value] of Object.entries(feeds)) builder.input(input, value.dtype, value.shape);
  return { name: `${op}: ${name}`, op, graph: builder.build({ outputs: build(builder) }), feeds, tolerance: 1e-5 };
}

/** Nodes that hold graphs: captured values, several outputs, both directions of a scan. */
export function controlCases(): OperatorCase[] {
  const x = uniform([3, 4], 1);
  const branch = (op: string): Graph => inner(op, (b) => [capture(b, op, ["x", "x"], `${op}:out`)]);
  const ifCase = (condition: number): OperatorCase =>
    graphCase(condition ? "the first branch, captures" : "the second branch, captures", "If", { x, on: scalar(condition, "bool") }, (b) =>
      b.node("If", ["on"], { then_branch: attr.graph(branch("Add")), else_branch: attr.graph(branch("Mul")) }, { outputs: ["y"] }));
  const loopBody = inner("loop-body", (b) => {
    b.input("i", "int64", []);
    const condition = b.input("again", "bool", []);
    const sum = b.input("sum", "float32", [3, 4]);
    const next = capture(b, "Add", [sum, "x"], "next");
    return [b.identity(condition, "again:out"), next, b.identity(next, "seen")];
  });
  const scanBody = inner("scan-body", (b) => {
    const state = b.input("state", "float32", [4]);
    const row = b.input("row", "float32", [4]);
    const next = b.add(state, b.mul(row, row));
    return [next, b.tanh(next, "out")];
  });
  const scan = (note: string, extra: Readonly<Record<string, ReturnType<typeof attr.ints>>>): OperatorCase =>
    graphCase(note, "Scan", { start: uniform([4], 2), x }, (b) =>
      b.node("Scan", ["start", "x"], { body: attr.graph(scanBody), num_scan_inputs: attr.int(1), ...extra }, { outputs: ["last", "all"] }));
  return [
    ifCase(1),
    ifCase(0),
    graphCase("carried, scanned, captures", "Loop", { x }, (b) =>
      b.node("Loop", [b.constant(scalar(3, "int64"), "trips"), b.constant(scalar(1, "bool"), "go"), "x"], { body: attr.graph(loopBody) }, { outputs: ["total", "steps"] })),
    scan("forward", {}),
    scan("backwards, collected backwards", { scan_input_directions: attr.ints([1]), scan_output_directions: attr.ints([1]) }),
    scan("collected on axis 1", { scan_output_axes: attr.ints([1]) }),
  ];
}

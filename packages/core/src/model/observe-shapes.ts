import { GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { toNumbers } from "../tensor/convert.js";
import type { Tensor, Value } from "../tensor/tensor.js";
import { isDeviceTensor, read } from "../tensor/tensor.js";
import type { Feeds } from "./model.js";

/** Operators whose results are no tensors, and so have no `Shape`. */
const notTensors = new Set(["SequenceConstruct", "SequenceEmpty", "SequenceInsert", "SequenceErase", "SplitToSequence", "Optional", "ZipMap"]);

/**
 * The graph that computes nothing but shapes: one `Shape` node per value, a few bytes each. Exact for every operator, custom ones included.
 * @returns the graph and the output that holds each value's shape
 */
export function shapeGraph(graph: Graph, values: readonly string[]): { readonly graph: Graph; readonly outputs: ReadonlyMap<string, string> } {
  const builder = new GraphBuilder(graph);
  const unshaped = new Set(graph.nodes.filter((node) => notTensors.has(node.op)).flatMap((node) => node.outputs));
  const outputs = new Map<string, string>();
  for (const value of values) if (!unshaped.has(value)) outputs.set(value, builder.shape(value, `${value}:shape`));
  return { graph: builder.build({ outputs: [...outputs.values()] }), outputs };
}

export async function readShapes(outputs: ReadonlyMap<string, string>, results: Readonly<Record<string, Value>>): Promise<Map<string, readonly number[]>> {
  const shapes = new Map<string, readonly number[]>();
  for (const [value, output] of outputs) {
    const result = results[output]!;
    shapes.set(value, toNumbers(await read(result)));
    if (isDeviceTensor(result)) result.dispose();
  }
  return shapes;
}

/** What shapes can depend on: the inputs' shapes, and the values of integer and boolean ones. */
export function shapeKey(feeds: Feeds): string {
  return Object.keys(feeds).sort().map((name) => `${name}=${describe(feeds[name]!)}`).join(";");
}

function describe(value: Tensor): string {
  const shape = `${value.dtype}[${value.shape.join(",")}]`;
  const isIndex = value.dtype === "bool" || value.dtype.startsWith("int") || value.dtype.startsWith("uint");
  return isIndex && value.data.length <= 4096 ? `${shape}{${(value.data as Int32Array).join(",")}}` : shape;
}


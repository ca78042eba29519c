import type { GraphBuilder } from "../graph/builder.js";
import type { Node } from "../graph/graph.js";
import { producersOf } from "../graph/uses.js";

/** Where an operator that yields quantised numbers has their scale and zero point: among its inputs, or its outputs. */
const quantising: Readonly<Record<string, readonly ["inputs" | "outputs", scale: number, zero: number]>> = {
  QuantizeLinear: ["inputs", 1, 2],
  DynamicQuantizeLinear: ["outputs", 1, 2],
  QLinearConv: ["inputs", 6, 7],
  QLinearMatMul: ["inputs", 6, 7],
};

/** Operators that move numbers about or choose among them: theirs stand for what those stand for. */
const moving = new Set(["Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "MaxPool", "Slice", "Gather", "Expand", "Tile"]);

/**
 * What a graph value stands for, as float32: of quantised numbers (q − zero point) · scale, of what ConvInteger and
 * MatMulInteger sum up the sum; any other value as it is. Appends to `builder`, the model's graph or one derived from it.
 */
export function realValue(builder: GraphBuilder, value: string): string {
  const producers = producersOf(builder);
  const made = (name: string): Node | undefined => {
    const node = producers.get(name);
    return node?.domain === "" ? node : undefined;
  };
  let node = made(value);
  const first = node;
  while (node && moving.has(node.op)) node = made(node.inputs[0]!);
  if (!node) return value;
  if (node.op === "ConvInteger" || node.op === "MatMulInteger") return builder.cast(value, "float32", `${value}:real`);
  const found = quantising[node.op];
  if (!found) return value;
  const [side, scale, zero] = found;
  const axis = node.attributes["axis"];
  const parts = [node[side][scale]!, node[side][zero] ?? ""].filter((name, i) => i === 0 || name !== "");
  // A scale for each slice of one axis stays with that axis only where nothing was moved.
  const perAxis = (builder.constantAt(parts[0]!)?.shape.length ?? 0) > 0 && node !== first;
  if (perAxis && builder.constantAt(parts[0]!)?.shape[0] !== 1) return builder.cast(value, "float32", `${value}:real`);
  return builder.op("DequantizeLinear", [value, ...parts], axis ? { axis } : {}, `${value}:real`);
}

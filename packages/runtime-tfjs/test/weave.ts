import { attr, float32, GraphBuilder, type Graph, type Tensor } from "@vitrine/core";

export interface Woven {
  readonly axis: number;
  /** What is compared: every second place of more than there are windows, or a place for each. */
  readonly sliced: boolean;
  readonly more: number;
  readonly flat: boolean;
  readonly tapped: number | undefined;
  /** As after a convolution, which leaves channels last. */
  readonly convolved: boolean;
  readonly seed: number;
}

/** How a pooling's cotangent goes back along one axis; `flat`: what is joined is shaped otherwise than what is compared. */
export function weave({ axis, sliced, more, flat, tapped, convolved, seed }: Woven): { graph: Graph; feeds: Record<string, Tensor>; kernels: string[] } {
  const b = new GraphBuilder();
  const windows = [2, 3, 4, 5].map((dim, i) => (i === axis ? 3 : dim));
  const along = sliced ? 5 + more : 3;
  const wide = windows.map((dim, i) => (i === axis ? along : dim));
  const shapeOf = (shape: readonly number[]): readonly number[] => (flat ? [shape.reduce((p, q) => p * q, 1)] : shape);
  const source = b.input("x", "float32", flat ? shapeOf(windows) : wide);
  const [y, g] = [b.input("y", "float32", shapeOf(windows)), b.input("g", "float32", shapeOf(windows))];
  const held = convolved && !flat ? b.op("Conv", [source, b.constant(float32([3, 1, 1, 1], [1, 1, 1]))], { group: attr.int(3) }) : source;
  const compared = sliced && !flat ? b.slice(held, [0], [5], [axis], [2]) : held;
  const taken = b.where(b.equal(compared, y), g, b.scalar(0));
  const rest = b.sub(g, taken);
  const column = [...windows.slice(0, axis + 1), 1, ...windows.slice(axis + 1)];
  const sides = [taken, rest].map((part) => b.reshape(part, column));
  const joined = b.concat(sides, axis + 1);
  const whole = b.reshape(joined, windows.map((dim, i) => (i === axis ? 2 * dim : dim)));
  const taps = [taken, rest, compared, sides[0]!, sides[1]!, joined];
  const numbers = (shape: readonly number[], n: number): Tensor<"float32"> => float32(shape, Array.from({ length: shape.reduce((p, q) => p * q, 1) }, (_, i) => 1.4 * Math.sin(n + 7.3 * i)));
  // So that many are equal, and zeros are of either sign.
  const rounded = (shape: readonly number[], n: number): Tensor<"float32"> => float32(shape, numbers(shape, n).data.map((value, i) => Math.round(value) * (i % 2 === 0 ? 1 : -1)));
  const tap = tapped === undefined ? undefined : taps[tapped];
  const kernels = [...(convolved && !flat ? ["Conv"] : []), ...(tap === compared && compared !== held ? ["Slice"] : []), "Where"];
  return {
    graph: b.build({ outputs: tap === undefined ? [whole] : [whole, tap] }), kernels,
    feeds: { x: rounded(flat ? shapeOf(windows) : wide, seed), y: rounded(shapeOf(windows), seed + 1), g: numbers(shapeOf(windows), seed) },
  };
}

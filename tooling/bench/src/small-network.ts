import { attr, float32, GraphBuilder, seededRandom, type Graph } from "@vitrine/core";

/** Two convolutions at 64 × 64: small enough for many thousand runs. */
export function smallNetwork(): Graph {
  const random = seededRandom(3);
  const b = new GraphBuilder();
  const weights = (shape: readonly number[]): string => b.constant(float32(shape, Array.from({ length: shape.reduce((a, c) => a * c, 1) }, () => 0.3 * random.normal())), "w");
  const x = b.input("x", "float32", ["N", 3, 64, 64]);
  const first = b.relu(b.op("Conv", [x, weights([8, 3, 5, 5])], { kernel_shape: attr.ints([5, 5]), strides: attr.ints([2, 2]) }));
  const second = b.relu(b.op("Conv", [first, weights([16, 8, 3, 3])], { kernel_shape: attr.ints([3, 3]), strides: attr.ints([2, 2]) }));
  const flat = b.op("Flatten", [b.op("GlobalAveragePool", [second])], { axis: attr.int(1) });
  return b.build({ outputs: [b.softmax(b.op("Gemm", [flat, weights([16, 10])]), 1, "probabilities")] });
}

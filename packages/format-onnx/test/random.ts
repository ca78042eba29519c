import { float32, seededRandom, sizeOf, type Tensor } from "@vitrine/core";

/** Standard normal numbers, the same for the same seed. */
export function randn(shape: readonly number[], seed = 1): Tensor<"float32"> {
  const random = seededRandom(seed);
  return float32(shape, Array.from({ length: sizeOf(shape) }, () => random.normal()));
}

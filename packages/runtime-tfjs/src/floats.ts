import { cast, getBackend, mul, type Tensor } from "@tensorflow/tfjs-core";

/**
 * Truth values and integers as floats. tfjs's webgpu backend (4.22.0) casts them by name only, and shaders that copy what they get (Transpose)
 * are then invalid: WebGPU drops them, with all that was submitted at once. A product makes floats of them.
 */
export function floats(x: Tensor): Tensor {
  const y = cast(x, "float32");
  return x.dtype !== "float32" && getBackend() === "webgpu" ? mul(y, 1) : y;
}

import { backend, engine, getBackend, tensor, type DataType, type Tensor, type TensorInfo } from "@tensorflow/tfjs-core";
import { sizeOf } from "@vitrine/core";

export type Numbers = Float32Array | Int32Array | Uint8Array;

/** What tfjs's wasm backend offers to kernels that are written in JavaScript, its own among them. */
interface WasmBackend {
  makeOutput(shape: readonly number[], dtype: DataType): { readonly shape: number[]; readonly dtype: DataType; readonly dataId: object };
  typedArrayFromHeap(info: { readonly shape: readonly number[]; readonly dtype: DataType; readonly dataId: object }): Numbers;
}

/** Whether a loop of ours reaches a backend's memory without a copy from a device: then it beats a slow kernel. */
export const nearHost = (): boolean => getBackend() === "wasm" || getBackend() === "cpu";

/**
 * A kernel as a loop of ours. On wasm it reads and writes where the tensors lie: `dataSync` would copy every operand, and leave the
 * garbage collector with megabytes. `fill` writes every element of `to`, which holds anything before.
 */
export function looped(shape: readonly number[], dtype: DataType, inputs: readonly Tensor[], fill: (to: Numbers, from: readonly Numbers[]) => void): Tensor {
  const size = sizeOf(shape);
  if (getBackend() === "wasm" && size > 0) {
    const wasm = backend() as unknown as WasmBackend;
    const made = wasm.makeOutput([...shape], dtype);
    // After it was made: making it may have moved the memory.
    fill(wasm.typedArrayFromHeap(made), inputs.map((input) => wasm.typedArrayFromHeap(input)));
    return engine().makeTensorFromTensorInfo(made);
  }
  const to = dtype === "int32" ? new Int32Array(size) : dtype === "bool" ? new Uint8Array(size) : new Float32Array(size);
  fill(to, inputs.map((input) => input.dataSync()));
  return tensor(to, [...shape], dtype as "float32");
}

/** The floats of a tensor where they lie, to be read and written; until the next tensor is made, which may move the memory. Only near the host. */
export function floatsOf(x: TensorInfo): Float32Array {
  return (getBackend() === "wasm" ? (backend() as unknown as WasmBackend).typedArrayFromHeap(x) : backend().readSync(x.dataId)) as Float32Array;
}

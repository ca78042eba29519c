import { float32, tensor, type FindingTensor, type Tensor, type View } from "@vitrine/core";

/** A view with the tensors that it names. */
export interface ExampleView {
  /** Unique, fit for a file name. */
  readonly name: string;
  readonly view: View;
  readonly tensors: Readonly<Record<string, FindingTensor>>;
}

export const finding = (of: Tensor, meaning = "example"): FindingTensor => ({ tensor: of, meaning });
export const map = (height: number, width: number, values: ArrayLike<number>): FindingTensor => finding(float32([height, width], values));
export const vector = (values: ArrayLike<number>): FindingTensor => finding(float32([values.length], values));
export const whole = (shape: readonly number[], values: readonly number[]): FindingTensor => finding(tensor("int32", shape, Int32Array.from(values)));
export const source = "squeezenet1.1.onnx · layer softmaxout_1 · occlusion · class 207, golden retriever · window 3, 32, 32 · stride 3, 8, 8 · baseline pixel:127.5";

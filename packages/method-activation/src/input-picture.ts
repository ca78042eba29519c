import { inputAxes, tensor, type Job, type PreparedInput, type Tensor } from "@vitrine/core";

/** An input as a person sees it, for views: uint8 [height, width, 4]. Undefined where it is no picture. */
export function inputPicture(prepared: PreparedInput | undefined, sample: number): Tensor<"uint8"> | undefined {
  const picture = prepared?.toPictures?.(prepared.tensor)[sample];
  if (!picture) return undefined;
  const { width, height, data } = picture;
  return tensor("uint8", [height, width, 4], data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** Sizes of an input's axes that are positions: height and width of an image. */
export function inputExtent(job: Pick<Job, "model" | "inputs">, name: string): number[] {
  const info = job.model.inputs.find((input) => input.name === name);
  const shape = job.inputs[name]?.tensor.shape;
  if (!info || !shape) return [];
  return inputAxes(info, job.model.spec.inputs[name], shape.length, job.model.graph).spatial.map((axis) => shape[axis]!);
}

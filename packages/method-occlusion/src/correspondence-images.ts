import { concat, coreError, inputAxes, inputItem, type Feeds, type Job, type PreparedInput, type Tensor } from "@vitrine/core";
import { occlusionError } from "./errors.js";
import { sampleShape, type SampleShape } from "./parts.js";

/** Several images as one batch. */
export interface ImageSet {
  readonly count: number;
  readonly feeds: Feeds;
  /** The input that holds pictures, with all images. */
  readonly pictures: PreparedInput;
  readonly batchAxis: number;
  readonly sample: SampleShape;
  /** Axes of the sample. */
  readonly rowAxis: number;
  readonly columnAxis: number;
  /** Rows and columns. */
  readonly extent: readonly [number, number];
}

type ImageJob = Pick<Job<{ readonly images: readonly unknown[] | undefined }>, "model" | "inputs" | "params" | "prepare">;

/** The samples of the input and the further images, joined. @throws `image-input`, `images-few` */
export async function imageSet(job: ImageJob): Promise<ImageSet> {
  const { model } = job;
  const sets = [job.inputs];
  for (const [i, entry] of (job.params.images ?? []).entries()) {
    const item = inputItem(entry, i);
    sets.push(job.prepare(await item.open(), item.label));
  }
  const found = model.inputs.flatMap((info) => {
    const batchAxis = model.batch.axes[info.name];
    const { spatial } = inputAxes(info, model.spec.inputs[info.name], job.inputs[info.name]!.tensor.shape.length, model.graph);
    return spatial.length === 2 && batchAxis !== undefined ? [{ name: info.name, batchAxis, spatial }] : [];
  })[0];
  if (!found) throw occlusionError("image-input", { inputs: model.inputs.map(({ name }) => name) });
  const feeds: Record<string, Tensor> = {};
  for (const { name } of model.inputs) {
    const axis = model.batch.axes[name];
    const parts = sets.map((set) => set[name]!.tensor);
    feeds[name] = axis === undefined ? parts[0]! : joined(name, parts, axis);
  }
  const { name, batchAxis, spatial } = found;
  const tensor = feeds[name]!;
  const count = tensor.shape[batchAxis]!;
  if (count < 2) throw occlusionError("images-few", { images: count });
  const [rowAxis, columnAxis] = spatial.map((axis) => (axis > batchAxis ? axis - 1 : axis)) as [number, number];
  const sample = sampleShape(tensor.shape, batchAxis);
  return { count, feeds, pictures: { ...job.inputs[name]!, tensor }, batchAxis, sample, rowAxis, columnAxis, extent: [sample.shape[rowAxis]!, sample.shape[columnAxis]!] };
}

function joined(name: string, parts: readonly Tensor[], axis: number): Tensor {
  const [first] = parts as [Tensor];
  const other = parts.find((part) => part.dtype !== first.dtype || part.shape.some((dim, i) => i !== axis && dim !== first.shape[i]));
  if (other) throw coreError("input-shape", { input: name, shape: other.shape, expected: first.shape.map((dim, i) => (i === axis ? "N" : dim)) });
  return concat(parts, axis);
}

import { isPicture, type ImageSpec, type InputReader, type InputSpec, type Picture, type PreparedInput, type Tensor } from "@vitrine/core";
import { fit } from "./fit.js";
import { channelCount, fromPixel, normalise, toPictures } from "./normalise.js";

function describe(name: string, tensor: Tensor, spec: ImageSpec, label: string): PreparedInput {
  return { name, tensor, spec, label, toPictures: (any) => toPictures(any, spec), fromPixel: (value) => fromPixel(value, spec) };
}

/** Whether a tensor has the axes that the spec's layout says; its pictures may have any size. */
const hasLayout = (tensor: Tensor, spec: ImageSpec): boolean =>
  tensor.shape.length === spec.layout.length && tensor.shape[spec.layout.indexOf("C")] === channelCount(spec) && tensor.dtype !== "string";

/** Prepares pictures for inputs of kind `image`: one `Picture`, or an array of them as a batch. */
export const imageReader: InputReader = {
  kind: "image",
  accepts: (value) => isPicture(value) || (Array.isArray(value) && value.length > 0 && value.every(isPicture)),
  prepare(name, value, spec: InputSpec, label) {
    const image = spec as ImageSpec;
    const pictures = (isPicture(value) ? [value] : value) as readonly Picture[];
    return describe(name, normalise(pictures.map((picture) => fit(picture, image)), image), image, label);
  },
  describe(name, tensor, spec: InputSpec, label) {
    const image = spec as ImageSpec;
    return hasLayout(tensor, image) ? describe(name, tensor, image, label) : { name, tensor, spec, label };
  },
};

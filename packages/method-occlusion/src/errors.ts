import { defineErrors, quote, showShape } from "@vitrine/core";

const list = (values: readonly number[]): string => values.join(",");

/** Every message of this package. */
export const occlusionError = defineErrors({
  "window-axes": (f: { flag: string; given: readonly number[]; input: string; sample: readonly number[] }) => ({
    message: `${f.flag} was given as ${quote(list(f.given))}, ${f.given.length} numbers; the input ${quote(f.input)} has ${f.sample.length} axes without the batch: ${showShape(f.sample)}.`,
    hint: `Give ${f.sample.length === 1 ? "one number" : `${f.sample.length} numbers, one per axis, or one for all places`}: ${f.flag} ${list(f.sample.map((size) => Math.max(1, Math.round(size / 7))))}.`,
  }),
  "window-size": (f: { flag: string; given: number; input: string; axis: number; size: number }) => ({
    message: `${f.flag} is ${f.given} along axis ${f.axis} of the input ${quote(f.input)}; it takes whole numbers from 1 on.`,
    hint: `That axis has ${f.size} elements: give a number from 1 to ${f.size}.`,
  }),
  "window-large": (f: { window: number; input: string; axis: number; size: number }) => ({
    message: `The window is ${f.window} along axis ${f.axis} of the input ${quote(f.input)}, which has only ${f.size} elements there.`,
    hint: `Give --window at most ${f.size} along that axis.`,
  }),
  "stride-large": (f: { stride: number; window: number; input: string; axis: number }) => ({
    message: `The stride ${f.stride} along axis ${f.axis} of the input ${quote(f.input)} is larger than the window, ${f.window}: what lies between two windows would never be hidden.`,
    hint: `Give --stride at most ${f.window} along that axis, or a larger --window.`,
  }),
  "windows-many": (f: { windows: number; most: number; input: string }) => ({
    message: `This window and stride make ${f.windows.toLocaleString("en")} positions on the input ${quote(f.input)}, each a forward pass; the most is ${f.most.toLocaleString("en")}.`,
    hint: "Give a larger --stride, or a larger --window.",
  }),
  "places-none": (f: { inputs: readonly string[] }) => ({
    message: `What could be hidden, ${f.inputs.slice(0, 4).map(quote).join(", ")}, has one place only: hiding it would not say where the answer lies.`,
    hint: "For inputs of whole numbers, say by --baseline what stands for nothing.",
  }),
  "mask-and-window": (f: { flag: string; input: string }) => ({
    message: `Both --mask and ${f.flag} were given for the input ${quote(f.input)}.`,
    hint: "A mask hides its groups, a window slides: give one of them.",
  }),
  "mask-shape": (f: { input: string; shape: readonly number[]; expected: readonly number[] }) => ({
    message: `The mask of shape ${showShape(f.shape)} cannot be broadcast to the input ${quote(f.input)} of shape ${showShape(f.expected)}.`,
    hint: `Each of its axes, counted from the last, must be 1 or that of the input: ${showShape(f.expected.map((size, axis) => (axis < f.expected.length - 2 ? 1 : size)))} gives one group per place.`,
  }),
  "mask-dtype": (f: { input: string; dtype: string; example: number | undefined }) => ({
    message: `The mask for the input ${quote(f.input)} holds ${f.dtype}${f.example === undefined ? "" : ` such as ${f.example}`}; groups are told apart by whole numbers.`,
    hint: "Save it as integers: numpy.save(file, mask.astype(numpy.int32)).",
  }),
  "input-not-hideable": (f: { inputs: readonly { name: string; dtype: string }[] }) => ({
    message: `Nothing says what stands for hidden input in ${f.inputs.map(({ name, dtype }) => `${quote(name)} (${dtype})`).join(", ")}: no number of such an input means "nothing".`,
    hint: "Give it: --baseline N, the index that stands for padding or for an unknown word.",
  }),
  "input-shared": (f: { input: string; samples: number }) => ({
    message: `The input ${quote(f.input)} has no batch axis: all ${f.samples} samples share it, and hiding a part of it changes every one.`,
    hint: "Give one sample at a time.",
  }),
  "score-class": (f: { score: string; target: string }) => ({
    message: `--score ${f.score} needs a class, and the target is ${quote(f.target)}.`,
    hint: "Give --target class:N, or leave --score out: the unit's activation is the score then.",
  }),
  "score-not-finite": (f: { score: number; target: string }) => ({
    message: `The score of ${quote(f.target)} on the input as it is, is ${f.score}: no drop can be measured from there.`,
    hint: "Look at the activations of the model on this input: one of its layers overflows.",
    kind: "unsupported",
  }),
  "layer-without-positions": (f: { layer: string; shape: readonly number[]; others: readonly string[] }) => ({
    message: `The layer ${quote(f.layer)} has no map of positions: its value is ${showShape(f.shape)}.`,
    hint: f.others.length === 0 ? "This model has no layer with positions: leave --layer out." : `Choose a layer with positions, the last is ${quote(f.others.at(-1))}.`,
  }),
  "boxes-shape": (f: { shape: readonly number[]; images: number }) => ({
    message: `The boxes have the shape ${showShape(f.shape)}; there are ${f.images} images.`,
    hint: `Give [${f.images}, 4], or [parts, ${f.images}, 4] for several parts: first row, first column, height, width, in positions of the input.`,
  }),
  "boxes-missing": (_: Record<string, never>) => ({
    message: "Correspondence needs the part to hide in each image, and none was given.",
    hint: "Give --boxes ROW,COLUMN,HEIGHT,WIDTH for each image in turn, or --parts FILE.npy of shape [parts, images, 4].",
  }),
  "boxes-count": (f: { numbers: number; images: number }) => ({
    message: `--boxes holds ${f.numbers} numbers; a part of ${f.images} images takes ${4 * f.images}.`,
    hint: "Four for each image: first row, first column, height, width, in positions of the input; then those of the next part.",
  }),
  "box-outside": (f: { box: readonly number[]; part: number; image: number; extent: readonly number[] }) => ({
    message: `The box ${quote(list(f.box))} of part ${f.part} in image ${f.image} is no box inside the input, which is ${f.extent[0]} by ${f.extent[1]}.`,
    hint: "A box is first row, first column, height, width, in whole positions of the input that the network gets.",
  }),
  "names-count": (f: { names: number; parts: number }) => ({ message: `${f.names} names were given for ${f.parts} parts.`, hint: "Give one name for each part, or none." }),
  "images-few": (f: { images: number }) => ({
    message: `Correspondence compares the same part in several images; ${f.images === 1 ? "one was" : `${f.images} were`} given.`,
    hint: "Give at least two: a batch as --input, or more with --images.",
  }),
  "image-input": (f: { inputs: readonly string[] }) => ({
    message: `Correspondence hides boxes of rows and columns, and no input of this model has both: ${f.inputs.map(quote).join(", ")}.`,
    hint: "It works on models of pictures; `occlusion` hides parts of anything.",
    kind: "unsupported",
  }),
});

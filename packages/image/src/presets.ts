import type { ImageSpec } from "@vitrine/core";
import { imageError } from "./errors.js";

/** What a preset says; size, layout and grey come from the model. */
interface Preset {
  readonly title: string;
  /** Whether the middle 224 of 256 is taken (in proportion for other sizes), or the picture is stretched. */
  readonly crop: boolean;
  readonly channels: "RGB" | "BGR";
  readonly range: 255 | 1;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

const presets = {
  imagenet: { title: "torchvision: RGB, 0 to 1, ImageNet mean and deviation", crop: true, channels: "RGB", range: 1, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  caffe: { title: "Caffe: BGR, 0 to 255, ImageNet mean subtracted", crop: true, channels: "BGR", range: 255, mean: [103.939, 116.779, 123.68], std: [1, 1, 1] },
  tf: { title: "TensorFlow: RGB, −1 to 1", crop: true, channels: "RGB", range: 255, mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
  unit: { title: "RGB, 0 to 1", crop: false, channels: "RGB", range: 1, mean: [0, 0, 0], std: [1, 1, 1] },
  none: { title: "RGB, 0 to 255", crop: false, channels: "RGB", range: 255, mean: [0, 0, 0], std: [1, 1, 1] },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

/** The names that `--preprocess` takes, the most common first. */
export const presetNames = Object.keys(presets) as readonly PresetName[];

/** A preset in words. */
export function presetTitle(name: PresetName): string {
  return presets[name].title;
}

/** A side that the model leaves open. */
const defaultSide = 224;

/**
 * The description of an image input by a preset's name. Layout, size and grey are read from the declared shape; open sides are 224.
 * `imagenet`, `caffe` and `tf` take the middle of a picture whose shorter side is 256/224 of the size; `unit` and `none` stretch.
 * @param shape as the model declares it: `[1, 3, 224, 224]`, `["N", 28, 28, 1]`
 * @throws `preset-unknown`, `preset-shape` where the input is no picture of 1 or 3 channels
 */
export function presetSpec(name: string, shape: readonly (number | string | null)[], input: string): ImageSpec {
  if (!Object.hasOwn(presets, name)) throw imageError("preset-unknown", { preset: name, known: presetNames });
  const preset: Preset = presets[name as PresetName];
  const fail = (why: string): Error => imageError("preset-shape", { preset: name, input, shape, why });
  const axes = shape.length === 4 ? shape.slice(1) : shape;
  if (axes.length !== 3) throw fail("a picture has 3 axes, or 4 with the batch");
  // Three channels are looked for before one: a side of 1 is rarer than a grey picture.
  const channels = [3, 1].find((count) => axes[0] === count || axes[2] === count);
  const first = axes[0] === channels;
  if (channels === undefined) throw fail("no axis has the 1 or 3 channels of a picture");
  const [height, width] = (first ? axes.slice(1) : axes.slice(0, 2)).map((dim) => (typeof dim === "number" ? dim : defaultSide)) as [number, number];
  if (height < 1 || width < 1) throw fail("its sides are not at least 1");
  const gray = channels === 1;
  if (gray && new Set(preset.mean).size > 1) throw fail("it is for 3 channels and the input has 1; `tf`, `unit` and `none` take grey pictures too");
  const batch = shape.length === 4 ? "N" : "";
  return {
    kind: "image",
    size: [height, width],
    resize: preset.crop ? `short-side ${Math.round((Math.min(height, width) * 256) / 224)}, centre crop` : "stretch",
    channels: gray ? "gray" : preset.channels,
    layout: `${batch}${first ? "CHW" : "HWC"}` as ImageSpec["layout"],
    range: preset.range,
    mean: gray ? preset.mean.slice(0, 1) : preset.mean,
    std: gray ? preset.std.slice(0, 1) : preset.std,
  };
}

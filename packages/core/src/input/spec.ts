import type { Tensor } from "../tensor/tensor.js";

/** How an image becomes a tensor. The JSON form is that of `MODEL.vitrine.json` (docs: the command line). */
export interface ImageSpec {
  readonly kind: "image";
  /** Height and width that the network gets. */
  readonly size: readonly [number, number];
  /** `stretch`, `short-side N, centre crop`, or `long-side N, pad`. */
  readonly resize: string;
  readonly channels: "RGB" | "BGR" | "gray";
  readonly layout: "NCHW" | "NHWC" | "CHW" | "HWC";
  /** What a white pixel is before mean and std are applied: 255 or 1. */
  readonly range: number;
  /** Per channel, in the order of `channels`, in units of `range`: fed = (pixel − mean) / std. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface TextSpec {
  readonly kind: "text";
  /** Symbols by index. */
  readonly vocabulary: readonly string[];
  readonly encoding: "index" | "one-hot";
  readonly layout: string;
  readonly window?: number;
}

export interface StateSpec {
  readonly kind: "state";
  /** The output that is fed back; zero at the start. */
  readonly from?: string;
}

export interface PlainSpec {
  readonly kind: "tensor" | "series";
  readonly layout?: string;
}

/** A kind that a plugin knows. */
export interface OtherSpec {
  readonly kind: string;
  readonly [key: string]: unknown;
}

export type InputSpec = ImageSpec | TextSpec | StateSpec | PlainSpec | OtherSpec;

export function isImageSpec(spec: InputSpec | undefined): spec is ImageSpec {
  return spec?.kind === "image";
}

export type OutputKind = "class-probabilities" | "logits" | "regression" | "detections" | "next-token";

export interface OutputSpec {
  readonly name: string;
  readonly kind: OutputKind;
  /** One per index of the output. */
  readonly labels?: readonly string[];
}

export interface ModelSpec {
  /** By input name. */
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly outputs: readonly OutputSpec[];
}

/** Pixels in host memory: 8-bit sRGB with alpha, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGBA, 4 × width × height bytes. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

export function isPicture(value: unknown): value is Picture {
  return typeof value === "object" && value !== null && "width" in value && "height" in value && "data" in value;
}

/** Decodes and encodes pictures on one platform. */
export interface ImageCodec {
  readonly id: string;
  /** Orientation applied, colours in sRGB, transparency on white. Bounded before it is decoded. */
  decode(bytes: Uint8Array, name: string): Promise<Picture>;
  encode(picture: Picture, type: "image/png" | "image/jpeg" | "image/webp"): Promise<Uint8Array>;
}

/** One input made ready, with the way back to what a person knows. */
export interface PreparedInput {
  readonly name: string;
  /** What the network gets, batch included. */
  readonly tensor: Tensor;
  readonly spec: InputSpec;
  /** What it came from, for captions: a file's name. */
  readonly label: string;
  /** Any tensor of this input's shape as a person sees it (one per sample), the occluded or synthesised one too. Absent where there is no such way. */
  toPictures?(tensor: Tensor): readonly Picture[];
  /** A value before normalisation (a pixel of 0 to 255) as it stands in the tensor: one number per channel, with the axis that channels lie on. */
  fromPixel?(value: number): { readonly axis: number; readonly values: readonly number[] };
}

/** Turns what a user has into what a network takes, for one kind of input; a plugin registers it. */
export interface InputReader {
  /** The `kind` of the specs that it reads. */
  readonly kind: string;
  /** Whether `value` is something that it takes (a Picture, a text). */
  accepts(value: unknown): boolean;
  prepare(name: string, value: unknown, spec: InputSpec, label: string): PreparedInput;
  /** Gives a tensor that is fed as it is the way back to what a person knows, where the spec allows it. */
  describe?(name: string, tensor: Tensor, spec: InputSpec, label: string): PreparedInput;
}

import { cast, keep, reshape, tensor as upload, transpose, clone, type DataType, type Rank, type Tensor as TfTensor } from "@tensorflow/tfjs-core";
import { sizeOf, type DType, type Tensor } from "@vitrine/core";
import { dataOf, isOnLost, onBackend } from "./engine.js";
import { floats } from "./floats.js";
import { fromDevice, toDevice } from "./tensors.js";

/** `last` holds axis 1 (the channels) behind all others: what tfjs's spatial kernels want. */
export type Layout = "plain" | "last";

/** The largest host value that constant folding keeps computing with. */
const homelySize = 4096;

/** The forms of truth values as numbers. */
const counted = { plain: "plain:numbers", last: "last:numbers" } as const;

/** The type that tfjs computes in: its integers have 32 bits, its floats too. */
export function deviceType(dtype: DType): DataType {
  if (dtype === "bool") return "bool";
  return dtype.includes("float") ? "float32" : "int32";
}

/**
 * A value while a graph runs: in host memory, on the device, or both, each made from the other when it is first asked for.
 * On the device it may have several forms (layouts, repacked weights), made once and freed together.
 */
export class Held {
  static #count = 0;
  /** A name for forms of one value that are made with another. */
  readonly id = Held.#count++;
  readonly dtype: DType;
  /** In ONNX's order of axes, whatever the layout. */
  readonly shape: readonly number[];
  /** A constant can be uploaded again: its plain form is not kept beside a repacked one. */
  readonly constant: boolean;
  readonly #forms = new Map<string, TfTensor>();
  #host: Tensor | undefined;
  #prefersHost: boolean;
  #users = 0;

  private constructor(dtype: DType, shape: readonly number[], host: Tensor | undefined, prefersHost: boolean, constant: boolean) {
    this.dtype = dtype;
    this.shape = shape;
    this.#host = host;
    this.#prefersHost = prefersHost;
    this.constant = constant;
  }

  /** A value in host memory. What is fed as floats goes to the device; shapes, indices and small constants stay. */
  static host(value: Tensor, from: "feed" | "constant" | "result" = "result"): Held {
    const small = value.data.length <= homelySize;
    const prefersHost = from === "feed" ? !value.dtype.includes("float") : small || value.dtype === "string";
    return new Held(value.dtype, value.shape, value, prefersHost, from === "constant");
  }

  /** A value on the device. `shape` is in ONNX's order, `made` as `layout` says. */
  static device(dtype: DType, shape: readonly number[], made: TfTensor, layout: Layout = "plain"): Held {
    const value = new Held(dtype, shape, undefined, false, false);
    value.#forms.set(layout, made);
    return value;
  }

  /** Truth values that were computed as the numbers 0 and 1, which wasm is many times faster with. */
  static counted(shape: readonly number[], made: TfTensor, layout: Layout = "plain"): Held {
    const value = new Held("bool", shape, undefined, false, false);
    value.#forms.set(counted[layout], made);
    return value;
  }

  get rank(): number {
    return this.shape.length;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** In host memory, and small enough or of a type that is best computed with there. */
  get prefersHost(): boolean {
    return this.#prefersHost && this.#host !== undefined;
  }

  /** Whether it was left on a device that is gone since. */
  get lost(): boolean {
    return this.#host === undefined && [...this.#forms.values()].some(isOnLost);
  }

  get onHost(): Tensor | undefined {
    return this.#host;
  }

  /** The layout that costs nothing; channels last where both are there. */
  get layout(): Layout {
    return this.#forms.has("last") || this.#forms.has(counted.last) ? "last" : "plain";
  }

  /** On the device, in ONNX's order. */
  plain(): TfTensor {
    return this.form("plain", () => {
      const last = this.#forms.get("last");
      if (last) return toPlain(last, this.shape);
      if (this.#isCounted) return cast(this.numbers("plain"), "bool");
      const host = this.#host!;
      return upload(toDevice(host), [...host.shape], deviceType(host.dtype));
    });
  }

  /** On the device, channels last. For values of 3 axes and more. */
  last(): TfTensor {
    return this.form("last", () => (this.#isCounted && !this.#forms.has("plain") ? cast(this.numbers("last"), "bool") : toLast(this.#forms.get("plain") ?? this.plain(), this.shape)));
  }

  in(layout: Layout): TfTensor {
    return layout === "last" ? this.last() : this.plain();
  }

  /** Of truth values: 0 and 1 as floats. */
  numbers(layout: Layout): TfTensor {
    return this.form(counted[layout], () => {
      const other = this.#forms.get(counted[layout === "last" ? "plain" : "last"]);
      if (!other) return floats(this.in(layout));
      return layout === "last" ? toLast(other, this.shape) : toPlain(other, this.shape);
    });
  }

  get #isCounted(): boolean {
    return this.#forms.has(counted.plain) || this.#forms.has(counted.last);
  }

  /** Another form, made once: repacked weights. */
  form(key: string, make: () => TfTensor): TfTensor {
    const known = this.#forms.get(key);
    if (known) return known;
    // What `make` asks for on the way is kept only if somebody else can use it.
    const before = new Set(this.#forms.keys());
    const made = make();
    if (this.constant) for (const other of [...this.#forms.keys()]) if (!before.has(other)) this.#drop(other);
    this.#forms.set(key, this.#users > 0 ? owned(made) : made);
    return this.#forms.get(key)!;
  }

  /** In host memory; `read` before, unless it is there. */
  host(): Tensor {
    return (this.#host ??= fromDevice(this.plain().dataSync(), this.dtype, this.shape));
  }

  /** Copies it to host memory where it is not there. */
  async read(backend: string): Promise<Tensor> {
    return (this.#host ??= fromDevice(await dataOf(onBackend(backend, () => this.plain())), this.dtype, this.shape));
  }

  /** One more user. The first makes it outlive the scope that it was computed in. */
  retain(): this {
    if (this.#users++ === 0) for (const [key, form] of this.#forms) this.#forms.set(key, owned(form));
    return this;
  }

  /** One user less; the last frees the device's memory. */
  release(): void {
    if (--this.#users > 0) return;
    for (const key of [...this.#forms.keys()]) this.#drop(key);
  }

  /** After the device was lost: a constant is uploaded again. */
  forget(): void {
    for (const key of [...this.#forms.keys()]) this.#drop(key);
  }

  #drop(key: string): void {
    const form = this.#forms.get(key);
    this.#forms.delete(key);
    if (form?.kept === true && !form.isDisposed) form.dispose();
  }
}

/** A tensor that no scope disposes of and nobody else owns. */
function owned(tensor: TfTensor): TfTensor {
  return keep(tensor.kept ? clone(tensor) : tensor);
}

/** [N, C, …] as [N, …, C]. Three axes at most are moved: kernels do that fastest. */
function toLast(x: TfTensor, shape: readonly number[]): TfTensor {
  const [samples = 1, channels = 1, ...rest] = shape;
  const target = [samples, ...rest, channels];
  const places = sizeOf(rest);
  if (channels === 1 || places === 1 || sizeOf(shape) === 0) return reshape(x, target);
  return reshape(transpose(reshape<Rank.R3>(x, [samples, channels, places]), [0, 2, 1]), target);
}

function toPlain(x: TfTensor, shape: readonly number[]): TfTensor {
  const [samples = 1, channels = 1, ...rest] = shape;
  const places = sizeOf(rest);
  if (channels === 1 || places === 1 || sizeOf(shape) === 0) return reshape(x, [...shape]);
  return reshape(transpose(reshape<Rank.R3>(x, [samples, places, channels]), [0, 2, 1]), [...shape]);
}

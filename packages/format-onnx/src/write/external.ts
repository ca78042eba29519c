import type { Constant } from "@vitrine/core";

/** One file of weights beside a written model: what onnxruntime takes as `externalData`. */
export interface ExternalData {
  readonly path: string;
  readonly data: Uint8Array;
}

export interface Placed {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** Shape and axes constants stay inside: onnxruntime reads them while it loads the model. */
const leastBytes = 1024;

/**
 * Places large constants outside the model without copying them. The weights of a model are views into one buffer, its file:
 * that buffer is given once, and each constant by where it lies in it.
 */
export class ExternalStore {
  /** Whether anything may lie outside. */
  readonly wanted: boolean;
  readonly #threshold: number;
  readonly #files = new Map<ArrayBufferLike, ExternalData>();

  constructor(wanted: boolean | number) {
    this.wanted = wanted !== false;
    this.#threshold = wanted === false ? Infinity : wanted === true ? leastBytes : Math.max(wanted, 0);
  }

  /** Whether a constant will be placed outside. */
  takes(constant: Constant): boolean {
    return constant.dtype !== "string" && constant.byteLength > 0 && constant.byteLength >= this.#threshold;
  }

  /** Where a constant was placed, or undefined where it belongs into the model. */
  place(constant: Constant): Placed | undefined {
    if (!this.takes(constant)) return undefined;
    const bytes = constant.bytes();
    let file = this.#files.get(bytes.buffer);
    if (!file) {
      file = { path: `weights-${this.#files.size}.bin`, data: new Uint8Array(bytes.buffer) };
      this.#files.set(bytes.buffer, file);
    }
    return { path: file.path, offset: bytes.byteOffset, length: bytes.byteLength };
  }

  get files(): ExternalData[] {
    return [...this.#files.values()];
  }
}

import { brief, showShape, type FindingTensor, type Tensor } from "@vitrine/core";
import { mapOf } from "@vitrine/render";

/** A tensor as it stands in the page's data. */
export interface EmbeddedTensor {
  readonly dtype: Tensor["dtype"];
  readonly shape: readonly number[];
  readonly meaning: string;
  /** Its elements, little-endian, as base64. */
  readonly data: string;
}

/** A tensor that a figure is drawn from. */
export interface TensorPlace {
  readonly key: string;
  /** "float32 [1, 64, 55, 55]" */
  readonly what: string;
  /** Characters that it takes in the page. */
  readonly size: number;
  /** Where it is in the page's data; absent where it is too large for the page. */
  readonly id?: string;
}

/** Characters that a tensor takes in the page; strings cannot be held as bytes. */
function sizeIn(tensor: Tensor): number {
  return tensor.dtype === "string" ? Infinity : Math.ceil(tensor.data.byteLength / 3) * 4 + 120;
}

const chunk = 0x2000;

function base64({ data, dtype }: Tensor): string {
  if (dtype === "string") return "";
  const numbers = data;
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += chunk) parts.push(String.fromCharCode(...bytes.subarray(i, i + chunk)));
  return btoa(parts.join(""));
}

/** Which tensors a page holds: what is read at the pointer first, then the small ones, until its room is used. The same tensor is held once. */
export class TensorStore {
  readonly #wanted = new Map<Tensor, { readonly found: FindingTensor; readonly size: number; readonly rank: number }>();
  readonly #ids = new Map<Tensor, string>();

  /** `rank`: what is lower goes first, whatever its size. */
  want(found: FindingTensor, rank = 1): void {
    const before = this.#wanted.get(found.tensor);
    if (!before || before.rank > rank) this.#wanted.set(found.tensor, { found, size: sizeIn(found.tensor), rank });
  }

  /** Gives out the room. @returns how many found no place */
  place(room: number): number {
    let left = room;
    for (const [tensor, { size }] of [...this.#wanted].sort(([, a], [, b]) => a.rank - b.rank || a.size - b.size)) {
      if (size > left) continue;
      left -= size;
      this.#ids.set(tensor, `t${this.#ids.size}`);
    }
    return this.#wanted.size - this.#ids.size;
  }

  of(key: string, { tensor }: FindingTensor): TensorPlace {
    const id = this.#ids.get(tensor);
    return { key, what: `${tensor.dtype} ${brief(showShape(tensor.shape))}`, size: sizeIn(tensor), ...(id !== undefined && { id }) };
  }

  /** What is held, by its id. */
  embedded(): Record<string, EmbeddedTensor> {
    return Object.fromEntries(Array.from(this.#ids, ([tensor, id]) => [id, { dtype: tensor.dtype, shape: tensor.shape, meaning: this.#wanted.get(tensor)!.found.meaning, data: base64(tensor) }]));
  }
}

/** The values behind a drawn map, where its tensor is more than that map: rows × columns numbers, to be told at the pointer. */
export function mapValues(tensor: Tensor, options: { readonly sample?: number | undefined; readonly reduce?: "sum" | "mean" | "max" | "max-abs" | "norm" | undefined }): Tensor {
  const { height, width, values } = mapOf(tensor, options);
  return { dtype: "float32", shape: [height, width], data: values };
}

/** JSON for a `<script>` of a page: no tag, comment or line that could end it. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll(">", "\\u003e").replaceAll("&", "\\u0026").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

import { bytesOf, figureAt, numbersOf, pageData, type HeldFigure } from "./data.js";
import { pngOf } from "./picture.js";
import { say } from "./say.js";

function download(name: string, content: BlobPart, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A name for a file: letters, digits and dashes of any script. */
function fileName(text: string, extension: string): string {
  const plain = text.slice(0, 200).replace(/[^\p{L}\p{N}.]+/gu, "-").slice(0, 60).replace(/^[-.]+|[-.]+$/gu, "");
  return `${plain || "figure"}.${extension}`;
}

const descriptors: Readonly<Record<string, string>> = {
  float32: "<f4", float64: "<f8", float16: "<f2", int8: "|i1", uint8: "|u1", int16: "<i2", uint16: "<u2", int32: "<i4", uint32: "<u4", int64: "<i8", uint64: "<u8", bool: "|b1",
};

/** NumPy's format 1.0. */
function npyOf(id: string): Uint8Array<ArrayBuffer> | undefined {
  const tensor = pageData().tensors[id];
  const descr = tensor && descriptors[tensor.dtype];
  if (tensor === undefined || descr === undefined) return undefined;
  const shape = tensor.shape.length === 1 ? `(${tensor.shape[0]},)` : `(${tensor.shape.join(", ")})`;
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
  const body = bytesOf(tensor);
  const file = new Uint8Array(10 + padded.length + body.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  file.set(new TextEncoder().encode(padded), 10);
  file.set(body, 10 + padded.length);
  return file;
}

/** What is no number of JSON is written as a word; whole numbers that a double cannot hold, as their digits. */
const jsonNumber = (value: number | bigint): unknown => (typeof value === "bigint" ? (Number.isSafeInteger(Number(value)) ? Number(value) : String(value)) : Number.isFinite(value) ? value : String(value));

function jsonOf(held: HeldFigure): string {
  const tensors = Object.fromEntries(Object.entries(held.tensors).map(([key, id]) => {
    const { dtype, shape, meaning } = pageData().tensors[id]!;
    const numbers = numbersOf(id);
    const data = numbers && Array.from(numbers as ArrayLike<number | bigint>, jsonNumber);
    return [key, { dtype, shape, meaning, ...(data ? { data } : { base64: pageData().tensors[id]!.data }) }];
  }));
  return JSON.stringify({ model: pageData().model, view: held.view, tensors });
}

/** The buttons that save a figure's picture and its data. */
export function bindSaving(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-save]") : null;
    const figure = button && figureAt(button);
    if (!button || !figure) return;
    const { root, held } = figure;
    switch (button.dataset["save"]) {
      case "json":
        return download(fileName(held.title, "json"), jsonOf(held), "application/json");
      case "npy": {
        const file = npyOf(button.dataset["tensor"] ?? "");
        if (file) return download(fileName(button.dataset["name"] ?? held.title, "npy"), file, "application/octet-stream");
        return say("NumPy has no type for these numbers. They are in the JSON.");
      }
      default:
        void pngOf(root, held).then(
          (blob) => download(fileName(held.title, "png"), blob, "image/png"),
          (error: unknown) => say(`The picture could not be saved: ${error instanceof Error ? error.message : String(error)}`),
        );
    }
  });
}

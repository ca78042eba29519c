import { coreError } from "../errors/catalogue.js";
import { bytesPerElement, elementsOf, type NumericDType } from "./dtype.js";
import { sizeOf, tensor, type Tensor } from "./tensor.js";

// NumPy's format 1.0 to 3.0: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const descriptors: Partial<Record<NumericDType, string>> = {
  float32: "<f4",
  float64: "<f8",
  float16: "<f2",
  int8: "|i1",
  uint8: "|u1",
  int16: "<i2",
  uint16: "<u2",
  int32: "<i4",
  uint32: "<u4",
  int64: "<i8",
  uint64: "<u8",
  bool: "|b1",
};

/** A `.npy` file (version 1.0, C order). bfloat16 and strings have no NumPy type. @throws `npy-dtype` */
export function encodeNpy(source: Tensor): Uint8Array {
  const descr = source.dtype === "string" ? undefined : descriptors[source.dtype];
  if (descr === undefined || source.dtype === "string") throw coreError("npy-dtype", { dtype: source.dtype });
  const shape = source.shape.length === 1 ? `(${source.shape[0]},)` : `(${source.shape.join(", ")})`;
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const padded = header.padEnd(Math.ceil((10 + header.length + 1) / 64) * 64 - 10 - 1) + "\n";
  const body = new Uint8Array(source.data.buffer, source.data.byteOffset, source.data.byteLength);
  const file = new Uint8Array(10 + padded.length + body.length);
  file.set([...magic, 1, 0, padded.length & 0xff, padded.length >> 8]);
  file.set(new TextEncoder().encode(padded), 10);
  file.set(body, 10 + padded.length);
  return file;
}

/**
 * Reads a `.npy` file. Fortran order and big-endian files are refused with the way out.
 * @throws `npy-invalid` for anything that is no whole `.npy` file, before allocating for it.
 */
export function decodeNpy(bytes: Uint8Array, name = "file"): Tensor {
  const invalid = (why: string) => coreError("npy-invalid", { name, why });
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) throw invalid("it does not begin as .npy files do");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! >= 2;
  const start = wide ? 12 : 10;
  if (bytes.length < start) throw invalid("its header is cut off");
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (start + length > bytes.length) throw invalid("its header is cut off");
  const header = new TextDecoder().decode(bytes.subarray(start, start + length));
  const descr = /'descr'\s*:\s*'([^']+)'/.exec(header)?.[1];
  const shapeText = /'shape'\s*:\s*\(([^)]*)\)/.exec(header)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  if (descr === undefined || shapeText === undefined || fortran === undefined) throw invalid("its header lacks descr, fortran_order or shape");
  const shape = shapeText.split(",").map((part) => part.trim()).filter((part) => part !== "").map(Number);
  if (shape.some((dim) => !Number.isSafeInteger(dim) || dim < 0)) throw invalid(`its shape is (${shapeText})`);
  if (fortran === "True" && shape.length > 1) throw invalid("it is in Fortran order; save it with numpy.ascontiguousarray");
  const dtype = (Object.keys(descriptors) as NumericDType[]).find((key) => descriptors[key]!.slice(1) === descr.slice(1));
  if (dtype === undefined || descr.startsWith(">")) throw invalid(`its element type is \`${descr}\`; float32 or int64 in little-endian order are understood`);
  const expected = sizeOf(shape) * bytesPerElement(dtype);
  const body = bytes.subarray(start + length);
  if (body.length < expected) throw invalid(`shape (${shape.join(", ")}) needs ${expected} bytes and it holds ${body.length}: it was cut off`);
  return tensor(dtype, shape, elementsOf(dtype, body.subarray(0, expected)));
}

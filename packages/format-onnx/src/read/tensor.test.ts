import { bytesPerElement, dtypes, floatToHalf, onnxTypeNumber, toNumbers, type Constant, type NumericDType } from "@vitrine/core";
import { describe, expect, it } from "vitest";
import { TensorProto_DataLocation, TensorProto_DataType as T } from "../proto/onnx_pb.js";
import { protoOfConstant } from "../write/tensor.js";
import { tensorProto, typed, type TensorInit } from "../../test/typed-data.js";
import { constantOfProto } from "./tensor.js";

const read = (init: TensorInit, files: Record<string, Uint8Array> = {}) =>
  constantOfProto(tensorProto({ name: "w", ...init }), new Map(Object.entries(files)), "tensor");

function constant(init: TensorInit, files?: Record<string, Uint8Array>): Constant {
  const value = read(init, files);
  if ("opaque" in value) throw new Error("opaque");
  return value;
}

describe("typed data", () => {
  it.each<[string, TensorInit, number[]]>([
    ["float32", { dataType: T.FLOAT, ...typed({ floatData: [1.5, -2] }) }, [1.5, -2]],
    ["float64", { dataType: T.DOUBLE, ...typed({ doubleData: [1e300, 0.1] }) }, [1e300, 0.1]],
    ["int64", { dataType: T.INT64, ...typed({ int64Data: [-5n, 7n] }) }, [-5, 7]],
    ["uint64", { dataType: T.UINT64, ...typed({ uint64Data: [5n, 7n] }) }, [5, 7]],
    ["uint32", { dataType: T.UINT32, ...typed({ uint64Data: [4294967295n, 1n] }) }, [4294967295, 1]],
    ["int32", { dataType: T.INT32, ...typed({ int32Data: [-1, 2] }) }, [-1, 2]],
    ["int16", { dataType: T.INT16, ...typed({ int32Data: [-300, 2] }) }, [-300, 2]],
    ["uint16", { dataType: T.UINT16, ...typed({ int32Data: [65535, 2] }) }, [65535, 2]],
    ["int8", { dataType: T.INT8, ...typed({ int32Data: [-128, 2] }) }, [-128, 2]],
    ["uint8", { dataType: T.UINT8, ...typed({ int32Data: [255, 2] }) }, [255, 2]],
    ["bool", { dataType: T.BOOL, ...typed({ int32Data: [1, 0] }) }, [1, 0]],
    ["float16", { dataType: T.FLOAT16, ...typed({ int32Data: [floatToHalf(0.5), floatToHalf(-2)] }) }, [0.5, -2]],
    ["bfloat16", { dataType: T.BFLOAT16, ...typed({ int32Data: [0x3f80, 0xc000] }) }, [1, -2]],
  ])("%s", (dtype, init, values) => {
    const value = constant({ dims: [2n], ...init });
    expect(value.dtype).toBe(dtype);
    expect(toNumbers(value.read())).toEqual(values);
  });

  it("one by one, not packed", () => {
    const one = (data: Parameters<typeof typed>[0], dataType: T) => toNumbers(constant({ dims: [3n], dataType, ...typed(data, false) }).read());
    expect(one({ floatData: [1, 2, 3] }, T.FLOAT)).toEqual([1, 2, 3]);
    expect(one({ doubleData: [1, 2, 3] }, T.DOUBLE)).toEqual([1, 2, 3]);
    expect(one({ int64Data: [-1n, 300n, 2n ** 40n] }, T.INT64)).toEqual([-1, 300, 2 ** 40]);
    expect(one({ int32Data: [1, -300, 70_000] }, T.INT32)).toEqual([1, -300, 70_000]);
  });

  it("packed floats are views, not copies", () => {
    const { $unknown } = typed({ floatData: [1, 2] });
    expect(constant({ dims: [2n], dataType: T.FLOAT, $unknown }).bytes().buffer).toBe($unknown[0]!.data.buffer);
  });

  it("strings", () => {
    const value = constant({ dims: [2n], dataType: T.STRING, stringData: [new TextEncoder().encode("ä"), new Uint8Array()] });
    expect(value.read()).toEqual({ dtype: "string", shape: [2], data: ["ä", ""] });
  });

  it("a scalar, and a tensor of nothing", () => {
    expect(constant({ dataType: T.FLOAT, ...typed({ floatData: [3] }) }).read()).toMatchObject({ shape: [], data: Float32Array.of(3) });
    expect(constant({ dims: [0n, 5n], dataType: T.FLOAT }).read()).toMatchObject({ shape: [0, 5] });
  });
});

describe("raw data", () => {
  it("is a view, not a copy", () => {
    const file = new Uint8Array(64);
    const value = constant({ dims: [3n], dataType: T.FLOAT, rawData: file.subarray(5, 17) });
    expect(value.bytes().buffer).toBe(file.buffer);
    expect(value.bytes().byteOffset).toBe(5);
    expect(value.read().data).toHaveLength(3);
  });

  it.each(dtypes.filter((dtype): dtype is NumericDType => dtype !== "string"))("%s goes there and back", (dtype) => {
    const rawData = Uint8Array.from({ length: 16 }, (_, i) => (dtype === "bool" ? i % 2 : i));
    const size = BigInt(16 / bytesPerElement(dtype));
    const value = constant({ dims: [size], dataType: onnxTypeNumber[dtype], rawData });
    expect(protoOfConstant("w", value)).toMatchObject({ dims: [size], dataType: onnxTypeNumber[dtype], rawData });
  });

  it("is empty beside typed data in some files", () => {
    expect(toNumbers(constant({ dims: [1n], dataType: T.INT64, rawData: new Uint8Array(), ...typed({ int64Data: [3n] }) }).read())).toEqual([3]);
  });
});

describe("what does not fit", () => {
  it.each<[string, TensorInit]>([
    ["too few raw bytes", { dims: [4n], dataType: T.FLOAT, rawData: new Uint8Array(12) }],
    ["too many raw bytes", { dims: [2n], dataType: T.FLOAT, rawData: new Uint8Array(12) }],
    ["too few elements", { dims: [4n], dataType: T.FLOAT, ...typed({ floatData: [1] }) }],
    ["no elements at all", { dims: [1n << 40n], dataType: T.FLOAT }],
    ["data in another field", { dims: [1n], dataType: T.FLOAT, ...typed({ int32Data: [1] }) }],
    ["a negative dimension", { dims: [-1n], dataType: T.FLOAT, ...typed({ floatData: [1] }) }],
    ["a product beyond everything", { dims: [1n << 40n, 1n << 40n], dataType: T.FLOAT }],
    ["a huge dimension", { dims: [(1n << 63n) - 1n], dataType: T.FLOAT }],
    ["no element type", { dims: [1n], ...typed({ floatData: [1] }) }],
    ["an element type of the future", { dims: [1n], dataType: 99, rawData: new Uint8Array(1) }],
    ["too few strings", { dims: [2n], dataType: T.STRING, stringData: [] }],
    ["segments", { dims: [1n], dataType: T.FLOAT, segment: { begin: 0n, end: 1n } }],
  ])("%s", (_, init) => {
    expect(() => read(init)).toThrow(expect.objectContaining({ code: "onnx-tensor" }) as Error);
  });

  it("names the tensor and its sizes", () => {
    expect(() => read({ dims: [4n], dataType: T.FLOAT, rawData: new Uint8Array(12) })).toThrow("The tensor `w` is not valid: its shape [4] of float32 needs 16 bytes and it holds 12.");
  });
});

describe("types that are kept unread", () => {
  it.each([T.INT4, T.UINT4, T.FLOAT8E4M3FN, T.FLOAT8E5M2, T.COMPLEX64, T.FLOAT4E2M1])("type %i", (dataType) => {
    const value = read({ dims: [3n], dataType, rawData: Uint8Array.of(1, 2) });
    expect("opaque" in value && value.opaque.rawData).toEqual(Uint8Array.of(1, 2));
  });
});

describe("external data", () => {
  const external = (entries: Record<string, string>, dims = [2n]) => ({
    dims,
    dataType: T.FLOAT,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  });
  const file = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
  const files = { "w.bin": file };

  it.each([
    ["by offset and length", { offset: "4", length: "8" }, [2, 3]],
    ["from the beginning", {}, [1, 2]],
    ["with a checksum that nobody checks", { offset: "8", checksum: "x" }, [3, 4]],
  ])("%s", (_, entries, values) => {
    const value = constant(external({ location: "w.bin", ...entries }), files);
    expect(toNumbers(value.read())).toEqual(values);
    expect(value.bytes().buffer).toBe(file.buffer);
  });

  it("in this very folder", () => expect(toNumbers(constant(external({ location: "./w.bin" }), files).read())).toEqual([1, 2]));

  it.each([
    ["beyond the end", { offset: "12" }],
    ["far beyond the end", { offset: "999999999999999" }],
    ["of another length", { length: "4" }],
    ["at a negative offset", { offset: "-4" }],
    ["at no number", { offset: "1e3" }],
    ["at a number that overflows", { offset: "99999999999999999999999" }],
  ])("%s", (_, entries) => {
    expect(() => read(external({ location: "w.bin", ...entries }), files)).toThrow(expect.objectContaining({ code: "onnx-external" }) as Error);
  });

  it("of 4-bit weights is taken in", () => {
    const value = read({ ...external({ location: "w.bin" }, [4n]), dataType: T.INT4 }, files);
    expect("opaque" in value && value.opaque.rawData).toEqual(file.subarray(0, 2));
  });
});

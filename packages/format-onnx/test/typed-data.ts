import { create, type MessageInitShape, type UnknownField } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { TensorProtoSchema, type TensorProto } from "../src/proto/onnx_pb.js";

/** Numbers of a tensor as they stand in its typed fields: see `fields` in read/typed-data.ts. */
export interface TypedData {
  readonly floatData?: readonly number[];
  readonly int32Data?: readonly number[];
  readonly int64Data?: readonly bigint[];
  readonly doubleData?: readonly number[];
  readonly uint64Data?: readonly bigint[];
}

/** The fields of a TensorProto that hold `data`, packed as every exporter writes them, or one by one as protobuf allows. */
export function typed(data: TypedData, packed = true): { $unknown: UnknownField[] } {
  const $unknown: UnknownField[] = [];
  const add = <T>(no: number, single: WireType, values: readonly T[] | undefined, write: (writer: BinaryWriter, value: T) => unknown): void => {
    if (!values) return;
    const bytesOf = (some: readonly T[]): Uint8Array => {
      const writer = new BinaryWriter();
      for (const value of some) write(writer, value);
      return writer.finish();
    };
    if (packed) $unknown.push({ no, wireType: WireType.LengthDelimited, data: new BinaryWriter().bytes(bytesOf(values)).finish() });
    else for (const value of values) $unknown.push({ no, wireType: single, data: bytesOf([value]) });
  };
  add(4, WireType.Bit32, data.floatData, (writer, value) => writer.float(value));
  add(5, WireType.Varint, data.int32Data, (writer, value) => writer.int32(value));
  add(7, WireType.Varint, data.int64Data, (writer, value) => writer.int64(value));
  add(10, WireType.Bit64, data.doubleData, (writer, value) => writer.double(value));
  add(11, WireType.Varint, data.uint64Data, (writer, value) => writer.uint64(value));
  return { $unknown };
}

export type TensorInit = MessageInitShape<typeof TensorProtoSchema> & { readonly $unknown?: UnknownField[] };

/** A TensorProto, its typed fields included, which `create` would leave out. */
export function tensorProto(init: TensorInit): TensorProto {
  const proto = create(TensorProtoSchema, init);
  if (init.$unknown) proto.$unknown = init.$unknown;
  return proto;
}

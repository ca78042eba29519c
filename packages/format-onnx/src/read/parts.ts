import { ScalarType, type DescField, type DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { ModelProtoSchema } from "../proto/onnx_pb.js";

/**
 * How many fields a model may have in all. A decoder makes an object or more of each, a hundred times as large as what stands in
 * the file; the largest networks have some hundred thousand.
 */
export const mostParts = 4_000_000;

/**
 * Counts the fields of a model and of the messages in it, without making anything of them; stops soon after `mostParts`.
 * @throws RangeError for a file that is cut off or nested beyond all use
 */
export function partsOf(bytes: Uint8Array): number {
  const reader = new BinaryReader(bytes);
  let parts = 0;
  const walk = (message: DescMessage, end: number, depth: number): void => {
    if (depth > 120) throw new RangeError("messages are nested too deep");
    const fields = fieldsOf(message);
    while (reader.pos < end && parts <= mostParts) {
      const [number, wireType] = reader.tag();
      const field = fields.get(number);
      parts++;
      if (field?.message && wireType === WireType.LengthDelimited) {
        const length = reader.uint32();
        walk(field.message, Math.min(reader.pos + length, end), depth + 1);
        continue;
      }
      const before = reader.pos;
      reader.skip(wireType, number);
      // Packed numbers become an array, eight bytes and more for each.
      if (field && isNumbers(field) && wireType === WireType.LengthDelimited) parts += (reader.pos - before) / 16;
    }
  };
  walk(ModelProtoSchema, bytes.length, 0);
  return parts;
}

function isNumbers(field: DescField): boolean {
  return field.fieldKind === "list" && field.listKind === "scalar" && field.scalar !== ScalarType.STRING && field.scalar !== ScalarType.BYTES;
}

const known = new Map<DescMessage, ReadonlyMap<number, DescField>>();

function fieldsOf(message: DescMessage): ReadonlyMap<number, DescField> {
  let fields = known.get(message);
  if (!fields) known.set(message, (fields = new Map(message.fields.map((field) => [field.number, field]))));
  return fields;
}

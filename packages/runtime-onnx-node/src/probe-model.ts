import { GraphBuilder } from "@vitrine/core";
import { writeOnnx } from "@vitrine/format-onnx";

let bytes: Uint8Array | undefined;

/** A graph of one node that every provider has: a session of it shows whether the provider comes up. */
export function probeModel(): Uint8Array {
  if (bytes) return bytes;
  const builder = new GraphBuilder();
  const x = builder.input("x", "float32", [1]);
  bytes = writeOnnx(builder.build({ outputs: [builder.relu(x)] })).bytes;
  return bytes;
}

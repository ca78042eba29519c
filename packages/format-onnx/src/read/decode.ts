import { fromBinary } from "@bufbuild/protobuf";
import { isVitrineError } from "@vitrine/core";
import { onnxError } from "../errors.js";
import { ModelProtoSchema, type ModelProto } from "../proto/onnx_pb.js";
import { mostParts, partsOf } from "./parts.js";

/** Graphs nest through node and attribute: four messages a level. Beyond this the decoder stops by itself. */
const recursionLimit = 120;

/**
 * The file's messages. Weights are views into `bytes`.
 * @throws `onnx-empty`, `onnx-file-large`, `onnx-parts`, `onnx-not`, `onnx-damaged`
 */
export function decode(bytes: Uint8Array, file: string): ModelProto {
  if (bytes.length === 0) throw onnxError("onnx-empty", { file });
  if (bytes.length >= 2 ** 31) throw onnxError("onnx-file-large", { file, bytes: bytes.length });
  refuseOthers(bytes, file);
  try {
    if (partsOf(bytes) > mostParts) throw onnxError("onnx-parts", { file, most: mostParts });
    return fromBinary(ModelProtoSchema, bytes, { recursionLimit });
  } catch (cause) {
    if (isVitrineError(cause)) throw cause;
    throw onnxError("onnx-damaged", { file, why: cause instanceof Error ? cause.message : String(cause) }, cause);
  }
}

/** What people give by mistake, told by its first bytes. */
function refuseOthers(bytes: Uint8Array, file: string): void {
  const head = bytes.subarray(0, 64);
  const text = new TextDecoder().decode(head);
  if (text.startsWith("version https://git-lfs")) {
    throw onnxError("onnx-not", { file, why: "it is a Git LFS pointer, a few lines that stand for the real file", hint: "Fetch the file itself: git lfs pull." });
  }
  if (text.startsWith("PK\u0003\u0004")) {
    throw onnxError("onnx-not", { file, why: "it is a zip archive, as PyTorch's .pt and .pth files are", hint: "Export the model with torch.onnx.export, or unzip it if it holds an .onnx file." });
  }
  if (head.every((byte) => byte >= 0x20 && byte < 0x7f || byte === 0x09 || byte === 0x0a || byte === 0x0d)) {
    throw onnxError("onnx-not", { file, why: "it is a text file", hint: "Give the .onnx file itself; what was downloaded may be a web page." });
  }
}

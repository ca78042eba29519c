import { brief, defineErrors, quote } from "@vitrine/core";

const reexport = "Export or download the model again.";

/** Every message of this package. */
export const onnxError = defineErrors({
  "onnx-empty": (f: { file: string }) => ({ message: `${quote(f.file)} is empty.`, hint: reexport }),
  "onnx-not": (f: { file: string; why: string; hint: string }) => ({ message: `${quote(f.file)} is no ONNX model: ${f.why}.`, hint: f.hint }),
  "onnx-damaged": (f: { file: string; why: string }) => ({
    message: `${quote(f.file)} cannot be decoded as an ONNX model: ${brief(f.why, 200)}.`,
    hint: `The file was cut off, damaged, or is something else. ${reexport}`,
  }),
  "onnx-parts": (f: { file: string; most: number }) => ({
    message: `${quote(f.file)} consists of more than ${f.most} parts, which no network needs.`,
    hint: `It is damaged, or made to fill the memory. ${reexport}`,
  }),
  "onnx-unexpected": (f: { file: string; why: string }) => ({
    message: `${quote(f.file)} could not be read: ${brief(f.why, 200)}.`,
    hint: "The model holds something that Vitrine did not expect. Check it with onnx.checker; if it is sound, please report it.",
  }),
  "onnx-file-large": (f: { file: string; bytes: number }) => ({
    message: `${quote(f.file)} holds ${f.bytes} bytes, and an ONNX file holds less than 2 GiB.`,
    hint: "Save it with its weights as external data: onnx.save(model, 'model.onnx', save_as_external_data=True).",
  }),
  "onnx-graph-missing": (f: { file: string }) => ({
    message: `${quote(f.file)} holds no graph.`,
    hint: `It was cut off, or it is another protobuf file (a tensor, a TensorFlow graph). ${reexport}`,
  }),
  "onnx-opset-missing": (f: { file: string; ir: number }) => ({
    message: `${quote(f.file)} does not say which operator versions it uses (it has no opset_import for ai.onnx${f.ir < 3 ? `: its IR version, ${f.ir}, is older than such versions` : ""}). onnxruntime refuses it too.`,
    hint: "Export it again with a newer converter; or, where you know the opset that it was made for, add it with Python: model.ir_version = 8; model.opset_import.append(onnx.helper.make_opsetid('', 7)); onnx.save(model, 'fixed.onnx').",
  }),
  "onnx-opset-old": (f: { file: string; opset: number }) => ({
    message: `${quote(f.file)} uses opset ${f.opset}; 7 and later can be read.`,
    hint: "Convert it with Python: onnx.version_converter.convert_version(model, 13).",
    kind: "unsupported",
  }),
  "onnx-opset-new": (f: { file: string; opset: number; ops: readonly string[] }) => ({
    message: `${quote(f.file)} uses opset ${f.opset}, in which ${f.ops.map(quote).join(", ")} cannot be expressed in opset 21.`,
    hint: "Export it for opset 21 or lower.",
    kind: "unsupported",
  }),
  "onnx-opset-unknown": (f: { file: string; opset: number; newest: number }) => ({
    message: `${quote(f.file)} uses opset ${f.opset}; 7 to ${f.newest} can be read.`,
    hint: "Export it for opset 21.",
    kind: "unsupported",
  }),
  "onnx-tensor": (f: { tensor: string; why: string }) => ({ message: `The tensor ${quote(f.tensor)} is not valid: ${f.why}.`, hint: reexport }),
  "onnx-external": (f: { tensor: string; path: string; why: string }) => ({
    message: `The tensor ${quote(f.tensor)} lies in the file ${quote(f.path)}, which does not fit: ${f.why}.`,
    hint: "The data file belongs to another version of the model, or was cut off. Copy both files again.",
  }),
  "onnx-attribute": (f: { node: string; attribute: string; why: string }) => ({
    message: `The attribute ${quote(f.attribute)} of the node ${quote(f.node)} is not valid: ${f.why}.`,
    hint: reexport,
  }),
  "onnx-depth": (f: { file: string; depth: number }) => ({ message: `${quote(f.file)} holds graphs inside graphs more than ${f.depth} deep.`, kind: "unsupported" }),
  "onnx-function": (f: { function: string; why: string }) => ({ message: `The model's own function ${quote(f.function)} cannot be inlined: ${f.why}.`, hint: reexport }),
  "onnx-upgrade": (f: { op: string; node: string; from: number; why: string }) => ({
    message: `The ${f.op} node ${quote(f.node)} of opset ${f.from} cannot be brought to opset 21: ${f.why}.`,
    hint: "Export the model for opset 13 or later.",
    kind: "unsupported",
  }),
  "onnx-too-large": (f: { bytes: number }) => ({
    message: `The model takes ${f.bytes} bytes, and an ONNX file holds less than 2 GiB.`,
    hint: "Write it with its weights as external data: writeOnnx(graph, { externalData: true }).",
    kind: "unsupported",
  }),
  "onnx-write": (f: { what: string; why: string }) => ({ message: `${f.what} cannot be written as ONNX: ${f.why}.`, kind: "unsupported" }),
});

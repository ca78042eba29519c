import { brief, canonicalOpset, isVitrineError, type ModelFile, type ModelSource } from "@vitrine/core";
import { onnxError } from "../errors.js";
import { keepExtras } from "../extras.js";
import type { ModelProto } from "../proto/onnx_pb.js";
import { upgraded } from "../upgrade/upgrade.js";
import { checkUses } from "./check.js";
import { decode } from "./decode.js";
import { readExternalFiles } from "./external.js";
import { functionsOf, inlined } from "./functions.js";
import { graphOf, type ReadContext } from "./graph.js";
import { importsOf } from "./imports.js";
import { withoutNul } from "./rename.js";

/** The lowest opset that is read; onnxruntime draws the same line. */
const oldestOpset = 7;

/**
 * Reads an ONNX file: its graph at the canonical opset with the file's own names, its weights as views into the file.
 * @throws a VitrineError for anything that is no sound model; never another error
 */
export async function readOnnx(source: ModelSource): Promise<ModelFile> {
  const file = source.name;
  const proto = decode(await source.read(), file);
  if (!proto.graph) throw onnxError("onnx-graph-missing", { file });
  const { opset, domains } = opsetsOf(proto, file);
  const files = await readExternalFiles(proto, source);
  try {
    const functions = functionsOf(proto.functions);
    const context: ReadContext = { file, files, opset, domains, functions: new Set(functions.keys()), parameters: undefined };
    const notices = noticesOf(proto);
    const asInFile = graphOf(proto.graph, context);
    checkUses(asInFile);
    const named = withoutNul(asInFile);
    if (named !== asInFile) notices.push("Names in this file hold the character NUL, which no runtime takes: it is written ␀.");
    const graph = inlined(upgraded(named, file, notices), functions, context);
    checkUses(graph);
    keepExtras(graph, proto, proto.graph);
    return { graph, metadata: metadataOf(proto), origin: originOf(proto, opset), notices };
  } catch (cause) {
    if (isVitrineError(cause)) throw cause;
    // A hole in the checks above, which a fuzz test looks for. Whoever opens a file still gets an error that names it.
    throw onnxError("onnx-unexpected", { file, why: cause instanceof Error ? cause.message : String(cause) }, cause);
  }
}

/** Field 20 of ModelProto: how a model was, or is to be, trained. */
const trainingInfo = 20;

function noticesOf(proto: ModelProto): string[] {
  const hasTraining = proto.$unknown?.some(({ no }) => no === trainingInfo) ?? false;
  return hasTraining ? ["The file's training graphs are left out; Vitrine explains what the model computes."] : [];
}

function opsetsOf(proto: ModelProto, file: string): { opset: number; domains: Record<string, number> } {
  const { opset, domains } = importsOf(proto.opsetImport);
  if (opset === undefined) throw onnxError("onnx-opset-missing", { file, ir: Number(proto.irVersion) });
  if (opset < oldestOpset) throw onnxError("onnx-opset-old", { file, opset });
  return { opset, domains };
}

function metadataOf(proto: ModelProto): Record<string, string> {
  const metadata = Object.create(null) as Record<string, string>;
  for (const { key, value } of proto.metadataProps) metadata[key] = value;
  return metadata;
}

/** "pytorch 2.1, opset 13, upgraded to 21". */
function originOf(proto: ModelProto, opset: number): string {
  const producer = [proto.producerName, proto.producerVersion].filter((text) => text !== "").map((text) => brief(text, 80)).join(" ");
  const upgraded = opset < canonicalOpset ? [`upgraded to ${canonicalOpset}`] : [];
  return [...(producer === "" ? [] : [producer]), `opset ${opset}`, ...upgraded].join(", ");
}

import { tfjsError } from "../errors.js";
import { isObject, type JsonObject } from "./fields.js";

/** The JSON of a model file. @throws `tfjs-json`, `tfjs-not` */
export function parseModel(bytes: Uint8Array, file: string): JsonObject {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw tfjsError("tfjs-json", { file, why: "it is no text" });
  }
  if (text.trim() === "") throw tfjsError("tfjs-json", { file, why: "it is empty" });
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw tfjsError("tfjs-json", { file, why: cause instanceof Error ? cause.message : String(cause) }, cause);
  }
  if (!isObject(json)) throw tfjsError("tfjs-not", { file, why: "it holds no object" });
  if (!("modelTopology" in json) || json["modelTopology"] === null) {
    const hint = "nodes" in json || "class_name" in json || "config" in json ? "Save the model with TensorFlow.js (model.save) or convert it with tensorflowjs_converter: a Keras config alone has no weights." : undefined;
    throw tfjsError("tfjs-not", { file, why: "it has no `modelTopology`", ...(hint !== undefined && { hint }) });
  }
  return json;
}

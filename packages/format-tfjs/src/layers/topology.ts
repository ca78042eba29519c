import { tfjsError } from "../errors.js";
import { Fields, isObject, type Json, type JsonObject } from "../json/fields.js";

/** A tensor of a model: output `tensor` of the application `node` of a layer. */
export interface TensorRef {
  readonly layer: string;
  readonly node: number;
  readonly tensor: number;
}

/** One layer as a topology describes it. */
export interface LayerConfig {
  readonly name: string;
  readonly kind: string;
  readonly config: Fields;
  /** The inputs of each application, in order. */
  readonly calls: readonly (readonly TensorRef[])[];
}

/** A network of layers. */
export interface NetworkConfig {
  readonly name: string;
  readonly layers: readonly LayerConfig[];
  readonly inputs: readonly TensorRef[];
  readonly outputs: readonly TensorRef[];
}

const networks = new Set(["Sequential", "Model", "Functional"]);
export const isNetwork = (kind: string): boolean => networks.has(kind);

const mostLayers = 20_000;

/** Reads the config of a Sequential or a functional model. */
export function readNetwork(kind: string, given: Json | undefined, at: string, file: string): NetworkConfig {
  // Keras before 2.2.3 wrote a Sequential model as the list of its layers.
  const fields = Array.isArray(given) ? new Fields({ layers: given as readonly Json[] }, at, file) : Fields.of(given, at, file);
  const list = fields.array("layers");
  if (list.length > mostLayers) throw tfjsError("tfjs-too-much", { file, what: "layers", count: list.length, most: mostLayers });
  const name = fields.string("name", kind.toLowerCase());
  if (list.length === 0) throw tfjsError("tfjs-topology", { model: name, why: "there are none" });
  const layers = list.map((entry, i) => readLayer(Fields.of(entry, fields.path(`layers[${i}]`), file)));
  if (kind === "Sequential") return chained(name, layers);
  return { name, layers, inputs: readRefs(fields, "input_layers"), outputs: readRefs(fields, "output_layers") };
}

function readLayer(fields: Fields): LayerConfig {
  const kind = fields.string("class_name");
  const config = fields.get("config");
  // A nested model of old Keras is a list; its name stands beside it.
  const own = Array.isArray(config) ? new Fields({ layers: config as readonly Json[] }, fields.path("config"), fields.file) : fields.fields("config");
  const calls = fields.array("inbound_nodes", []).map((node, i) => readCall(fields, `inbound_nodes[${i}]`, node));
  return { name: fields.string("name", own.string("name", kind.toLowerCase())), kind, config: own, calls };
}

/** Each layer on the one before. */
function chained(name: string, layers: readonly LayerConfig[]): NetworkConfig {
  const own = layers.map((layer, i): LayerConfig => ({ ...layer, calls: i === 0 ? [] : [[{ layer: layers[i - 1]!.name, node: 0, tensor: 0 }]] }));
  return { name, layers: own, inputs: [{ layer: layers[0]!.name, node: 0, tensor: 0 }], outputs: [{ layer: layers.at(-1)!.name, node: 0, tensor: 0 }] };
}

const looksLikeRef = (value: unknown): boolean => Array.isArray(value) && typeof value[0] === "string";

function readRef(fields: Fields, at: string, value: unknown): TensorRef {
  const wrong = (): never => fields.fail(at, "a layer's name, an application and an output");
  if (!Array.isArray(value)) return wrong();
  const [layer, node = 0, tensor = 0] = value as unknown[];
  const isIndex = (index: unknown): index is number => typeof index === "number" && Number.isInteger(index) && index >= 0;
  return typeof layer === "string" && isIndex(node) && isIndex(tensor) ? { layer, node, tensor } : wrong();
}

function readRefs(fields: Fields, key: string): TensorRef[] {
  const list = fields.array(key);
  if (looksLikeRef(list)) return [readRef(fields, key, list)];
  const refs = list.map((entry, i) => readRef(fields, `${key}[${i}]`, entry));
  return refs.length > 0 ? refs : fields.fail(key, "at least one");
}

/**
 * Keras 3 writes the arguments of each application: { args: [tensors, …], kwargs }. TensorFlow.js loads no such file; where all that
 * depends on data are inputs and initial states, it can mean one thing only.
 */
function readCallOfKeras3(fields: Fields, at: string, node: JsonObject): TensorRef[] {
  const known = "a list of inputs, as Keras 2 writes them, or the arguments of Keras 3 (save the model with tf_keras, or convert it with tensorflowjs_converter)";
  const tensors = (value: Json | undefined, depth = 0): TensorRef[] => {
    if (depth > 4) return fields.fail(at, known);
    if (Array.isArray(value)) return (value as readonly Json[]).flatMap((entry) => tensors(entry, depth + 1));
    if (!isObject(value) || value["class_name"] !== "__keras_tensor__") return [];
    const config = value["config"];
    return [readRef(fields, at, isObject(config) ? config["keras_history"] : undefined)];
  };
  const kwargs = isObject(node["kwargs"]) ? node["kwargs"] : {};
  for (const [key, value] of Object.entries(kwargs)) if (key !== "initial_state" && tensors(value).length > 0) return fields.fail(`${at}.kwargs.${key}`, "no value that is computed, save the initial state");
  const found = [...tensors(node["args"]), ...tensors(kwargs["initial_state"])];
  return found.length > 0 ? found : fields.fail(at, known);
}

function readCall(fields: Fields, at: string, node: Json): TensorRef[] {
  if (isObject(node)) return readCallOfKeras3(fields, at, node);
  if (looksLikeRef(node)) return [readRef(fields, at, node)];
  if (!Array.isArray(node)) return fields.fail(at, "a list of inputs");
  return node.map((entry, i) => readRef(fields, `${at}[${i}]`, entry));
}

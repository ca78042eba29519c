import type { NumericDType } from "@vitrine/core";
import type { Size } from "../build/held.js";
import { tfjsError } from "../errors.js";
import type { Fields } from "../json/fields.js";
import { LayerCall, type KerasValue, type ModelContext } from "./call.js";
import { isRecurrent, maskBehind } from "./mask.js";
import { refusedLayers } from "./refused.js";
import { knownLayers, ruleOf } from "./table.js";
import { isNetwork, readNetwork, type LayerConfig, type NetworkConfig, type TensorRef } from "./topology.js";

/** An output of a model, with the name that it gets. */
export interface NamedOutput {
  readonly name: string;
  readonly value: KerasValue;
}

const mostDepth = 16;
/** Nested models may be applied more than once; this bounds how often all layers are together. */
const mostCalls = 50_000;

/** Builds the graph of a network, nested ones as layers of layers. */
export class NetworkReader {
  #calls = 0;
  /** The first layer whose mask another one went by. */
  #masked: string | undefined;

  constructor(
    readonly context: ModelContext,
    readonly file: string,
  ) {}

  /** @param inputs undefined for the outermost, whose inputs become the graph's */
  read(network: NetworkConfig, path: readonly string[], inputs?: readonly KerasValue[]): NamedOutput[] {
    if (path.length > mostDepth) throw tfjsError("tfjs-too-much", { file: this.file, what: "models inside models", count: path.length, most: mostDepth });
    const byName = new Map<string, LayerConfig>();
    for (const layer of network.layers) {
      if (byName.has(layer.name)) throw this.#wrong(network, `two of them are called \`${layer.name}\``);
      byName.set(layer.name, layer);
    }
    const first = firstApplications(network);
    const made = new Map<string, readonly KerasValue[]>();
    const at = (ref: TensorRef): string => `${ref.layer}\u0000${ref.node}`;
    const valueOf = (ref: TensorRef): KerasValue => {
      const values = made.get(at(ref));
      if (!byName.has(ref.layer)) throw this.#wrong(network, `\`${ref.layer}\` is asked for, and there is none of that name`);
      if (!values) throw this.#wrong(network, `application ${ref.node} of \`${ref.layer}\` is asked for, and cannot be computed`);
      return values[ref.tensor] ?? this.#fail(network, `output ${ref.tensor} of \`${ref.layer}\` is asked for, and it has ${values.length}`);
    };
    // Inputs stand in the order in which the model lists them.
    const place = ({ name }: LayerConfig): number => network.inputs.findIndex((ref) => ref.layer === name);
    const sources = network.layers.filter((layer) => layer.calls.length === 0).sort((one, other) => place(one) - place(other));
    let pending = [...sources, ...network.layers.filter((layer) => layer.calls.length > 0)].flatMap((layer) => {
      if (layer.calls.length === 0) {
        made.set(at({ layer: layer.name, node: 0, tensor: 0 }), this.#source(network, layer, path, inputs));
        return [];
      }
      return layer.calls.map((refs, i) => ({ layer, refs, node: i + (first.get(layer.name) ?? 0), i }));
    });
    while (pending.length > 0) {
      const waiting = pending.filter(({ layer, refs, node, i }) => {
        if (!refs.every((ref) => made.has(at(ref)))) return true;
        made.set(at({ layer: layer.name, node, tensor: 0 }), this.#apply(layer, refs.map(valueOf), path, i));
        return false;
      });
      // Layers that wait for each other, or for what is not there, are wrong only where an output needs them.
      if (waiting.length === pending.length) break;
      pending = waiting;
    }
    return network.outputs.map((ref) => ({ name: ref.tensor === 0 ? ref.layer : `${ref.layer}:${ref.tensor}`, value: valueOf(ref) }));
  }

  /** A layer that stands at the beginning: an input, or the first of a Sequential model, which has one in front of it. */
  #source(network: NetworkConfig, layer: LayerConfig, path: readonly string[], inputs: readonly KerasValue[] | undefined): readonly KerasValue[] {
    const isInput = layer.kind === "InputLayer";
    const index = network.inputs.findIndex((ref) => ref.layer === layer.name);
    if (inputs) {
      const given = inputs[index] ?? this.#fail(network, `\`${layer.name}\` is an input that is not given`);
      return isInput ? [given] : this.#apply(layer, isNetwork(layer.kind) ? inputs : [given], path, 0);
    }
    if (isInput && index < 0) throw this.#wrong(network, `\`${layer.name}\` is an input that the model does not list`);
    if (isInput) return [this.#input(layer.name, inputShape(layer.config), dtypeOf(network, layer))];
    if (isNetwork(layer.kind)) {
      const inner = readNetwork(layer.kind, layer.config.json, layer.config.at, this.file);
      return this.read(inner, [...path, layer.name]).map(({ value }) => value);
    }
    return this.#apply(layer, [this.#input(`${layer.name}_input`, inputShape(layer.config), layer.kind === "Embedding" ? "int32" : "float32")], path, 0);
  }

  #input(name: string, shape: readonly Size[], dtype: NumericDType): KerasValue {
    return { value: this.context.b.input(name, dtype, shape.map((size, axis) => size ?? (axis === 0 ? "batch" : null))), shape, order: undefined };
  }

  #apply(layer: LayerConfig, inputs: readonly KerasValue[], path: readonly string[], node: number): readonly KerasValue[] {
    if (++this.#calls > mostCalls) throw tfjsError("tfjs-too-much", { file: this.file, what: "applications of layers", count: this.#calls, most: mostCalls });
    const own = [...path, layer.name];
    // Later applications of a shared layer are layers of their own to look at.
    const shown = [...path, node === 0 ? layer.name : `${layer.name}#${node + 1}`];
    const { b } = this.context;
    if (isNetwork(layer.kind)) {
      const inner = readNetwork(layer.kind, layer.config.json, layer.config.at, this.file);
      return b.within(shown, () => this.read(inner, own, inputs)).map(({ value }) => value);
    }
    const rule = ruleOf(layer.kind);
    if (!rule && Object.hasOwn(refusedLayers, layer.kind)) throw tfjsError("tfjs-layer", { layer: own.join("/"), kind: layer.kind, why: refusedLayers[layer.kind]! });
    if (!rule) throw tfjsError("tfjs-layer-unknown", { layer: own.join("/"), kind: layer.kind, known: knownLayers });
    const call = new LayerCall(this.context, layer.kind, layer.config, own, inputs);
    const result = b.within(shown, () => rule(call));
    const mask = b.within(shown, () => maskBehind(call));
    const values = (Array.isArray(result) ? (result as readonly KerasValue[]) : [result as KerasValue]).map((value) => (mask && !value.mask ? { ...value, mask } : value));
    this.#noteMask(call);
    values.forEach(({ value }, i) => {
      if (!inputs.some((input) => input.value === value)) b.name(value, i === 0 ? shown.join("/") : `${shown.join("/")}:${i}`);
    });
    return values;
  }

  /** TensorFlow.js leaves a mask standing for the layers that are computed after the one it was meant for. */
  #noteMask(call: LayerCall): void {
    const own = call.inputs.some(({ mask }) => mask !== undefined);
    if (own) this.#masked ??= call.inputs.find(({ mask }) => mask !== undefined)!.mask!.layer;
    else if (this.#masked !== undefined && isRecurrent(call.kind)) {
      this.context.notice(`TensorFlow.js lets the mask of \`${this.#masked}\` reach \`${call.title}\`, whose input has none, by an error of its own; here all of its steps count, as in Keras.`);
    }
  }

  #wrong(network: NetworkConfig, why: string): Error {
    return tfjsError("tfjs-topology", { model: network.name, why });
  }

  #fail(network: NetworkConfig, why: string): never {
    throw this.#wrong(network, why);
  }
}

/**
 * The number that references give the first application of a nested model: Keras counts its own, from its inputs to its outputs,
 * as 0 and leaves it out; some writers count from 0 like for layers.
 */
function firstApplications(network: NetworkConfig): Map<string, number> {
  const nested = new Set(network.layers.filter((layer) => isNetwork(layer.kind) && layer.calls.length > 0).map((layer) => layer.name));
  const first = new Map<string, number>([...nested].map((name) => [name, 1]));
  for (const ref of [...network.outputs, ...network.layers.flatMap((layer) => layer.calls.flat())]) if (ref.node === 0 && nested.has(ref.layer)) first.set(ref.layer, 0);
  return first;
}

/** `batch_input_shape`, `batch_shape` in newer files; the batch is open where it is null. */
function inputShape(config: Fields): Size[] {
  const key = config.has("batch_input_shape") ? "batch_input_shape" : "batch_shape";
  const shape = config.array(key);
  if (shape.length === 0 || shape.length > 16) config.fail(key, "1 to 16 sizes");
  return shape.map((size) => (size === null || (typeof size === "number" && Number.isInteger(size) && size >= 1 && size < 2 ** 31) ? size : config.fail(key, "sizes of at least 1, or null")));
}

/** Indices for embeddings are int32 whatever the file says: TensorFlow.js rounds the float32 that it declares. */
function dtypeOf(network: NetworkConfig, input: LayerConfig): NumericDType {
  const consumers = network.layers.filter((layer) => layer.calls.some((refs) => refs.some((ref) => ref.layer === input.name)));
  if (consumers.length > 0 && consumers.every((layer) => layer.kind === "Embedding")) return "int32";
  const dtype = input.config.string("dtype", "float32");
  return dtype === "float32" || dtype === "int32" || dtype === "bool" ? dtype : input.config.fail("dtype", "float32, int32 or bool");
}

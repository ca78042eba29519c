import { allNames, type Attribute, type Attributes, type Constant, type Graph, type Node, type ValueInfo } from "@vitrine/core";
import { onnxError } from "../errors.js";
import { Names } from "../names.js";
import type { FunctionProto } from "../proto/onnx_pb.js";
import { upgraded } from "../upgrade/upgrade.js";
import { attributeOf } from "./attribute.js";
import { checked } from "./check.js";
import { FunctionSizes } from "./function-sizes.js";
import { functionDomain, functionKey, graphOf, named, nodesOf, type ReadContext } from "./graph.js";
import { importsOf } from "./imports.js";
import { renamed, type Renaming } from "./rename.js";
import { valueInfoOf } from "./value-info.js";

/** Functions may call functions; a file may not make a graph of any size out of a few bytes that way. */
const mostNodes = 200_000;
const mostDepth = 64;
const mostCharacters = 2 ** 26;

/** The functions that a model defines for itself, by `functionKey`. */
export function functionsOf(protos: readonly FunctionProto[]): ReadonlyMap<string, FunctionProto> {
  return new Map(protos.map((proto) => [functionKey(proto.domain, proto.name, proto.overload), proto]));
}

/**
 * The graph with every call of the model's own functions replaced by what the function computes, at the canonical opset.
 * Values keep their names; those inside a function are called after the call: `layer1/conv`. So is the scope of its nodes.
 * @throws `onnx-function`
 */
export function inlined(graph: Graph, functions: ReadonlyMap<string, FunctionProto>, context: ReadContext): Graph {
  if (functions.size === 0) return graph;
  return new Inliner(functions, context, new Names(allNames(graph))).outer(graph);
}

class Inliner {
  readonly #functions: ReadonlyMap<string, FunctionProto>;
  readonly #context: ReadContext;
  readonly #names: Names;
  readonly #domains: Record<string, number>;
  /** By function and attributes: what it computes, everything that it calls inlined. */
  readonly #bodies = new Map<string, Graph>();
  readonly #sizes: FunctionSizes;
  #nodes = 0;
  #characters = 0;

  constructor(functions: ReadonlyMap<string, FunctionProto>, context: ReadContext, names: Names) {
    this.#functions = functions;
    this.#sizes = new FunctionSizes(functions, mostDepth);
    this.#context = context;
    this.#names = names;
    this.#domains = Object.assign(Object.create(null), context.domains) as Record<string, number>;
  }

  outer(graph: Graph): Graph {
    const whole = this.#graph(graph, []);
    const used = new Set<string>();
    const collect = (other: Graph): void => {
      for (const node of other.nodes) {
        used.add(node.domain);
        for (const attribute of Object.values(node.attributes)) for (const inner of graphsIn(attribute)) collect(inner);
      }
    };
    collect(whole);
    const own = new Set([...this.#functions.values()].map(({ domain }) => domain));
    return { ...whole, domains: Object.fromEntries(Object.entries(this.#domains).filter(([domain]) => used.has(domain) || !own.has(domain))) };
  }

  #graph(graph: Graph, calls: readonly string[]): Graph {
    const constants = new Map<string, Constant>(graph.constants);
    const nodes = graph.nodes.flatMap((node) => {
      const inner = this.#insideOf(node, calls);
      return node.domain === functionDomain && this.#functions.has(node.op) ? this.#call(inner, calls, constants) : [inner];
    });
    return { ...graph, nodes: named(nodes), constants };
  }

  #insideOf(node: Node, calls: readonly string[]): Node {
    if (!Object.values(node.attributes).some((attribute) => graphsIn(attribute).length > 0)) return node;
    const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
      if (attribute.type === "graph") return [name, { type: "graph", value: this.#graph(attribute.value, calls) }];
      if (attribute.type === "graphs") return [name, { type: "graphs", value: attribute.value.map((graph) => this.#graph(graph, calls)) }];
      return [name, attribute];
    });
    return { ...node, attributes: Object.fromEntries(attributes) };
  }

  /** The nodes that a call stands for; the constants of the function go to those of the graph. */
  #call(call: Node, calls: readonly string[], constants: Map<string, Constant>): Node[] {
    const proto = this.#functions.get(call.op)!;
    const fail = (why: string) => onnxError("onnx-function", { function: proto.name, why });
    if (calls.includes(call.op)) throw fail("it calls itself");
    if (calls.length >= mostDepth) throw fail(`calls lie more than ${mostDepth} deep`);
    if (call.inputs.length > proto.input.length) throw fail(`it takes ${proto.input.length} inputs and is given ${call.inputs.length}`);
    if (call.outputs.length > proto.output.length) throw fail(`it has ${proto.output.length} outputs and ${call.outputs.length} are asked for`);
    if (calls.length === 0) this.#nodes += this.#sizes.of(call.op);
    if (this.#nodes > mostNodes) throw fail(`the model would have more than ${mostNodes} nodes`);
    const body = this.#bodyFor(proto, call, calls);

    const names = new Map<string, string>();
    proto.input.forEach((name, i) => names.set(name, call.inputs[i] ?? ""));
    const extra: Node[] = [];
    const made = new Set(body.nodes.flatMap((node) => node.outputs));
    proto.output.forEach((name, i) => {
      const to = call.outputs[i] ?? "";
      if (to === "") return;
      if (made.has(name) && !names.has(name)) names.set(name, to);
      // An output that is an input, a constant or another output once more.
      else extra.push({ name: `${to}:bind`, op: "Identity", domain: "", inputs: [name], outputs: [to], attributes: {} });
    });
    const fresh = (name: string): string => this.#unique(`${call.name}/${name}`);
    for (const name of [...body.constants.keys(), ...made]) if (name !== "" && !names.has(name)) names.set(name, fresh(name));
    for (const [name, constant] of body.constants) constants.set(names.get(name)!, constant);
    if (this.#characters > mostCharacters) throw fail("its names are too long");
    const renaming: Renaming = { name: (name) => names.get(name) ?? name, inner: fresh };
    const scope = [...(call.scope ?? []), call.name];
    const nodes = body.nodes.map((node) => ({ ...renamed(node, renaming), name: `${call.name}/${node.name}`, scope: [...scope, ...(node.scope ?? [])] }));
    return [...nodes, ...extra.map((node) => ({ ...node, inputs: node.inputs.map(renaming.name), scope }))];
  }

  /** What a function computes for one call, everything that it calls inlined; the same for calls with the same attributes. */
  #bodyFor(proto: FunctionProto, call: Node, calls: readonly string[]): Graph {
    const simple = Object.values(call.attributes).every(({ type }) => type === "int" || type === "float" || type === "string" || type === "ints");
    const make = (): Graph => this.#graph(this.#body(proto, call.attributes), [...calls, call.op]);
    if (!simple) return make();
    const exact = (_: string, value: unknown): unknown => (Object.is(value, -0) ? "-0" : typeof value === "bigint" || typeof value === "number" ? `${value}` : value);
    const key = JSON.stringify([call.op, Object.entries(call.attributes).sort()], exact);
    let body = this.#bodies.get(key);
    if (!body) this.#bodies.set(key, (body = make()));
    return body;
  }

  /** What a function computes for the attributes of one call, as a graph at the canonical opset. */
  #body(proto: FunctionProto, given: Attributes): Graph {
    const { opset, domains } = importsOf(proto.opsetImport);
    const own = { ...this.#context, opset: opset ?? this.#context.opset, domains };
    const around = { files: own.files, parameters: undefined, graph: (graph: Parameters<typeof graphOf>[0]) => graphOf(graph, own, 1) };
    const parameters = Object.assign(Object.create(null), given) as Record<string, Attribute>;
    for (const attribute of proto.attributeProto) {
      const value = attribute.name in parameters ? undefined : attributeOf(attribute, proto.name, around);
      if (value) parameters[attribute.name] = value;
    }
    for (const [domain, version] of Object.entries(domains)) this.#domains[domain] = Math.max(this.#domains[domain] ?? 0, version);
    const constants = new Map<string, Constant>();
    const nodes = nodesOf(proto.node, { ...own, parameters }, 1, constants, new Set());
    const untyped = (name: string): ValueInfo => ({ name, dtype: undefined, shape: undefined });
    const graph = checked({
      name: proto.name,
      opset: own.opset,
      domains,
      inputs: proto.input.map(untyped),
      outputs: proto.output.map(untyped),
      nodes: named(nodes),
      constants,
      values: new Map(proto.valueInfo.map((info) => [info.name, valueInfoOf(info)])),
    });
    return upgraded(graph, this.#context.file);
  }

  #unique(hint: string): string {
    const name = this.#names.unique(hint);
    this.#characters += name.length;
    return name;
  }
}

function graphsIn(attribute: Attribute): readonly Graph[] {
  if (attribute.type === "graph") return [attribute.value];
  return attribute.type === "graphs" ? attribute.value : [];
}

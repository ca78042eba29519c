import { subgraphsOf, type Attribute } from "./attributes.js";
import type { Constant } from "./constant.js";
import type { Graph } from "./graph.js";

/** Constants up to this many bytes are compared by content, larger ones by identity: derived graphs share them. */
const contentLimit = 4096;

const identities = new WeakMap<Constant, number>();
let next = 0;

/** A key that is equal for graphs that compute the same from the same inputs with the same names: what compiled programs are cached by. */
export function fingerprint(graph: Graph): string {
  const hash = new Hash();
  hashGraph(graph, hash);
  return hash.digest();
}

function hashGraph(graph: Graph, hash: Hash): void {
  hash.add(`opset ${graph.opset} ${JSON.stringify(graph.domains)}`);
  for (const { name, dtype, shape } of graph.inputs) hash.add(`in ${name} ${dtype} ${shape}`);
  for (const { name } of graph.outputs) hash.add(`out ${name}`);
  for (const [name, constant] of graph.constants) {
    hash.add(`const ${name} ${constant.dtype} ${constant.shape}`);
    if (constant.dtype === "string") hash.add(JSON.stringify(constant.read().data));
    else if (constant.byteLength <= contentLimit) hash.bytes(constant.bytes());
    else hash.add(String(identityOf(constant)));
  }
  for (const node of graph.nodes) {
    hash.add(`node ${node.domain} ${node.op}`);
    for (const name of node.inputs) hash.add(name);
    hash.add("->");
    for (const name of node.outputs) hash.add(name);
    for (const [name, attribute] of Object.entries(node.attributes)) hashAttribute(name, attribute, hash);
    for (const inner of subgraphsOf(node)) hashGraph(inner.graph, hash);
  }
}

function hashAttribute(name: string, attribute: Attribute, hash: Hash): void {
  hash.add(`attr ${name} ${attribute.type}`);
  switch (attribute.type) {
    case "graph":
    case "graphs":
      return;
    case "tensor":
    case "tensors":
      for (const value of [attribute.value].flat()) {
        hash.add(`${value.dtype} ${value.shape}`);
        if (value.dtype === "string") hash.add(JSON.stringify(value.data));
        else hash.bytes(new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength));
      }
      return;
    case "opaque":
      return hash.bytes(attribute.value);
    default:
      hash.add(String(attribute.value));
  }
}

function identityOf(constant: Constant): number {
  const known = identities.get(constant);
  if (known !== undefined) return known;
  identities.set(constant, next);
  return next++;
}

/** 128 bits as four FNV-like lanes with different primes; it guards a cache against mistakes, not against an attacker. */
class Hash {
  #lanes = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b];

  add(text: string): void {
    for (let i = 0; i < text.length; i++) this.#mix(text.charCodeAt(i));
    this.#mix(0x10000);
  }

  bytes(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) this.#mix(bytes[i]!);
    this.#mix(0x10001);
  }

  #mix(code: number): void {
    const lanes = this.#lanes;
    lanes[0] = Math.imul(lanes[0]! ^ code, 0x01000193);
    lanes[1] = Math.imul(lanes[1]! ^ (code + 0x3d), 0x5bd1e995);
    lanes[2] = Math.imul(lanes[2]! ^ (code + 0x7f), 0xcc9e2d51) ^ (lanes[0]! >>> 15);
    lanes[3] = Math.imul(lanes[3]! ^ (code + 0xb5), 0x1b873593) ^ (lanes[1]! >>> 13);
  }

  digest(): string {
    return this.#lanes.map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
  }
}

import { intAttr, subgraphsOf } from "../../graph/attributes.js";
import { constantOf, type Constant } from "../../graph/constant.js";
import { qualifiedOp, type Graph, type Node } from "../../graph/graph.js";
import { allNames, usesOf } from "../../graph/uses.js";
import type { ShapeLookup } from "../../runtime/runtime.js";
import { sizeOf, tensor } from "../../tensor/tensor.js";
import { namer } from "../rewrite.js";
import { evaluateSmall, isOfBatch, sizes, smallLimit, smallValueOf, type Element, type SmallValue } from "../small-values.js";
import { NodeFlow, perSample, shared, Unsafe, type Flow, type Surroundings } from "./flow.js";
import { flowRules, randomOps } from "./rules.js";

/** The samples followed through a graph. */
export interface BatchTrace {
  readonly flows: ReadonlyMap<string, Flow>;
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Constant>;
}

/** Why they could not be, and how far it went. */
export interface BatchObstacle {
  readonly reason: string;
  readonly reached: number;
}

/**
 * Follows the samples from the inputs through every node, rewriting nodes that fix their number.
 * @param axes the batch axis of each input that has one
 * @param shapes for one sample
 */
export function traceBatch(graph: Graph, axes: ReadonlyMap<string, number>, shapes: ShapeLookup): BatchTrace | BatchObstacle {
  let plan: readonly number[] = [];
  let furthest: BatchObstacle | undefined;
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const trace = new Trace(graph, axes, shapes, plan);
    const obstacle = trace.follow();
    if (!obstacle) return trace;
    if (!furthest || obstacle.reached > furthest.reached) furthest = obstacle;
    // The last choice that has another way to go.
    const open = trace.choices.findLastIndex(({ taken, count }) => taken + 1 < count);
    if (open < 0) break;
    plan = [...trace.choices.slice(0, open).map(({ taken }) => taken), trace.choices[open]!.taken + 1];
  }
  return furthest!;
}

/** Few choices are wrong, and those show soon after. */
const mostAttempts = 100;

class Trace implements BatchTrace {
  readonly flows = new Map<string, Flow>();
  readonly nodes: Node[] = [];
  readonly constants: Map<string, Constant>;
  readonly choices: { readonly taken: number; readonly count: number }[] = [];
  readonly #smalls = new Map<string, SmallValue | undefined>();
  readonly #around: Surroundings;
  #samples: string | undefined;

  constructor(
    readonly graph: Graph,
    axes: ReadonlyMap<string, number>,
    shapes: ShapeLookup,
    plan: readonly number[],
  ) {
    this.constants = new Map(graph.constants);
    const unique = namer(allNames(graph));
    for (const input of graph.inputs) {
      const axis = axes.get(input.name);
      this.flows.set(input.name, axis === undefined ? shared : { kind: "batch", axis, outer: 1, inner: 1, rank: input.shape?.length });
    }
    const lookup: ShapeLookup = (name) => graph.constants.get(name)?.shape ?? shapes(name) ?? declared(graph, name);
    const [first] = axes;
    this.#around = {
      flows: this.flows,
      smalls: { get: (name: string) => this.#small(name) } as Surroundings["smalls"],
      shapes: lookup,
      isConstant: (name) => graph.constants.has(name),
      fixedShapes: graph.inputs.every(({ name, shape }) => shape?.every((dim, axis) => typeof dim === "number" || axis === axes.get(name)) ?? false),
      unique,
      choose: (count) => {
        const taken = plan[this.choices.length] ?? 0;
        this.choices.push({ taken, count });
        return taken;
      },
      samples: () => (this.#samples ??= this.#count(first![0], first![1], unique)),
      constantInts: (values, dtype = "int64") => {
        const name = unique("ints");
        const data = dtype === "int64" ? BigInt64Array.from(values, BigInt) : Int32Array.from(values);
        this.constants.set(name, constantOf(tensor(dtype, [values.length], data)));
        return name;
      },
    };
  }

  /** Why and where the samples are lost, or undefined. */
  follow(): BatchObstacle | undefined {
    let reached = 0;
    try {
      for (const node of this.graph.nodes) {
        this.#visit(node);
        reached++;
      }
      this.#checkOutputs();
      return undefined;
    } catch (error) {
      if (error instanceof Unsafe) return { reason: error.message, reached };
      throw error;
    }
  }

  #visit(node: Node): void {
    const flows = usesOf(node).map((name) => this.flows.get(name) ?? shared);
    const depends = flows.some((flow) => flow.kind !== "shared");
    const step = new NodeFlow(node, this.#around);
    if (node.domain === "" && randomOps.has(node.op)) step.fail("it draws random numbers");
    const small = this.#evaluate(node);
    if (small) {
      const fixed = small.elements.every((element) => typeof element === "number");
      this.#smalls.set(node.outputs[0]!, small);
      step.give(fixed || !depends ? shared : { kind: "sizes" });
    } else if (!depends) step.give(shared);
    else if (subgraphsOf(node).length > 0) step.fail("the samples are not followed into its inner graph");
    else {
      const rule = node.domain === "" && Object.hasOwn(flowRules, node.op) ? flowRules[node.op] : undefined;
      if (!rule) return step.fail(`how ${qualifiedOp(node)} treats samples is not known`);
      rule(step);
    }
    node.outputs.forEach((name, i) => {
      if (name !== "") this.flows.set(name, step.outputs[i] ?? shared);
    });
    this.nodes.push(...step.inserted, step.node);
  }

  #checkOutputs(): void {
    for (const { name } of this.graph.outputs) {
      if (this.flows.get(name)?.kind === "sizes") throw new Unsafe(`the output \`${name}\` is computed from the number of samples`);
    }
    if (!this.graph.outputs.some(({ name }) => this.flows.get(name)?.kind === "batch")) throw new Unsafe("no output depends on the samples");
  }

  #evaluate(node: Node): SmallValue | undefined {
    if (node.domain === "" && (node.op === "Shape" || node.op === "Size")) return this.#measure(node);
    const inputs = node.inputs.map((name) => (name === "" ? undefined : this.#small(name)));
    if (node.inputs.some((name, i) => name !== "" && inputs[i] === undefined)) return undefined;
    return evaluateSmall(node, inputs);
  }

  #measure(node: Node): SmallValue | undefined {
    const name = node.inputs[0] ?? "";
    const flow = this.flows.get(name) ?? shared;
    const shape = this.#small(name)?.shape ?? this.#around.shapes(name);
    const rank = shape?.length ?? (flow.kind === "batch" ? flow.rank : undefined);
    if (rank === undefined) {
      if (flow.kind !== "shared") throw new Unsafe(`${node.op} \`${node.name}\`: the rank of \`${name}\` is not known`);
      return undefined;
    }
    const dims = Array.from({ length: rank }, (_, axis): Element => (flow.kind === "batch" && axis === flow.axis ? { perSample: perSample(flow) } : shape?.[axis]));
    if (node.op === "Shape") return sizes(dims.slice(intAttr(node, "start", 0), intAttr(node, "end", rank)));
    const known = dims.map((dim) => (isOfBatch(dim) ? dim.perSample : dim));
    const total = known.every((dim) => dim !== undefined) ? sizeOf(known) : undefined;
    return { dtype: "int64", shape: [], elements: [total !== undefined && flow.kind === "batch" ? { perSample: total } : total] };
  }

  #small(name: string): SmallValue | undefined {
    if (this.#smalls.has(name)) return this.#smalls.get(name);
    const constant = this.graph.constants.get(name);
    const value = constant && sizeOf(constant.shape) <= smallLimit ? smallValueOf(constant.read()) : undefined;
    this.#smalls.set(name, value);
    return value;
  }

  /** The number of samples, as a value of the graph. */
  #count(input: string, axis: number, unique: (hint: string) => string): string {
    const output = unique("batch");
    const range = { start: { type: "int", value: axis }, end: { type: "int", value: axis + 1 } } as const;
    this.nodes.unshift({ name: unique("batch:node"), op: "Shape", domain: "", inputs: [input], outputs: [output], attributes: range });
    return output;
  }
}

/** The shape that the file declares, where it is all numbers. */
function declared(graph: Graph, name: string): readonly number[] | undefined {
  const info = graph.values.get(name) ?? graph.inputs.find((input) => input.name === name) ?? graph.outputs.find((output) => output.name === name);
  return info?.shape?.every((dim) => typeof dim === "number") ? (info.shape as readonly number[]) : undefined;
}

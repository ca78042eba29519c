import { coreError } from "../errors/catalogue.js";
import { GraphBuilder } from "../graph/builder.js";
import { subgraphsOf } from "../graph/attributes.js";
import { qualifiedOp, type Graph, type Node } from "../graph/graph.js";
import { allNames } from "../graph/uses.js";
import type { Runtime, ShapeLookup } from "../runtime/runtime.js";
import { batchFirst } from "./lowerings/batch-first.js";
import { einsum } from "./lowerings/einsum.js";
import { groupedConv } from "./lowerings/grouped-conv.js";
import type { Lowering } from "./lowerings/lowering.js";
import { maxPoolIndices } from "./lowerings/max-pool-indices.js";
import { negativePad } from "./lowerings/negative-pad.js";
import { mapSubgraphs } from "./rewrite.js";

export type { Lowering } from "./lowerings/lowering.js";

/** What Vitrine can say in other operators. */
export const lowerings: readonly Lowering[] = [maxPoolIndices, groupedConv, einsum, negativePad, batchFirst];

export interface Lowered {
  readonly graph: Graph;
  /** Which lowering was applied to which node. */
  readonly applied: readonly { readonly lowering: string; readonly node: string }[];
}

/** Lowered nodes may need lowering themselves; deeper than this they go in circles. */
const mostRounds = 4;

/**
 * Rewrites the nodes that the runtime does not support, inner graphs included, into ones that it does.
 * @throws `node-unsupported` with what remains
 */
export function lower(graph: Graph, runtime: Pick<Runtime, "info" | "supports">, shapes: ShapeLookup = () => undefined, available: readonly Lowering[] = lowerings): Lowered {
  const applied: { lowering: string; node: string }[] = [];
  const unsupported: { op: string; node: string; why: string }[] = [];
  const context: Context = { runtime, shapes, available, applied, unsupported, names: allNames(graph) };
  const lowered = lowerGraph(graph, context);
  if (unsupported.length > 0) throw coreError("node-unsupported", { runtime: runtime.info.id, nodes: unsupported });
  return { graph: lowered, applied };
}

interface Context {
  readonly runtime: Pick<Runtime, "info" | "supports">;
  readonly shapes: ShapeLookup;
  readonly available: readonly Lowering[];
  readonly applied: { lowering: string; node: string }[];
  readonly unsupported: { op: string; node: string; why: string }[];
  /** Taken in the whole model. */
  readonly names: Set<string>;
}

function lowerGraph(graph: Graph, context: Context): Graph {
  let current = lowerInner(graph, context);
  for (let round = 0; ; round++) {
    const shapes: ShapeLookup = (name) => current.constants.get(name)?.shape ?? context.shapes(name);
    const refused = current.nodes.flatMap((node) => {
      const answer = context.runtime.supports(node, shapes);
      return answer === true ? [] : [{ node, why: answer }];
    });
    if (refused.length === 0) return current;
    const builder = new GraphBuilder(current, context.names);
    let changed = false;
    const remaining: { node: Node; why: string }[] = [];
    for (const { node, why } of refused) {
      const answers: string[] = [];
      const done = context.available.find((lowering) => {
        if (!lowering.matches(node)) return false;
        const answer = lowering.apply(builder, node, shapes);
        if (answer !== true) answers.push(answer);
        return answer === true;
      });
      if (done) context.applied.push({ lowering: done.id, node: node.name });
      else remaining.push({ node, why: [why, ...answers].join("; ") });
      changed ||= done !== undefined;
    }
    if (!changed || round === mostRounds) {
      context.unsupported.push(...(changed ? refused : remaining).map(({ node, why }) => ({ op: qualifiedOp(node), node: node.name, why })));
      return current;
    }
    current = { ...builder.build({ prune: false }), inputs: graph.inputs, outputs: graph.outputs };
    allNames(current, context.names);
  }
}

function lowerInner(graph: Graph, context: Context): Graph {
  if (!graph.nodes.some((node) => subgraphsOf(node).length > 0)) return graph;
  const nodes = graph.nodes.map((node) => mapSubgraphs(node, (inner) => lowerGraph(inner, context)));
  return nodes.every((node, i) => node === graph.nodes[i]) ? graph : { ...graph, nodes };
}

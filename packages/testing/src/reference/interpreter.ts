import { coreError, isVitrineError, type Constant, type Graph, type Node } from "@vitrine/core";
import { testingError } from "../errors.js";
import { hold, type Held } from "./held.js";
import { operatorOf } from "./operators.js";

/** Values by name, with those of the graphs around. */
export interface Scope {
  readonly values: Map<string, Held>;
  readonly outer: Scope | undefined;
}

/** One run: what is shared by a graph and the graphs inside it. */
export interface Execution {
  readonly signal: AbortSignal | undefined;
  /** Constants, decoded once. */
  readonly constants: WeakMap<Constant, Held>;
  /** When other tasks last had their turn. */
  paused: number;
}

/** How long, in milliseconds, nodes are executed before other tasks (an abort among them) get their turn. */
const patience = 20;

function find(scope: Scope | undefined, name: string): Held | undefined {
  for (let at = scope; at; at = at.outer) {
    const found = at.values.get(name);
    if (found) return found;
  }
  return undefined;
}

function constantIn(execution: Execution, constant: Constant): Held {
  let value = execution.constants.get(constant);
  if (!value) execution.constants.set(constant, (value = hold(constant.read())));
  return value;
}

/** Runs a graph, node after node, and returns `wanted` (by default its outputs). */
export async function execute(graph: Graph, feeds: ReadonlyMap<string, Held>, execution: Execution, wanted: readonly string[] = graph.outputs.map(({ name }) => name), outer?: Scope): Promise<Held[]> {
  const scope: Scope = { values: new Map(feeds), outer };
  for (const [name, constant] of graph.constants) if (!scope.values.has(name)) scope.values.set(name, constantIn(execution, constant));
  for (const node of graph.nodes) {
    await pause(execution);
    await apply(node, scope, execution);
  }
  return wanted.map((name) => {
    const value = find(scope, name);
    if (!value) throw coreError("graph-invalid", { why: `nothing makes its output \`${name}\`` });
    return value;
  });
}

async function pause(execution: Execution): Promise<void> {
  if (execution.signal?.aborted) throw coreError("cancelled", {});
  if (performance.now() - execution.paused < patience) return;
  await new Promise((resolve) => setTimeout(resolve));
  execution.paused = performance.now();
  if (execution.signal?.aborted) throw coreError("cancelled", {});
}

async function apply(node: Node, scope: Scope, execution: Execution): Promise<void> {
  try {
    const operator = operatorOf(node);
    if (!operator) throw new TypeError("the operator is not known");
    const inputs = node.inputs.map((name) => {
      if (name === "") return undefined;
      const value = find(scope, name);
      if (!value) throw new ReferenceError(`nothing makes its input \`${name}\``);
      return value;
    });
    const run = (graph: Graph, given: readonly Held[]): Promise<Held[]> => {
      if (given.length > graph.inputs.length) throw new TypeError(`${given.length} values are given to a graph of ${graph.inputs.length} inputs`);
      return execute(graph, new Map(given.map((value, i) => [graph.inputs[i]!.name, value])), execution, undefined, scope);
    };
    const outputs = await operator({ node, inputs, run });
    node.outputs.forEach((name, i) => {
      if (name === "") return;
      const value = outputs[i];
      if (!value) throw new TypeError(`it has no output ${i} (\`${name}\`)`);
      scope.values.set(name, value);
    });
  } catch (error) {
    // An inner graph's error already says where it happened.
    if (isVitrineError(error)) throw error;
    throw testingError("reference-failed", { op: node.op, node: node.name, why: error instanceof Error ? error.message : String(error) }, error);
  }
}

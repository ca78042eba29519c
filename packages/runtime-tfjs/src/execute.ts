import { coreError, isVitrineError, type Constant, type Graph, type Node } from "@vitrine/core";
import { runControl } from "./control.js";
import { bytesNow, isGone, onBackend } from "./engine.js";
import { Refusal, tfjsError } from "./errors.js";
import { foldedOf } from "./operators/folded.js";
import type { Folded, Operator } from "./operators/operator.js";
import { planOf, type Plan, type Step } from "./plan.js";
import { Held } from "./value.js";

/** What one run shares between a graph and the graphs inside it. */
export interface Execution {
  readonly backend: string;
  /** The backend as it was started when the run began: after a loss another one takes its place. */
  readonly device: object | undefined;
  readonly signal: AbortSignal | undefined;
  readonly constants: ReadonlyMap<Constant, Held>;
  readonly plans: WeakMap<Graph, Map<string, Plan>>;
  /** When other tasks last had their turn. */
  paused: number;
  /** Bytes before the run, and the most that there were after any node. */
  readonly base: number;
  peak: number;
}

/** Values by name, with those of the graphs around. */
export interface Scope {
  readonly graph: Graph;
  readonly values: Map<string, Held>;
  readonly outer: Scope | undefined;
}

/** How long, in milliseconds, nodes are executed before other tasks (an abort among them) get their turn. */
const patience = 20;

function find(execution: Execution, scope: Scope | undefined, name: string): Held {
  for (let at = scope; at; at = at.outer) {
    const value = at.values.get(name);
    if (value) return value;
    const constant = at.graph.constants.get(name);
    if (constant) return execution.constants.get(constant)!;
  }
  throw coreError("graph-invalid", { why: `nothing makes the value \`${name}\`` });
}

/**
 * Runs a graph and returns `wanted` (by default its outputs), each with one user more: the caller's.
 * `feeds` lose the user that they came with.
 */
export async function execute(graph: Graph, feeds: ReadonlyMap<string, Held>, execution: Execution, wanted = graph.outputs.map(({ name }) => name), outer?: Scope): Promise<Held[]> {
  const plan = planFor(execution, graph, wanted);
  const scope: Scope = { graph, values: new Map(feeds), outer };
  try {
    for (const step of plan.steps) {
      if (isDue(execution)) await pause(execution);
      const pending = apply(step, scope, execution);
      if (pending) await pending;
      for (const name of step.last) free(scope, name);
    }
    return wanted.map((name) => find(execution, scope, name).retain());
  } finally {
    for (const name of [...scope.values.keys()]) free(scope, name);
  }
}

function free(scope: Scope, name: string): void {
  const value = scope.values.get(name);
  if (!value) return;
  scope.values.delete(name);
  value.release();
}

function planFor(execution: Execution, graph: Graph, wanted: readonly string[]): Plan {
  let plans = execution.plans.get(graph);
  if (!plans) execution.plans.set(graph, (plans = new Map<string, Plan>()));
  const key = wanted.join("\n");
  let plan = plans.get(key);
  if (!plan) plans.set(key, (plan = planOf(graph, wanted)));
  return plan;
}

const isDue = ({ signal, paused }: Execution): boolean => signal?.aborted === true || performance.now() - paused >= patience;

async function pause(execution: Execution): Promise<void> {
  if (execution.signal?.aborted) throw coreError("cancelled", {}, execution.signal.reason);
  await new Promise((resolve) => setTimeout(resolve));
  execution.paused = performance.now();
  if (execution.signal?.aborted) throw coreError("cancelled", {}, execution.signal.reason);
}

type Results = readonly (Held | undefined)[];

/** Gives a promise only where something has to be waited for: small networks take most of their time between kernels. */
function apply(step: Step, scope: Scope, execution: Execution): Promise<void> | undefined {
  const { node, operator } = step;
  const fail = (error: unknown): never => {
    throw explained(error, node, execution);
  };
  try {
    const held = (name: string): Held => find(execution, scope, name);
    const inputs = step.inputs.map((name) => (name === "" ? undefined : held(name)));
    if (isGone(execution.backend, execution.device)) throw new Error("an earlier node's results are gone");
    const results = operator ? compute(step, operator, inputs, foldedFor(step, held), execution) : runControl(node, inputs, execution, scope);
    if (results instanceof Promise) return results.then((values) => store(values, step, scope, execution)).catch(fail);
    store(results, step, scope, execution);
    return undefined;
  } catch (error) {
    return fail(error);
  }
}

function store(results: Results, { outputs }: Step, scope: Scope, execution: Execution): void {
  results.forEach((value, i) => {
    const name = outputs[i] ?? "";
    if (name === "") value?.release();
    else if (value) scope.values.set(name, value);
  });
  const missing = outputs.findIndex((name, i) => name !== "" && !results[i]);
  if (missing >= 0) throw new Refusal(`it has no output ${missing} (\`${outputs[missing]}\`)`);
  execution.peak = Math.max(execution.peak, bytesNow() - execution.base);
}

/** The constants of a folding are the same in every run of a plan. */
const foldings = new WeakMap<Step, Folded>();

function foldedFor(step: Step, held: (name: string) => Held): Folded | undefined {
  if (!step.folding) return undefined;
  let folded = foldings.get(step);
  if (!folded) foldings.set(step, (folded = foldedOf(step.folding, held)));
  return folded;
}

/** Results come with one user: the caller's. */
function compute(step: Step, operator: Operator, inputs: readonly (Held | undefined)[], folded: Folded | undefined, execution: Execution): Results | Promise<Results> {
  const { node, fused } = step;
  const { backend } = execution;
  const given = inputs.filter((value) => value !== undefined);
  const byHost = !operator.device || (operator.host !== undefined && staysOnHost(operator, node, inputs, given));
  const work = (): Results => {
    if (byHost) return operator.host!(node, inputs.map((value) => value?.host())).map((value) => value && Held.host(value).retain());
    // Retained before the scope frees what is nobody's.
    return onBackend(backend, () => operator.device!({ node, inputs, fused, folded, backend }).map((value) => value?.retain()));
  };
  const needed = byHost ? given : (operator.reads ?? []).flatMap((index) => inputs[index] ?? []);
  const unread = needed.filter((value) => value.onHost === undefined);
  return unread.length === 0 ? work() : Promise.all(unread.map((value) => value.read(backend))).then(work);
}

function staysOnHost(operator: Operator, node: Node, inputs: readonly (Held | undefined)[], given: readonly Held[]): boolean {
  if (given.length > 0 && given.every((value) => value.prefersHost)) return true;
  if (operator.onHost?.(node, inputs) === true) return true;
  const [first] = given;
  return operator.exact === true && first !== undefined && (first.dtype.includes("int") || (first.dtype === "bool" && node.op.startsWith("Reduce")));
}

/** What went wrong, and where. */
function explained(error: unknown, node: Node, { backend, device }: Execution): unknown {
  if (isVitrineError(error)) return error;
  const why = error instanceof Error ? error.message : String(error);
  if (isGone(backend, device) || /context (was )?lost|CONTEXT_LOST|device (was |is )?lost/iu.test(why)) return tfjsError("device-lost", { backend, at: `the node \`${node.name}\``, why }, error);
  return tfjsError("node-failed", { backend, op: node.op, node: node.name, why }, error);
}

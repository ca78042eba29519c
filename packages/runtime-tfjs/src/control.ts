import { concat, reshape, slice, transpose, zeros } from "@tensorflow/tfjs-core";
import { intAttr, int64, intsAttr, scalar, type Graph, type Node } from "@vitrine/core";
import { onBackend } from "./engine.js";
import { Refusal } from "./errors.js";
import { execute, type Execution, type Scope } from "./execute.js";
import { axisOf } from "./operators/operator.js";
import { deviceType, Held } from "./value.js";

/** Runs If, Loop and Scan by running the graphs inside them. Results come with one user: the caller's. */
export async function runControl(node: Node, inputs: readonly (Held | undefined)[], execution: Execution, scope: Scope): Promise<Held[]> {
  const body = (attribute: string): Graph => {
    const found = node.attributes[attribute];
    if (found?.type !== "graph") throw new Refusal(`the graph \`${attribute}\` is missing`);
    return found.value;
  };
  const run: Run = (graph, given) => {
    if (given.length !== graph.inputs.length) throw new Refusal(`${given.length} values are given to a graph of ${graph.inputs.length} inputs`);
    return execute(graph, new Map(given.map((value, i) => [graph.inputs[i]!.name, value.retain()])), execution, undefined, scope);
  };
  const context: Context = { node, inputs, run, backend: execution.backend };
  if (node.op === "If") return run(body((await number(inputs[0], "condition", execution.backend)) !== 0 ? "then_branch" : "else_branch"), []);
  if (node.op === "Loop") return loop(context, body("body"));
  if (node.op === "Scan") return scan(context, body("body"));
  throw new Refusal("no graph inside a node of this operator is understood");
}

type Run = (graph: Graph, given: readonly Held[]) => Promise<Held[]>;

interface Context {
  readonly node: Node;
  readonly inputs: readonly (Held | undefined)[];
  readonly run: Run;
  readonly backend: string;
}

async function number(value: Held | undefined, what: string, backend: string): Promise<number> {
  const host = await value?.read(backend);
  if (host?.data.length !== 1) throw new Refusal(`its ${what} is not one number`);
  return Number(host.data[0]);
}

const release = (values: readonly Held[]): void => values.forEach((value) => value.release());

/** Repeats its body while the condition holds, `M` times at most. Body: (iteration, condition, carried …) → (condition, carried …, scanned …). */
async function loop({ inputs, run, backend }: Context, body: Graph): Promise<Held[]> {
  const most = inputs[0] ? await number(inputs[0], "trip count", backend) : Infinity;
  let condition = (inputs[1] ?? Held.host(scalar(1, "bool"))).retain();
  let carried = inputs.slice(2).map((value, i) => {
    if (!value) throw new Refusal(`its input ${i + 2} is missing`);
    return value.retain();
  });
  const scanned: Held[][] = body.outputs.slice(1 + carried.length).map(() => []);
  try {
    for (let i = 0; i < most && (await number(condition, "condition", backend)) !== 0; i++) {
      const results = await run(body, [Held.host(int64([i], [])), condition, ...carried]);
      release([condition, ...carried]);
      condition = results[0]!;
      carried = results.slice(1, 1 + carried.length);
      results.slice(1 + carried.length).forEach((value, k) => scanned[k]!.push(value));
    }
    return [...carried.map((value) => value.retain()), ...scanned.map((parts, k) => stacked(parts, body, 1 + carried.length + k, 0, backend))];
  } finally {
    release([condition, ...carried, ...scanned.flat()]);
  }
}

/** Walks along an axis of its scan inputs. Body: (states …, slices …) → (states …, slices …). */
async function scan({ node, inputs, run, backend }: Context, body: Graph): Promise<Held[]> {
  const count = intAttr(node, "num_scan_inputs", 0);
  const given = inputs.map((value, i) => {
    if (!value) throw new Refusal(`its input ${i} is missing`);
    return value;
  });
  const sources = given.slice(given.length - count);
  let states = given.slice(0, given.length - count).map((value) => value.retain());
  const outputs = body.outputs.length - states.length;
  const each = (length: number): number[] => new Array<number>(length).fill(0);
  const inAxes = intsAttr(node, "scan_input_axes", each(count)).map((axis, i) => axisOf(axis, sources[i]!.rank));
  const inBackwards = intsAttr(node, "scan_input_directions", each(count));
  const outAxes = intsAttr(node, "scan_output_axes", each(outputs));
  const outBackwards = intsAttr(node, "scan_output_directions", each(outputs));
  const length = sources[0]?.shape[inAxes[0]!] ?? 0;
  const collected: Held[][] = Array.from({ length: outputs }, () => []);
  try {
    if (sources.some((source, i) => source.shape[inAxes[i]!] !== length)) throw new Refusal("its scan inputs are of different lengths");
    for (let step = 0; step < length; step++) {
      const slices = sources.map((source, i) => sliceAt(source, inAxes[i]!, inBackwards[i] === 1 ? length - 1 - step : step, backend));
      const results = await run(body, [...states, ...slices]).finally(() => release(slices));
      release(states);
      states = results.slice(0, states.length);
      results.slice(states.length).forEach((value, k) => (outBackwards[k] === 1 ? collected[k]!.unshift(value) : collected[k]!.push(value)));
    }
    return [...states.map((value) => value.retain()), ...collected.map((parts, k) => stacked(parts, body, states.length + k, outAxes[k]!, backend))];
  } finally {
    release([...states, ...collected.flat()]);
  }
}

function sliceAt(source: Held, axis: number, at: number, backend: string): Held {
  const shape = source.shape.filter((_, i) => i !== axis);
  return onBackend(backend, () => {
    const cut = slice(source.plain(), source.shape.map((_, i) => (i === axis ? at : 0)), source.shape.map((dim, i) => (i === axis ? 1 : dim)));
    return Held.device(source.dtype, shape, reshape(cut, shape)).retain();
  });
}

/** Values of one shape as one with a new axis; none at all as what the body declares. */
function stacked(parts: readonly Held[], body: Graph, output: number, axis: number, backend: string): Held {
  return onBackend(backend, () => {
    const [first] = parts;
    const { dtype = "float32", shape = [] } = body.outputs[output] ?? {};
    if (!first) {
      const empty = [0, ...(shape ?? []).map((dim) => (typeof dim === "number" ? dim : 0))];
      return Held.device(dtype, empty, zeros(empty, deviceType(dtype) as "float32")).retain();
    }
    const joined = concat(parts.map((part) => reshape(part.plain(), [1, ...part.shape])), 0);
    const at = axisOf(axis, joined.rank);
    const order = joined.shape.map((_, i) => i).slice(1);
    order.splice(at, 0, 0);
    const y = at === 0 ? joined : transpose(joined, order);
    return Held.device(first.dtype, y.shape, y).retain();
  });
}

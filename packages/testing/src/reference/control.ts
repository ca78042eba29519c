import { intAttr, intsAttr, type Graph } from "@vitrine/core";
import { blank, indices, reshaped, single, type Held } from "./held.js";
import { axisOf } from "./indexing.js";
import { input, type Call, type OperatorTable } from "./operator.js";
import { concatenated, sliced, transposed } from "./shape.js";

function graphOf(call: Call, attribute: string): Graph {
  const found = call.node.attributes[attribute];
  if (found?.type !== "graph") throw new TypeError(`the graph \`${attribute}\` is missing`);
  return found.value;
}

/** The same shape with one axis more at the front. */
const unsqueezed = (x: Held): Held => reshaped(x, [1, ...x.shape]);

/** Values of one shape as one with a new first axis; none at all as what the body declares. */
function stacked(parts: readonly Held[], body: Graph, output: number): Held {
  if (parts.length > 0) return concatenated(parts.map(unsqueezed), 0);
  const { dtype = "float32", shape } = body.outputs[output] ?? {};
  const empty = [0, ...(shape ?? []).map((dim) => (typeof dim === "number" ? dim : 0))];
  return { dtype, shape: empty, data: blank(dtype, empty) };
}

/** Repeats its body while the condition holds, `M` times at most. Body: (iteration, condition, carried …) → (condition, carried …, scanned …). */
async function loop(call: Call): Promise<readonly Held[]> {
  const body = graphOf(call, "body");
  const most = call.inputs[0] ? single(call.inputs[0]) : Infinity;
  let condition: Held = call.inputs[1] ?? { dtype: "bool", shape: [], data: Float64Array.of(1) };
  let carried = call.inputs.slice(2).map((_, i) => input(call, i + 2));
  const scanned: Held[][] = body.outputs.slice(1 + carried.length).map(() => []);
  for (let i = 0; i < most && single(condition) !== 0; i++) {
    const results = await call.run(body, [indices([i], []), condition, ...carried]);
    condition = results[0]!;
    const next = results.slice(1, 1 + carried.length);
    results.slice(1 + carried.length).forEach((value, k) => scanned[k]!.push(value));
    carried = next;
  }
  return [...carried, ...scanned.map((parts, k) => stacked(parts, body, 1 + carried.length + k))];
}

/** Walks along an axis of its scan inputs. Body: (states …, slices …) → (states …, slices …). */
async function scan(call: Call): Promise<readonly Held[]> {
  const body = graphOf(call, "body");
  const scans = intAttr(call.node, "num_scan_inputs", 0);
  const given = call.inputs.map((_, i) => input(call, i));
  let states = given.slice(0, given.length - scans);
  const sources = given.slice(given.length - scans);
  const outputs = body.outputs.length - states.length;
  const zeros = (count: number): number[] => new Array<number>(count).fill(0);
  const inAxes = intsAttr(call.node, "scan_input_axes", zeros(scans)).map((axis, i) => axisOf(axis, sources[i]!.shape.length));
  const inBackwards = intsAttr(call.node, "scan_input_directions", zeros(scans));
  const outAxes = intsAttr(call.node, "scan_output_axes", zeros(outputs));
  const outBackwards = intsAttr(call.node, "scan_output_directions", zeros(outputs));
  const length = sources[0]?.shape[inAxes[0]!] ?? 0;
  if (sources.some((source, i) => source.shape[inAxes[i]!] !== length)) throw new RangeError("its scan inputs are of different lengths");
  const collected: Held[][] = Array.from({ length: outputs }, () => []);
  for (let step = 0; step < length; step++) {
    const slices = sources.map((source, i) => {
      const axis = inAxes[i]!;
      const at = inBackwards[i] === 1 ? length - 1 - step : step;
      const cut = sliced(source, source.shape.map((_, k) => (k === axis ? at : 0)), source.shape.map((dim, k) => (k === axis ? 1 : dim)));
      return reshaped(cut, source.shape.filter((_, k) => k !== axis));
    });
    const results = await call.run(body, [...states, ...slices]);
    states = results.slice(0, states.length);
    results.slice(states.length).forEach((value, k) => (outBackwards[k] === 1 ? collected[k]!.unshift(value) : collected[k]!.push(value)));
  }
  return [
    ...states,
    ...collected.map((parts, k) => {
      const value = stacked(parts, body, states.length + k);
      const axis = axisOf(outAxes[k]!, value.shape.length);
      const order = value.shape.map((_, i) => i).slice(1);
      order.splice(axis, 0, 0);
      return axis === 0 ? value : transposed(value, order);
    }),
  ];
}

export const controlOperators: OperatorTable = {
  If: (call) => call.run(graphOf(call, single(input(call, 0)) !== 0 ? "then_branch" : "else_branch"), []),
  Loop: loop,
  Scan: scan,
};

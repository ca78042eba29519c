import { coreError } from "../errors/catalogue.js";
import type { Node } from "../graph/graph.js";
import { producersOf } from "../graph/uses.js";
import type { PreparedInput } from "../input/spec.js";
import type { Job } from "../method/job.js";
import { inputAxes } from "../model/batch.js";
import { isFloat } from "../tensor/dtype.js";

/** A value that a gradient is taken by: an input, or a layer. */
export interface Explained {
  /** The graph value. */
  readonly value: string;
  /** What a person calls it: the input's name, a layer's readable one. */
  readonly name: string;
  /** Of all samples. */
  readonly shape: readonly number[];
  readonly batchAxis: number | undefined;
  readonly unitAxis: number | undefined;
  readonly spatialAxes: readonly number[];
  /** Where it is an input. */
  readonly input: PreparedInput | undefined;
}

type ExplainingJob = Pick<Job, "model" | "inputs" | "feeds">;

/**
 * The values that a gradient is taken by: the layer that is named, else every floating-point input, and for inputs of
 * whole numbers (tokens) what the embedding makes of them. States are left out.
 * @throws `gradient-no-input` where none can be found, `layer-unknown`
 */
export async function explainedValues(job: ExplainingJob, wrt?: string): Promise<readonly Explained[]> {
  const { model } = job;
  if (wrt !== undefined) return [model.inputs.some(({ name }) => name === wrt) ? ofInput(job, wrt) : await ofLayer(job, wrt)];
  const found: Explained[] = [];
  for (const { name } of model.inputs) {
    const prepared = job.inputs[name];
    if (!prepared || prepared.spec.kind === "state") continue;
    if (isFloat(prepared.tensor.dtype)) found.push(ofInput(job, name));
    else for (const value of embeddingsOf(job, name)) found.push(await ofLayer(job, value));
  }
  if (found.length === 0) throw coreError("gradient-no-input", { inputs: model.inputs.map(({ name, dtype }) => ({ name, dtype: dtype ?? "unknown elements" })) });
  return found;
}

function ofInput({ model, inputs }: ExplainingJob, name: string): Explained {
  const input = inputs[name];
  if (!input) throw coreError("input-missing", { inputs: [name] });
  const { shape } = input.tensor;
  const axes = inputAxes(model.inputs.find((info) => info.name === name)!, model.spec.inputs[name], shape.length, model.graph);
  return { value: name, name, shape, batchAxis: axes.batch, unitAxis: axes.unit, spatialAxes: axes.spatial, input };
}

async function ofLayer({ model, feeds }: ExplainingJob, name: string): Promise<Explained> {
  const { value, name: readable, shape, batchAxis, unitAxis, spatialAxes } = await model.layer(name, feeds);
  return { value, name: readable, shape, batchAxis, unitAxis, spatialAxes, input: undefined };
}

/** Operators that move indices about without changing what they point at. */
const moving = new Set(["Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Flatten"]);

/** What is looked up in tables of floating-point constants by the elements of an input. */
function embeddingsOf({ model }: ExplainingJob, input: string): string[] {
  const producers = producersOf(model.graph);
  const source = (value: string): string => {
    const node: Node | undefined = producers.get(value);
    return node && node.domain === "" && moving.has(node.op) ? source(node.inputs[0]!) : value;
  };
  return model.graph.nodes.flatMap((node) => {
    const table = node.op === "Gather" && node.domain === "" ? model.graph.constants.get(node.inputs[0]!) : undefined;
    return table && isFloat(table.dtype) && table.shape.length === 2 && source(node.inputs[1]!) === input ? [node.outputs[0]!] : [];
  });
}

import { isVitrineError, qualifiedOp, type Engine, type Feeds, type Layer, type Model } from "@vitrine/core";
import { describeGradients, gradientText } from "./inspect-gradients.js";
import { print, printJson } from "../host/output.js";
import { columns, plain, showCount, showDims } from "../host/show.js";

/** What `vitrine inspect` tells of a model. */
export async function inspect(engine: Engine, model: Model, feeds: Feeds | undefined, json: boolean): Promise<void> {
  const found = await describeModel(engine, model, feeds);
  if (json) return printJson(found);
  const blocks = [
    `${plain(found.file)}\n${found.origin}, ${showCount(found.parameters)} parameters in ${showCount(found.bytes)} bytes, ${found.nodes} nodes`,
    section("Inputs", columns(found.inputs.map((input) => [`  ${input.name}`, input.dtype ?? "?", showDims(input.shape ?? undefined), input.description]))),
    section("Outputs", columns(found.outputs.map((output) => [`  ${output.name}`, showDims(output.shape ?? undefined), output.description]))),
    section("Batch", `  ${found.batch}`),
    found.layers
      ? section("Layers", columns(found.layers.map((layer) => [`  ${layer.name}`, layer.kind, showDims(layer.shape), layer.units, fieldText(layer)]), ["  name", "kind", "shape", "units", "sees of the input"]))
      : section("Layers", `  Their shapes depend on the input: give one with --input.\n${found.layersMissing ?? ""}`),
    section("Operators", `  ${found.operators.map(({ op, count }) => (count === 1 ? op : `${op} × ${count}`)).join(", ")}`),
    section("Gradients", gradientText(found.gradients)),
    section("Runtimes", found.runtimes.map((runtime) => `  ${runtime.runtime}: ${runtime.text}`).join("\n")),
    found.notices.length > 0 ? section("Notices", found.notices.map((notice) => `  ${notice}`).join("\n")) : undefined,
  ];
  print(blocks.filter((block) => block !== undefined).join("\n\n"));
}

const section = (title: string, body: string): string => `${title}\n${body}`;

function fieldText(layer: { readonly receptiveField: Layer["receptiveField"] | null }): string {
  const field = layer.receptiveField;
  return field ? `${field.size.join(" × ")}, every ${field.stride.map((s) => Number(s.toFixed(3))).join(" × ")}` : "";
}

async function describeModel(engine: Engine, model: Model, feeds: Feeds | undefined) {
  const constants = [...model.graph.constants.values()];
  const counts = new Map<string, number>();
  for (const node of model.graph.nodes) counts.set(qualifiedOp(node), (counts.get(qualifiedOp(node)) ?? 0) + 1);
  let layers: readonly Layer[] | undefined;
  let layersMissing: string | undefined;
  try {
    layers = await model.layers(feeds);
  } catch (error) {
    if (!isVitrineError(error)) throw error;
    layersMissing = error.code === "shape-unknown" ? undefined : `  ${error.message}`;
  }
  const { batch } = model;
  return {
    file: model.file.name,
    sha256: await model.file.sha256(),
    origin: model.origin,
    nodes: model.graph.nodes.length,
    parameters: constants.filter((constant) => constant.dtype.startsWith("float") || constant.dtype.startsWith("bfloat")).reduce((sum, constant) => sum + constant.shape.reduce((a, b) => a * b, 1), 0),
    bytes: constants.reduce((sum, constant) => sum + constant.byteLength, 0),
    inputs: model.inputs.map((input) => ({
      name: input.name,
      dtype: input.dtype ?? null,
      shape: input.shape ?? null,
      batchAxis: batch.axes[input.name] ?? null,
      spec: model.spec.inputs[input.name] ?? null,
      description: describeInput(model, input.name),
    })),
    outputs: model.graph.outputs.map((output) => ({
      name: output.name,
      shape: output.shape ?? null,
      description: output.name === model.output.name ? `${model.output.kind ?? "explained by default"}${model.labels.length > 0 ? `, ${model.labels.length} labels` : ""}` : "",
    })),
    batch: batch.fixed === undefined ? `free, along axis ${[...new Set(Object.values(batch.axes))].map((axis) => axis ?? "none").join(", ")}` : `fixed at ${batch.fixed}${batch.reason === undefined ? "" : `: ${batch.reason}`}; several inputs run one after the other`,
    layers: layers?.map(({ name, kind, op, value, shape, unitAxis, units, receptiveField, rectified }) => ({ name, kind, op, value, shape, unitAxis: unitAxis ?? null, units, receptiveField: receptiveField ?? null, rectified })),
    ...(layersMissing === undefined ? {} : { layersMissing }),
    operators: [...counts].map(([op, count]) => ({ op, count })).sort((a, b) => b.count - a.count || a.op.localeCompare(b.op)),
    gradients: describeGradients(engine, model, layers),
    runtimes: await describeRuntimes(engine, model),
    notices: [...model.notices, ...model.runtime.info.notices],
  };
}

function describeInput(model: Model, name: string): string {
  const spec = model.spec.inputs[name];
  if (!spec) return "no preprocessing known: a .npy tensor, or `vitrine init`";
  if (spec.kind !== "image" || !("size" in spec)) return spec.kind;
  return `picture, ${String(spec.channels)}, ${String(spec.resize)}, range ${String(spec.range)}`;
}

/** Which nodes each runtime (its first working provider) cannot run; the one in use has been tried for real by then. */
async function describeRuntimes(engine: Engine, model: Model) {
  const found = [];
  for (const factory of engine.runtimes) {
    const states = await factory.providers();
    for (const { provider, available, note } of states) {
      const label = `${factory.id}:${provider}`;
      if (!available) {
        found.push({ runtime: label, available, unsupported: [], text: `not here${note === undefined ? "" : ` (${note})`}` });
        continue;
      }
      const inUse = model.runtime.info.id === factory.id && model.runtime.info.provider === provider;
      let runtime = model.runtime;
      try {
        if (!inUse) runtime = await factory.create({ providers: [provider] });
      } catch (error) {
        const why = isVitrineError(error) ? (error.hint ?? error.message) : String(error);
        found.push({ runtime: label, available: false, unsupported: [], text: `not here (${why})` });
        continue;
      }
      const unsupported = model.graph.nodes.flatMap((node) => {
        const verdict = runtime.supports(node);
        return verdict === true ? [] : [{ node: node.name, op: qualifiedOp(node), why: verdict }];
      });
      if (!inUse) await runtime.dispose();
      const text = unsupported.length === 0 ? "runs every node" : `${unsupported.length} nodes are rewritten or refused: ${[...new Set(unsupported.map(({ op, why }) => `${op} (${why})`))].slice(0, 3).join("; ")}`;
      found.push({ runtime: label, available: true, unsupported, text: inUse ? `${text} (in use, ${model.runtime.info.threads ?? "?"} threads)` : text });
    }
  }
  return found;
}

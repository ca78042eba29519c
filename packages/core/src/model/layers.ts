import type { Graph } from "../graph/graph.js";
import { followAxes, type AxisRoles } from "./axes.js";
import { dataValues } from "./dataflow.js";
import { activationParts, firstScanned, isLoop, isRectifier, kindOf } from "./kinds.js";
import type { Layer, LayerKind } from "./layer.js";
import { nameNodes, type NamedNode } from "./names.js";
import { followFields } from "./receptive-field.js";

type Shapes = ReadonlyMap<string, readonly number[]>;

/** What is known of the inputs before any layer. */
export interface InputAxes {
  readonly batch: number | undefined;
  readonly unit: number | undefined;
  readonly spatial: readonly number[];
}

/** All values that carry data, as layers; `main` are those that a person thinks in. */
export interface LayerTable {
  readonly main: readonly Layer[];
  readonly byName: ReadonlyMap<string, Layer>;
  readonly byValue: ReadonlyMap<string, Layer>;
}

/** Names of the values whose shapes `layerTable` needs. */
export function layerValues(graph: Graph): string[] {
  const data = dataValues(graph);
  return [...data].filter((value) => !graph.inputs.some((input) => input.name === value));
}

/** @param shapes of all `layerValues` that could be observed, and of the inputs */
export function layerTable(graph: Graph, shapes: Shapes, inputs: ReadonlyMap<string, InputAxes>): LayerTable {
  const data = dataValues(graph);
  const nodes = graph.nodes.filter((node) => node.outputs.some((output) => data.has(output)));
  const named = nameNodes(nodes);
  const kinds = new Map(nodes.map((node) => [node, kindOf(node, data)]));
  const roles = followAxes(graph, shapes, new Map([...inputs].map(([name, { batch, unit }]): [string, AxisRoles] => [name, { batch, unit }])), data);
  const fields = followFields(graph, shapes, new Map([...inputs].map(([name, { spatial }]) => [name, spatial])));
  const inModule = new Map<string, NamedNode[]>();
  for (const entry of named) if (entry.module !== undefined) inModule.set(entry.module, [...(inModule.get(entry.module) ?? []), entry]);

  const main: Layer[] = [];
  const byName = new Map<string, Layer>();
  const byValue = new Map<string, Layer>();
  for (const entry of named) {
    const siblings = entry.module === undefined ? [] : inModule.get(entry.module)!;
    const own = kinds.get(entry.node)!;
    const kind = entry.isModuleOutput ? moduleKind(own, siblings, kinds) : own;
    const first = isLoop(entry.node) && own === "recurrent" ? firstScanned(entry.node) : 0;
    entry.node.outputs.forEach((value, index) => {
      const shape = shapes.get(value);
      if (value === "" || !shape) return;
      const role = roles.get(value) ?? { batch: 0, unit: undefined };
      const field = fields.get(value);
      const spatialAxes = shape.map((_, axis) => axis).filter((axis) => axis !== role.batch && axis !== role.unit);
      const layer: Layer = {
        name: index === first ? entry.name : `${entry.name}.${index}`,
        kind,
        op: entry.node.op,
        node: entry.node.name,
        value,
        shape,
        batchAxis: role.batch ?? 0,
        unitAxis: role.unit,
        units: role.unit === undefined ? 1 : shape[role.unit]!,
        spatialAxes,
        receptiveField: field && fieldAlong(field, spatialAxes),
        rectified: isRectifier(entry.node, graph),
      };
      byName.set(layer.name, layer);
      byValue.set(value, layer);
      if (index === first && isMain(entry, own, kind, siblings, kinds)) main.push(layer);
    });
  }
  return { main, byName, byValue };
}

/** The field with its axes in the order of the layer's positions; undefined where they are not the same axes. */
function fieldAlong(field: ReturnType<typeof followFields> extends Map<string, infer F> ? F : never, spatialAxes: readonly number[]): Layer["receptiveField"] {
  const order = spatialAxes.map((axis) => field.axes.indexOf(axis));
  if (order.length === 0 || order.some((i) => i < 0)) return undefined;
  const pick = (values: readonly number[]): number[] => order.map((i) => values[i]!);
  return { input: field.input, size: pick(field.size), stride: pick(field.stride), offset: pick(field.offset) };
}

/** A module that ends in a bias or a product is what its principal operator is: a dense layer, an activation written out. */
function moduleKind(own: LayerKind, siblings: readonly NamedNode[], kinds: ReadonlyMap<NamedNode["node"], LayerKind>): LayerKind {
  if (own !== "other" && own !== "reshape") return own;
  const inner = siblings.map(({ node }) => kinds.get(node)!).filter((kind) => kind !== "other" && kind !== "reshape");
  return inner[0] ?? own;
}

function isMain(entry: NamedNode, own: LayerKind, kind: LayerKind, siblings: readonly NamedNode[], kinds: ReadonlyMap<NamedNode["node"], LayerKind>): boolean {
  if (kind === "other" || kind === "reshape") return false;
  if (entry.isModuleOutput || siblings.length <= 1) return true;
  if (own === "activation") return !activationParts.has(entry.node.op);
  // A product whose module ends by adding its bias is that module's own value.
  const last = siblings.at(-1)!;
  return !(own === "dense" && last !== entry && kinds.get(last.node) === "other");
}

import { definePlugin, fingerprint, type Format, type Graph, type ModelSource, type Plugin } from "@vitrine/core";
import { testingError } from "../errors.js";

/** What stands in a "file" of this format: a mark and the graph's fingerprint, so that equal graphs are equal files. */
const mark = "vitrine graph ";
const graphs = new WeakMap<Uint8Array, Graph>();

/**
 * A source that holds a graph itself: `engine.load(graphSource(oneConv().graph))`.
 * Works wherever `graphFormat` is installed in the same realm; nothing is serialised.
 */
export function graphSource(graph: Graph, name = graph.name): ModelSource {
  const bytes = new TextEncoder().encode(mark + fingerprint(graph));
  graphs.set(bytes, graph);
  return { name, read: () => Promise.resolve(bytes), sibling: (path) => Promise.reject(testingError("graph-sibling", { path, name })) };
}

/** Reads what `graphSource` makes, for tests that need no file. */
export const graphFormat: Format = {
  id: "graph",
  title: "graph in memory",
  extensions: [],
  recognises: (_, head) => new TextDecoder().decode(head.subarray(0, mark.length)) === mark,
  read: async (source) => {
    const graph = graphs.get(await source.read());
    if (!graph) throw testingError("graph-copied", { name: source.name });
    return { graph, metadata: {}, origin: "built in code", notices: [] };
  },
};

/** Installs `graphFormat`. */
export const graphPlugin: Plugin = definePlugin({ name: "graph", register: (registry) => registry.format(graphFormat) });

/** Reads graphs made in code by the name of a file: `engine.load({ name: "a", bytes: new Uint8Array() })`. */
export function graphsFormat(graphs: Readonly<Record<string, Graph>>): Format {
  return {
    id: "graphs",
    title: "graphs in memory",
    extensions: [],
    recognises: (name) => Object.hasOwn(graphs, name),
    read: (source) => Promise.resolve({ graph: graphs[source.name]!, metadata: {}, origin: "built in code", notices: [] }),
  };
}

/** Installs `graphsFormat`. */
export const graphsPlugin = (graphs: Readonly<Record<string, Graph>>): Plugin => definePlugin({ name: "graphs", register: (registry) => registry.format(graphsFormat(graphs)) });

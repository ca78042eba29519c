import type { Graph } from "@vitrine/core";
import { Layout } from "../build/layout.js";
import { ScopedBuilder } from "../build/scoped-builder.js";
import type { TfValue } from "./call.js";
import type { TfFunction } from "./functions.js";

/** Translates the nodes of a function on a builder; `given` are its arguments. */
export type Inline = (b: ScopedBuilder, layout: Layout, called: TfFunction, given: readonly TfValue[], path: string) => readonly TfValue[];

/** A graph inside another one takes its values by name: none of its own may be called like one of theirs. */
export function inside(outer: ScopedBuilder): { b: ScopedBuilder; layout: Layout } {
  const b = new ScopedBuilder(undefined, outer.names());
  return { b, layout: new Layout(b) };
}

/** The finished graph. What it does not compute itself, an argument or a value around it, passes through a node. */
export function closed(b: ScopedBuilder, layout: Layout, results: readonly TfValue[]): Graph {
  const taken = new Set<string>();
  const outputs = results.map((result) => {
    const value = layout.plain(result);
    const own = b.nodes.some((node) => node.outputs.includes(value)) && !taken.has(value);
    const output = own ? value : b.identity(value, `${value}:result`);
    taken.add(output);
    return output;
  });
  return b.build({ outputs, prune: false });
}

import type { DType, Graph } from "@vitrine/core";
import type { Held } from "./held.js";
import type { Layout } from "./layout.js";

/** The finished graph: every output with its axes as the file means them, under its name. */
export function finished(layout: Layout, outputs: readonly { readonly name: string; readonly value: Held; readonly dtype: DType | undefined }[]): Graph {
  const { b } = layout;
  const taken = new Set<string>();
  const values = outputs.map(({ name, value }) => {
    b.scope = [];
    let result = layout.plain(value);
    // The file's name is that of the value with its own order of axes; the one that a convolution made has another.
    if (result !== value.value) b.handName(value.value, result, "moved");
    // An input, a weight, what another layer is named for, or an output already: a value of its own.
    if (taken.has(result) || !b.isNode(result) || (b.nameOf(result) ?? name) !== name) result = b.identity(result, `${name}:output`);
    if (b.nameOf(result) === undefined) b.name(result, name);
    taken.add(result);
    return result;
  });
  const graph = b.build({ outputs: values });
  return {
    ...graph,
    outputs: graph.outputs.map((output, i) => {
      const { shape } = outputs[i]!.value;
      return { ...output, dtype: outputs[i]!.dtype, shape: shape?.map((size, axis) => size ?? (axis === 0 ? "batch" : null)) };
    }),
  };
}

import { differentiation, isFloat, isVitrineError, nameNodes, qualifiedOp, type Engine, type Layer, type Model } from "@vitrine/core";

/** What can be differentiated, as far as the graph tells before anything runs. */
export interface Gradients {
  /** Null where no installed plugin offers gradients; then `hint` says how to get them. */
  readonly blocks: readonly Block[] | null;
  readonly hint?: string;
  /** By which inputs the explained output has a gradient; a reason where it has none. */
  readonly inputs: readonly { readonly input: string; readonly why: string | null }[];
}

/** A node that lets no gradient through. */
interface Block {
  readonly op: string;
  readonly node: string;
  readonly why: string;
  /** The layers before it: by these nothing behind it can be differentiated. */
  readonly layers: readonly string[];
}

export function describeGradients(engine: Engine, model: Model, layers: readonly Layer[] | undefined): Gradients {
  const found = engine.find(differentiation);
  if (!found) return { blocks: null, hint: differentiation.hint, inputs: [] };
  // Where a runtime cannot run the model, no layer has a shape; the readable names stand all the same.
  const named = layers ? new Map(layers.map(({ value, name }) => [value, name])) : new Map(nameNodes(model.graph.nodes).map(({ node, name }) => [node.outputs[0]!, name]));
  return {
    blocks: found.undifferentiable(model.graph).map(({ node, why, blocked }) => ({
      op: qualifiedOp(node), node: node.name, why, layers: blocked.flatMap((value) => named.get(value) ?? (model.inputs.some(({ name }) => name === value) ? value : [])),
    })),
    inputs: model.inputs.map(({ name, dtype }) => {
      if (dtype !== undefined && !isFloat(dtype)) return { input: name, why: `it holds ${dtype}: explain what is looked up with it, its embedding` };
      try {
        found.valuesBetween(model.graph, model.output.name, [name]);
        return { input: name, why: null };
      } catch (error) {
        if (isVitrineError(error)) return { input: name, why: error.message };
        throw error;
      }
    }),
  };
}

/** So many blocks, and layers of each, are told one by one. */
const most = 6;

export function gradientText({ blocks, hint, inputs }: Gradients): string {
  if (!blocks) return `  No installed plugin offers them. ${hint ?? ""}`;
  const told = blocks.slice(0, most).map(({ op, node, why, layers }) => {
    const shown = layers.slice(-most).reverse().join(", ");
    const more = layers.length > most ? ` and ${layers.length - most} more before` : "";
    return `  ${op} (${node}) lets none through: ${why}. Behind it nothing can be differentiated by ${shown === "" ? "what lies before" : `${shown}${more}`}.`;
  });
  if (blocks.length > most) told.push(`  So do ${blocks.length - most} further nodes.`);
  if (blocks.length === 0) told.push("  Every operator that data passes lets them through.");
  return [...told, ...inputs.flatMap(({ input, why }) => (why === null ? [] : [`  By ${input}: none. ${why.charAt(0).toUpperCase()}${why.slice(1)}${why.endsWith(".") ? "" : "."}`]))].join("\n");
}

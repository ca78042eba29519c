import type { Findings, View } from "@vitrine/core";

/** A view that is drawn as itself; of somebody else's kind, its fallback. */
export function drawnAs(view: View): View {
  return "fallback" in view && typeof view.fallback === "object" && view.kind.includes("/") ? view.fallback : view;
}

/** Kinds that want the width of two cards where there is room; so does a map with its clean picture beside it. */
const wide: ReadonlySet<string> = new Set(["side-by-side", "unit-page", "matrix", "text-trace"]);
export function wantsWidth(given: View): boolean {
  const view = drawnAs(given);
  return wide.has(view.kind) || ((view.kind === "heatmap" || view.kind === "label-map") && view.over !== undefined);
}

/** Kinds that are words: written as HTML, so that they are read, searched and wrapped as words are. */
const words: ReadonlySet<string> = new Set(["table", "text", "link"]);
export const isWords = (view: View): view is Extract<View, { kind: "table" | "text" | "link" }> => words.has(view.kind);

/** Keys of the tensors that a view is drawn from, the pictures behind maps left out; each once. */
export function tensorKeys(view: View, tensors: Findings["tensors"]): string[] {
  const keys = new Set<string>();
  collect(view, keys, 0);
  return [...keys].filter((key) => Object.hasOwn(tensors, key));
}

function collect(given: View, keys: Set<string>, depth: number): void {
  const view = drawnAs(given);
  const add = (key: unknown): void => {
    if (typeof key === "string") keys.add(key);
  };
  switch (view.kind) {
    case "heatmap": case "image": case "layer-grid": case "matrix": case "label-map": case "text-trace":
      return add(view.tensor);
    case "image-grid":
      return view.items.forEach(({ tensor }) => add(tensor));
    case "histogram":
      return [view.counts, view.edges].forEach(add);
    case "curve":
      return view.series.forEach(({ x, y }) => [x, y].forEach(add));
    case "scatter":
      return [view.x, view.y].forEach(add);
    case "side-by-side": case "unit-page":
      return depth > 3 ? undefined : view.views.forEach((each) => collect(each, keys, depth + 1));
    default:
      return undefined;
  }
}

/** Whether a view can say where in the input, or what of it: not of a curve or bars with a single place. */
export function saysWhere(given: View, tensors: Findings["tensors"]): boolean {
  const view = drawnAs(given);
  if (view.kind === "bars") return view.bars.length > 1;
  if (view.kind === "curve") return view.series.some(({ y }) => (tensors[y]?.tensor.data.length ?? 0) > 1);
  return true;
}

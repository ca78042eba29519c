import { layerGridCells, showShape, toNumbers, type FindingTensor, type Tensor, type View } from "@vitrine/core";

type Tensors = Readonly<Record<string, FindingTensor>>;

/** Whom a check tells what is wrong, and where it finds tensors. */
interface Context {
  say(problem: string): void;
  /** The tensor of that name; tells where it is missing. */
  tensor(key: string): Tensor | undefined;
  inner(view: View, where: string): void;
}

/** What is wrong with a view, one sentence each. */
export function checkView(view: View, tensors: Tensors, where: string): string[] {
  const problems: string[] = [];
  const name = `${where} (${String(view.kind)})`;
  const context: Context = {
    say: (problem) => problems.push(`${name} ${problem}`),
    tensor: (key) => {
      const found = Object.hasOwn(tensors, key) ? tensors[key] : undefined;
      if (!found) problems.push(`${name} names the tensor \`${String(key)}\`, which is not among the findings (${Object.keys(tensors).join(", ") || "there are none"})`);
      return found?.tensor;
    },
    inner: (inner, place) => problems.push(...checkView(inner, tensors, `${where} › ${place}`)),
  };
  if (typeof view.title !== "string" || view.title.trim() === "") context.say("has no title");
  if ("colours" in view) checkScale(view, context);
  checkKind(view, context);
  return problems;
}

function checkScale(view: Extract<View, { colours: unknown }>, { say }: Context): void {
  if (!["magnitude", "signed", "importance", "picture"].includes(view.colours)) say(`has the unknown colours \`${String(view.colours)}\``);
  if (typeof view.unit !== "string" || view.unit.trim() === "") say("does not say the unit of its numbers");
  if (!view.range) return;
  const [low, high] = view.range;
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high)) say(`has the range ${low} to ${high}`);
  if (view.colours === "signed" && Math.abs(low + high) > 1e-6 * Math.max(Math.abs(low), Math.abs(high))) say(`diverges around zero, and its range ${low} to ${high} does not`);
}

function checkKind(view: View, context: Context): void {
  const { say, tensor, inner } = context;
  switch (view.kind) {
    case "heatmap": {
      const shape = tensor(view.tensor)?.shape;
      if (shape && shape.length !== 2 && shape.length !== 4) say(`draws a tensor of shape ${showShape(shape)}: [height, width] or [batch, channels, height, width] is expected`);
      if (shape?.length === 4 && (view.sample ?? 0) >= shape[0]!) say(`shows sample ${view.sample ?? 0} of ${shape[0]}`);
      if (view.over !== undefined) checkPicture(view.over, context);
      checkOutlines(view.outlines, context);
      return;
    }
    case "image":
      checkPicture(view.tensor, context);
      return checkOutlines(view.outlines, context);
    case "image-grid":
      if (view.items.length === 0) say("has no items");
      return view.items.forEach(({ tensor: key }) => checkPicture(key, context));
    case "layer-grid": {
      const source = tensor(view.tensor);
      if (source) complain(() => layerGridCells(source, view), say);
      if (view.over !== undefined) checkPicture(view.over, context);
      if (!(Number.isInteger(view.columns) && view.columns >= 1)) say(`has ${view.columns} columns`);
      const units = view.axes.unit === undefined ? 1 : (source?.shape[view.axes.unit] ?? 0);
      for (const { unit } of view.marked ?? []) if (!(unit >= 0 && unit < units)) say(`marks unit ${unit} of ${units}`);
      return;
    }
    case "histogram": {
      const [counts, edges] = [tensor(view.counts), tensor(view.edges)];
      if (counts && edges && (counts.shape.length !== 1 || edges.data.length !== counts.data.length + 1)) say(`has ${counts.data.length} counts and ${edges.data.length} edges: one edge more is expected`);
      if (edges && toNumbers(edges).some((edge, i, all) => i > 0 && !(edge >= all[i - 1]!))) say("has edges that do not rise");
      return checkAxisNames(view, context);
    }
    case "curve":
      if (view.series.length === 0) say("has no series");
      view.series.forEach(({ x, y, label }) => checkPair(tensor(x), tensor(y), label, say));
      return checkAxisNames(view, context);
    case "scatter": {
      const [x, y] = [tensor(view.x), tensor(view.y)];
      checkPair(x, y, view.title, say);
      if (x && view.labels && view.labels.length !== x.data.length) say(`labels ${view.labels.length} of ${x.data.length} points`);
      return checkAxisNames(view, context);
    }
    case "bars":
      if (view.bars.length === 0) say("has no bars");
      return view.bars.forEach(({ label, value }) => {
        if (typeof value !== "number") say(`has no number for \`${label}\``);
      });
    case "matrix":
      return expectShape(tensor(view.tensor), [view.rows.length, view.columns.length], "rows and columns", say);
    case "label-map": {
      const map = tensor(view.tensor);
      if (map && (map.dtype !== "int32" || map.shape.length !== 2)) say(`is drawn from ${map.dtype} ${showShape(map.shape)}: int32 [height, width] is expected`);
      const unknown = map && new Set(toNumbers(map).filter((label) => !Object.hasOwn(view.labels, label)));
      if (unknown && unknown.size > 0) say(`has no label for ${[...unknown].slice(0, 5).join(", ")}`);
      if (view.over !== undefined) checkPicture(view.over, context);
      return;
    }
    case "table":
      if (view.columns.length === 0) say("has no columns");
      return view.rows.forEach((row, i) => {
        if (row.length !== view.columns.length) say(`has ${view.columns.length} columns and ${row.length} cells in row ${i}`);
      });
    case "text-trace": {
      expectShape(tensor(view.tensor), [view.symbols.length], "symbols", say);
      if (view.next && view.next.length !== view.symbols.length) say(`has successors for ${view.next.length} of ${view.symbols.length} symbols`);
      return;
    }
    case "text":
      if (view.text.trim() === "") say("has no text");
      return;
    case "side-by-side":
    case "unit-page":
      if (view.views.length === 0) say("has nothing to show");
      return view.views.forEach((each, i) => inner(each, `${i}`));
    case "link":
      if (view.href === "" || view.text === "") say("leads nowhere, or says not where");
      return;
    default:
      if (!/^[^/]+\/[^/]+$/.test(view.kind)) say("is of no known kind; one's own is called `package/kind`");
      if (!("fallback" in view)) return say("has no fallback for whoever does not know it");
      return inner(view.fallback, "fallback");
  }
}

/** RGB or RGBA bytes. */
function checkPicture(key: string, { say, tensor }: Context): void {
  const found = tensor(key);
  const fits = found && found.dtype === "uint8" && found.shape.length === 3 && (found.shape[2] === 3 || found.shape[2] === 4);
  if (found && !fits) say(`shows \`${key}\` as a picture, and that is ${found.dtype} ${showShape(found.shape)}: uint8 [height, width, 3 or 4] is expected`);
}

function checkOutlines(outlines: readonly { readonly box: readonly number[] }[] | undefined, { say }: Context): void {
  for (const { box } of outlines ?? []) if (box.length !== 4 || box.some((n) => !Number.isFinite(n)) || !(box[2]! > 0 && box[3]! > 0)) say(`outlines the box [${box.join(", ")}]: [y, x, height, width] is expected`);
}

function checkAxisNames({ xAxis, yAxis }: { readonly xAxis: string; readonly yAxis: string }, { say }: Context): void {
  if (xAxis.trim() === "" || yAxis.trim() === "") say("does not name its axes");
}

function checkPair(x: Tensor | undefined, y: Tensor | undefined, label: string, say: Context["say"]): void {
  if (x && y && (x.shape.length !== 1 || y.shape.length !== 1 || x.data.length !== y.data.length)) say(`has ${showShape(x.shape)} and ${showShape(y.shape)} for \`${label}\`: two lists of one length are expected`);
}

function expectShape(source: Tensor | undefined, shape: readonly number[], what: string, say: Context["say"]): void {
  if (source && String(source.shape) !== String(shape)) say(`has ${showShape(shape)} ${what}, and its tensor is ${showShape(source.shape)}`);
}

function complain(work: () => unknown, say: Context["say"]): void {
  try {
    work();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

import { stringAttr } from "../../graph/attributes.js";
import type { GraphBuilder } from "../../graph/builder.js";
import { float32, int64, type Tensor } from "../../tensor/tensor.js";
import { substitute, type Lowering } from "./lowering.js";
import { joinSizes, productOf, sizesOf } from "./sizes.js";

/**
 * Einsum as transpositions, sums and matrix products: operands are contracted from left to right; what only one of them
 * has and the result lacks is summed first; a label that one operand has twice is its diagonal.
 */
export const einsum: Lowering = {
  id: "einsum",
  summary: "Einsum as transpositions, sums and matrix products",
  matches: (node) => node.op === "Einsum" && node.domain === "",
  apply: (b, node, shapes) => {
    const ranks = node.inputs.map((name) => shapes(name)?.length);
    const parsed = parseEinsum(stringAttr(node, "equation", ""), ranks);
    if (typeof parsed === "string") return parsed;
    const unequal = unequalLabel(parsed.terms, node.inputs.map(shapes));
    if (unequal !== undefined) return `the label \`${unequal}\` has different sizes`;
    if (parsed.terms.some((term, i) => new Set(term).size < term.length && !shapes(node.inputs[i]!))) return "the sizes of a diagonal are not known";

    const operands = node.inputs.map((name, i): Operand => diagonal(b, { value: name, labels: parsed.terms[i]! }, shapes(name)));
    const wanted = (after: number): Set<string> => new Set([...parsed.result, ...operands.slice(after).flatMap((operand) => operand.labels)]);
    let left = summed(b, operands[0]!, wanted(1));
    operands.slice(1).forEach((operand, i) => {
      const keep = wanted(i + 2);
      left = contracted(b, left, summed(b, operand, new Set([...keep, ...left.labels])), keep);
    });
    return substitute(b, node, [transposed(b, summed(b, left, new Set(parsed.result)), parsed.result).value]);
  },
};

interface Operand {
  readonly value: string;
  /** One per axis. */
  readonly labels: readonly string[];
}

/** The labels of every axis, with the axes that `...` stands for named `.0`, `.1`, … from the back. */
function parseEinsum(equation: string, ranks: readonly (number | undefined)[]): { terms: string[][]; result: string[] } | string {
  const [left = "", right] = equation.replaceAll(" ", "").split("->");
  const written = left.split(",");
  if (written.length !== ranks.length) return `its equation \`${equation}\` has ${written.length} terms for ${ranks.length} inputs`;
  let widest = 0;
  for (const [i, term] of written.entries()) {
    if (!term.includes("...")) continue;
    const rank = ranks[i];
    if (rank === undefined) return "the rank of an input behind `...` is not known";
    widest = Math.max(widest, rank - (term.length - 3));
  }
  const rest = (count: number): string[] => Array.from({ length: count }, (_, i) => `.${count - 1 - i}`);
  const expand = (term: string, count: number): string[] => {
    const at = term.indexOf("...");
    return at < 0 ? [...term] : [...term.slice(0, at), ...rest(count), ...term.slice(at + 3)];
  };
  const terms = written.map((term, i) => expand(term, (ranks[i] ?? 0) - (term.length - 3)));
  if (right !== undefined) return { terms, result: expand(right, widest) };
  // Without an arrow: what `...` stands for, then the labels that occur once, in alphabetical order.
  const all = terms.flat().filter((label) => !label.startsWith("."));
  return { terms, result: [...rest(widest), ...new Set(all.filter((label) => all.indexOf(label) === all.lastIndexOf(label)).sort())] };
}

/** A label whose sizes differ: only axes behind `...` are broadcast, and a product would take others for wrong ones. */
function unequalLabel(terms: readonly (readonly string[])[], shapes: readonly (readonly number[] | undefined)[]): string | undefined {
  const sizes = new Map<string, number>();
  for (const [i, term] of terms.entries()) {
    for (const [axis, label] of term.entries()) {
      const size = shapes[i]?.[axis];
      if (size === undefined || label.startsWith(".")) continue;
      if ((sizes.get(label) ?? size) !== size) return label;
      sizes.set(label, size);
    }
  }
  return undefined;
}

/** Labels that occur twice: everything off the diagonal is put to zero and summed away, which is exact. */
function diagonal(b: GraphBuilder, operand: Operand, shape: readonly number[] | undefined): Operand {
  const twice = operand.labels.findIndex((label, i) => operand.labels.indexOf(label) < i);
  if (twice < 0 || !shape) return operand;
  const first = operand.labels.indexOf(operand.labels[twice]!);
  const size = shape[first]!;
  const mask: Tensor = {
    dtype: "bool",
    shape: shape.map((_, axis) => (axis === first || axis === twice ? size : 1)),
    data: Uint8Array.from({ length: size * size }, (_, i) => (Math.floor(i / size) === i % size ? 1 : 0)),
  };
  const value = b.reduceSum(b.where(b.constant(mask, "diagonal"), operand.value, b.constant(float32([], [0]))), [twice]);
  return diagonal(b, { value, labels: operand.labels.filter((_, i) => i !== twice) }, shape.filter((_, i) => i !== twice));
}

function summed(b: GraphBuilder, operand: Operand, keep: ReadonlySet<string>): Operand {
  const axes = operand.labels.flatMap((label, axis) => (keep.has(label) ? [] : [axis]));
  return { value: b.reduceSum(operand.value, axes), labels: operand.labels.filter((label) => keep.has(label)) };
}

function transposed(b: GraphBuilder, operand: Operand, labels: readonly string[]): Operand {
  const perm = labels.map((label) => operand.labels.indexOf(label));
  return { value: perm.every((axis, i) => axis === i) ? operand.value : b.transpose(operand.value, perm), labels };
}

/** Axes in the order of `labels`; those that the operand lacks have size 1. */
function aligned(b: GraphBuilder, operand: Operand, labels: readonly string[]): Operand {
  const own = transposed(b, operand, labels.filter((label) => operand.labels.includes(label)));
  const missing = labels.flatMap((label, axis) => (operand.labels.includes(label) ? [] : [axis]));
  return { value: missing.length === 0 ? own.value : b.unsqueeze(own.value, missing), labels };
}

/** The product of two operands, with the labels that nothing needs any more summed: a batched matrix product. */
function contracted(b: GraphBuilder, left: Operand, right: Operand, keep: ReadonlySet<string>): Operand {
  const both = left.labels.filter((label) => right.labels.includes(label));
  const sum = both.filter((label) => !keep.has(label));
  const ownLeft = left.labels.filter((label) => !right.labels.includes(label) && !label.startsWith("."));
  const ownRight = right.labels.filter((label) => !left.labels.includes(label) && !label.startsWith("."));
  const spread = [...new Set([...left.labels, ...right.labels])].filter((label) => label.startsWith(".")).sort().reverse();
  const batch = [...spread, ...both.filter((label) => keep.has(label) && !label.startsWith("."))];
  if (sum.length === 0) {
    const labels = [...batch, ...ownLeft, ...ownRight];
    return { value: b.mul(aligned(b, left, labels).value, aligned(b, right, labels).value), labels };
  }
  const a = merged(b, aligned(b, left, [...batch, ...ownLeft, ...sum]), batch.length, ownLeft.length, sum.length);
  const c = merged(b, aligned(b, right, [...batch, ...sum, ...ownRight]), batch.length, sum.length, ownRight.length);
  const product = b.matMul(a.value, c.value);
  const labels = [...batch, ...ownLeft, ...ownRight];
  if (ownLeft.length === 1 && ownRight.length === 1) return { value: product, labels };
  const parts = [sizesOf(b, product, 0, batch.length), a.front, c.back].filter((part, i) => (i === 0 ? batch.length > 0 : part !== undefined));
  const shape = parts.length === 0 ? b.constant(int64([])) : joinSizes(b, parts as string[]);
  return { value: b.reshape(product, shape), labels };
}

/** The axes behind the first `batch` as a matrix: `rows` of them as its rows, `columns` as its columns. */
function merged(b: GraphBuilder, operand: Operand, batch: number, rows: number, columns: number): { value: string; front: string | undefined; back: string | undefined } {
  const front = rows === 0 ? undefined : sizesOf(b, operand.value, batch, batch + rows);
  const back = columns === 0 ? undefined : sizesOf(b, operand.value, batch + rows, batch + rows + columns);
  if (rows === 1 && columns === 1) return { value: operand.value, front, back };
  const one = (sizes: string | undefined): string => (sizes === undefined ? b.ints([1]) : productOf(b, sizes));
  const parts = [...(batch > 0 ? [sizesOf(b, operand.value, 0, batch)] : []), one(front), one(back)];
  return { value: b.reshape(operand.value, joinSizes(b, parts)), front, back };
}

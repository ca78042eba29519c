import { floatAttr, intAttr, sizeOf, stringAttr, stridesOf } from "@vitrine/core";
import { blank, fromNumbers, held, numbers, write, type Held } from "./held.js";
import { boundedSize, broadcastOffsets, broadcastShapes, broadcastStrides, offsets } from "./indexing.js";
import { input, type Call, type OperatorTable } from "./operator.js";

/** Matrices multiplied; leading axes broadcast; a vector on either side is a row or a column that disappears again. */
function matMul(a: Held, b: Held): Held {
  if (a.shape.length === 0 || b.shape.length === 0) throw new RangeError("a scalar is no matrix");
  const [left, right] = [a.shape.length === 1 ? [1, ...a.shape] : a.shape, b.shape.length === 1 ? [...b.shape, 1] : b.shape];
  const [rows, inner] = left.slice(-2) as [number, number];
  const [innerRight, columns] = right.slice(-2) as [number, number];
  if (inner !== innerRight) throw new RangeError(`[${a.shape.join(", ")}] and [${b.shape.join(", ")}] cannot be multiplied`);
  const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  const starts = (shape: readonly number[]): Int32Array => {
    const strides = stridesOf(shape).slice(0, -2);
    const repeated = broadcastStrides(shape.slice(0, -2), batch);
    const lead = batch.length - strides.length;
    return offsets(batch, batch.map((_, axis) => (repeated[axis] === 0 ? 0 : strides[axis - lead]!)));
  };
  const [startsA, startsB] = [starts(left), starts(right)];
  const shape = [...batch, ...(a.shape.length === 1 ? [] : [rows]), ...(b.shape.length === 1 ? [] : [columns])];
  const data = blank(a.dtype, shape);
  const exact = !(a.data instanceof Float64Array);
  const [xs, ys] = exact ? [a.data as unknown as number[], b.data as unknown as number[]] : [numbers(a), numbers(b)];
  for (let n = 0; n < startsA.length; n++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        // Numbers, or bigints on both sides: the operators are the same.
        let sum = (exact ? 0n : 0) as number;
        for (let k = 0; k < inner; k++) sum += xs[startsA[n]! + i * inner + k]! * ys[startsB[n]! + k * columns + j]!;
        write(data, (n * rows + i) * columns + j, sum);
      }
    }
  }
  return held(a.dtype, shape, data);
}

/** α · A′ · B′ + β · C */
function gemm(call: Call): Held {
  const transposed = (value: Held, attribute: string): Held => {
    if (value.shape.length !== 2) throw new RangeError(`[${value.shape.join(", ")}] is no matrix`);
    if (intAttr(call.node, attribute, 0) === 0) return value;
    const [rows, columns] = value.shape as [number, number];
    const from = numbers(value);
    return held(value.dtype, [columns, rows], Float64Array.from(offsets([columns, rows], [1, columns]), (at) => from[at]!));
  };
  const [alpha, beta] = [floatAttr(call.node, "alpha", 1), floatAttr(call.node, "beta", 1)];
  const product = matMul(transposed(input(call, 0), "transA"), transposed(input(call, 1), "transB"));
  const c = call.inputs[2];
  const added = c && Float64Array.from(broadcastOffsets(c.shape, product.shape), (at) => numbers(c)[at]!);
  return fromNumbers(product.dtype, product.shape, numbers(product).map((x, i) => alpha * x + (added ? beta * added[i]! : 0)));
}

/** The letters of each term; an ellipsis becomes as many capital-free placeholders as its operand has axes for. */
function einsumTerms(equation: string, shapes: readonly (readonly number[])[]): { readonly terms: string[][]; readonly output: string[] } {
  const [left = "", right] = equation.replaceAll(/\s/g, "").split("->");
  const ranks: number[] = [];
  const split = (term: string, axes: number): string[] => {
    const letters = term.replace("...", "").length;
    const hidden = Array.from({ length: Math.max(0, axes - letters) }, (_, i) => `…${axes - letters - i}`);
    const [head = "", tail = ""] = term.split("...");
    return term.includes("...") ? [...head, ...hidden, ...tail] : [...term];
  };
  const terms = left.split(",").map((term, i) => {
    const rank = shapes[i]?.length ?? 0;
    const letters = split(term, rank);
    if (letters.length !== rank) throw new RangeError(`term ${i} of ${equation} does not fit shape [${shapes[i]?.join(", ") ?? ""}]`);
    ranks.push(letters.filter((letter) => letter.startsWith("…")).length);
    return letters;
  });
  if (terms.length !== shapes.length) throw new RangeError(`${equation} names ${terms.length} operands, and ${shapes.length} are given`);
  const hidden = Math.max(0, ...ranks);
  if (right !== undefined) return { terms, output: split(right, right.replace("...", "").length + hidden) };
  const all = terms.flat();
  const once = [...new Set(all)].filter((letter) => !letter.startsWith("…") && all.indexOf(letter) === all.lastIndexOf(letter)).sort();
  return { terms, output: [...Array.from({ length: hidden }, (_, i) => `…${hidden - i}`), ...once] };
}

/** Σ over the letters that the output lacks of the product of all operands. */
function einsum(call: Call): Held {
  const operands = call.inputs.map((_, i) => input(call, i));
  const { terms, output } = einsumTerms(stringAttr(call.node, "equation", ""), operands.map(({ shape }) => shape));
  const dims = new Map<string, number>();
  terms.forEach((letters, i) => letters.forEach((letter, axis) => {
    const dim = operands[i]!.shape[axis]!;
    const known = dims.get(letter) ?? 1;
    if (known !== 1 && dim !== 1 && known !== dim) throw new RangeError(`\`${letter}\` stands for ${known} and for ${dim}`);
    dims.set(letter, Math.max(known, dim));
  }));
  const summed = [...dims.keys()].filter((letter) => !output.includes(letter));
  const shapeOf = (letters: readonly string[]): number[] => letters.map((letter) => dims.get(letter) ?? 1);
  // A letter that stands twice in a term walks its diagonal: the strides add up.
  const walk = (i: number, letters: readonly string[]): Int32Array => {
    const { shape } = operands[i]!;
    const strides = stridesOf(shape);
    return offsets(shapeOf(letters), letters.map((letter) => terms[i]!.reduce((sum, own, axis) => (own === letter && shape[axis] !== 1 ? sum + strides[axis]! : sum), 0)));
  };
  const outer = operands.map((_, i) => walk(i, output));
  const inner = operands.map((_, i) => walk(i, summed));
  const shape = shapeOf(output);
  const values = operands.map(numbers);
  const result = new Float64Array(boundedSize(shape));
  const steps = sizeOf(shapeOf(summed));
  for (let o = 0; o < result.length; o++) {
    let sum = 0;
    for (let s = 0; s < steps; s++) {
      let product = 1;
      for (let i = 0; i < values.length; i++) product *= values[i]![outer[i]![o]! + inner[i]![s]!]!;
      sum += product;
    }
    result[o] = sum;
  }
  return fromNumbers(operands[0]!.dtype, shape, result);
}

export const matMulOperators: OperatorTable = {
  MatMul: (call) => [matMul(input(call, 0), input(call, 1))],
  Gemm: (call) => [gemm(call)],
  Einsum: (call) => [einsum(call)],
};


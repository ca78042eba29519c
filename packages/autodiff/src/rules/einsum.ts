import { attr, float32, stringAttr, type GraphBuilder } from "@vitrine/core";
import { Refusal } from "../errors.js";
import { unbroadcast } from "./broadcasting.js";
import type { OperatorRule, RuleContext, RuleTable } from "./rule.js";

interface Terms {
  /** Labels of each operand's axes, those of an ellipsis as digits counted from the last. */
  readonly operands: readonly string[];
  readonly output: string;
  /** The size of each label: the largest, where an ellipsis broadcasts. */
  readonly sizes: ReadonlyMap<string, number>;
}

function termsOf(c: RuleContext): Terms {
  const equation = stringAttr(c.node, "equation", "").replaceAll(" ", "");
  const [left = "", right] = equation.split("->");
  const written = left.split(",");
  const rest = (term: string, rank: number): string => {
    const count = rank - term.replace("...", "").length;
    if (count < 0 || count > 10) throw new Refusal(`its equation \`${equation}\` does not fit its inputs`);
    return Array.from({ length: count }, (_, i) => String(count - 1 - i)).join("");
  };
  const operands = written.map((term, i) => term.replace("...", rest(term, c.xShape(i).length)));
  const letters = left.replace(/[^A-Za-z]/g, "");
  const implied = `...${[...new Set(letters)].filter((label) => letters.split(label).length === 2).sort().join("")}`;
  const output = (right ?? (left.includes("...") ? implied : implied.slice(3))).replace("...", rest(right ?? implied, c.yShape.length));
  const sizes = new Map<string, number>();
  operands.forEach((labels, i) => [...labels].forEach((label, axis) => sizes.set(label, Math.max(sizes.get(label) ?? 1, c.xShape(i)[axis]!))));
  return { operands, output, sizes };
}

/** Digits are no labels to a runtime: letters that the equation leaves free stand for them. */
function lettersFor(all: string): (labels: string) => string {
  const free = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"].filter((letter) => !all.includes(letter));
  const names = new Map([...new Set(all)].filter((label) => /\d/.test(label)).map((label, i) => [label, free[i]!]));
  return (labels) => [...labels].map((label) => names.get(label) ?? label).join("");
}

/** A value whose axes are `labels` (each once), with axes of size 1 for what it lacks, in the order of `wanted`. */
function laidOut(b: GraphBuilder, value: string, labels: string, wanted: string, sizes: ReadonlyMap<string, number>): string {
  const missing = [...wanted].flatMap((label, axis) => (labels.includes(label) ? [] : [axis]));
  const present = [...wanted].filter((label) => labels.includes(label));
  const perm = present.map((label) => labels.indexOf(label));
  const ordered = perm.every((from, to) => from === to) ? value : b.transpose(value, perm);
  return missing.length === 0 ? ordered : b.expand(b.unsqueeze(ordered, missing), [...wanted].map((label) => sizes.get(label)!));
}

/**
 * The cotangent of one operand is the product of the output's with the other operands, by the same letters. Labels that only
 * this operand has were summed: their cotangent is repeated. A label that it has twice took a diagonal: zeros beside it.
 */
function operandOf(c: RuleContext, terms: Terms, i: number): string {
  const { b } = c;
  const { operands, output, sizes } = terms;
  const mine = operands[i]!;
  const others = operands.filter((_, k) => k !== i);
  const unique = [...new Set(mine)].join("");
  const reachable = [...unique].filter((label) => output.includes(label) || others.some((other) => other.includes(label))).join("");
  const letters = lettersFor([...operands, output].join(""));
  const equation = `${[output, ...others].map(letters).join(",")}->${letters(reachable)}`;
  const product = b.op("Einsum", [c.g, ...c.node.inputs.filter((_, k) => k !== i)], { equation: attr.string(equation) });
  let value = laidOut(b, product, reachable, unique, sizes);
  if (unique.length < mine.length) value = onDiagonal(b, value, unique, mine, sizes);
  return unbroadcast(b, value, [...mine].map((label) => sizes.get(label)!), c.xShape(i));
}

/** Repeats a value along labels that occur twice, and keeps of that the diagonal only. */
function onDiagonal(b: GraphBuilder, value: string, unique: string, mine: string, sizes: ReadonlyMap<string, number>): string {
  const shape = [...mine].map((label) => sizes.get(label)!);
  const firstAxes = [...mine].map((label, axis) => (mine.indexOf(label) === axis ? sizes.get(label)! : 1));
  const order = [...mine].filter((label, axis) => mine.indexOf(label) === axis).join("");
  let result = b.expand(b.reshape(laidOut(b, value, unique, order, sizes), firstAxes), shape);
  [...mine].forEach((label, axis) => {
    const first = mine.indexOf(label);
    if (first === axis) return;
    const size = sizes.get(label)!;
    const eye = float32([size, size], Float32Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0)));
    result = b.mul(result, b.reshape(b.constant(eye, "diagonal"), shape.map((_, at) => (at === first || at === axis ? size : 1))));
  });
  return result;
}

const einsum: OperatorRule = (c) => {
  const terms = termsOf(c);
  return c.node.inputs.map((_, i) => (c.needs(i) ? operandOf(c, terms, i) : undefined));
};

export const einsumRules: RuleTable = { Einsum: einsum };

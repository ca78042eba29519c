import { brief, defineErrors, quote, showShape } from "@vitrine/core";

const some = (names: readonly string[], most = 4): string => `${names.slice(0, most).map(quote).join(", ")}${names.length > most ? ` and ${names.length - most} more` : ""}`;

/** Every message of this package. */
export const autodiffError = defineErrors({
  "operator-without-rule": (f: { op: string; node: string; why: string | undefined; of: string; blocked: readonly string[] }) => ({
    message: `No gradient passes the ${f.op} node ${quote(f.node)}${f.why === undefined ? ": there is no rule for that operator" : `: ${brief(f.why, 300)}`}. ` +
      `It stands between ${quote(f.of)} and ${some(f.blocked)}.`,
    hint: "Choose a layer behind that node, or a method that needs no gradients (occlusion).",
    kind: "unsupported",
  }),
  "shape-by-data": (f: { op: string; node: string; of: string; user: string }) => ({
    message: `The ${f.op} node ${quote(f.node)} decides by the data how many elements there are, and ${quote(f.user)} on the way to ${quote(f.of)} depends on it: its gradient has no fixed shape.`,
    hint: "Explain a value before that node (the scores of a detector before non-maximum suppression), or use occlusion.",
    kind: "unsupported",
  }),
  "gradient-nowhere": (f: { of: string; wrt: string; stops: readonly { op: string; node: string }[] }) => ({
    message: `The derivative of ${quote(f.of)} by ${quote(f.wrt)} is zero everywhere: every way between them ends at ${f.stops.slice(0, 4).map(({ op, node }) => `${op} (${quote(node)})`).join(", ")}, which is flat.`,
    hint: "Explain a value before that operator.",
    kind: "unsupported",
  }),
  "wrt-not-upstream": (f: { of: string; wrt: string }) => ({
    message: `${quote(f.of)} is not computed from ${quote(f.wrt)}, so it has no gradient there.`,
    hint: "The value to explain must lie behind the values that its gradient is taken by: choose a later layer as the target, or an earlier one to look at.",
  }),
  "wrt-none": (f: { of: string }) => ({ message: `No value was given to differentiate ${quote(f.of)} by.` }),
  "value-not-float": (f: { value: string; why: string }) => ({
    message: `${quote(f.value)} has no gradient: ${f.why}.`,
    hint: f.why.startsWith("it is quantised")
      ? "Look at the input, or at a value that is dequantised: behind DequantizeLinear."
      : "Gradients exist by floating-point values only. Of a model of tokens, explain what its embedding makes of them: the output of the Gather node that looks them up.",
    kind: "unsupported",
  }),
  "seed-shape": (f: { seed: string; shape: readonly number[]; of: string; expected: readonly number[] }) => ({
    message: `The seed ${quote(f.seed)} has the shape ${showShape(f.shape)}; ${quote(f.of)}, which it is the cotangent of, has ${showShape(f.expected)}.`,
    hint: "A seed has one number for every element of what is explained.",
  }),
  "shape-not-observed": (f: { value: string }) => ({
    message: `The shape of ${quote(f.value)} was not given.`,
    hint: "Ask `valuesBetween` which shapes are needed, and observe them with `model.shapes`.",
    kind: "internal",
  }),
  "rule-shape": (f: { rule: string; node: string; given: number; expected: number }) => ({
    message: `The backward rule ${quote(f.rule)} returned ${f.given} cotangents for the node ${quote(f.node)}, which has ${f.expected} inputs.`,
    hint: "Return one per input, undefined where there is none.",
  }),
});

/** A rule's own reason for refusing a node; the engine makes the error of it. */
export class Refusal extends Error {}

import { defineErrors, quote } from "@vitrine/core";

/** Every message of this package. */
export const testingError = defineErrors({
  "reference-opset": (f: { opset: number; expected: number }) => ({
    message: `The reference runtime executes opset ${f.expected}, and this graph is written in opset ${f.opset}.`,
    hint: "Read the model through a format, which upgrades it, or build the graph with GraphBuilder.",
    kind: "unsupported",
  }),
  "reference-failed": (f: { op: string; node: string; why: string }) => ({
    message: `The reference runtime cannot execute the ${f.op} node ${quote(f.node)}: ${f.why}.`,
  }),
  "graph-copied": (f: { name: string }) => ({
    message: `${quote(f.name)} looks like a graph in memory, and holds none.`,
    hint: "Give the source that graphSource made itself: its bytes are a name only, and a copy of them leads nowhere.",
  }),
  "graph-sibling": (f: { path: string; name: string }) => ({ message: `The graph ${quote(f.name)} lies in memory, and has no file ${quote(f.path)} beside it.` }),
  "not-close": (f: { what: string; error: number; limit: number; detail: string }) => ({
    message: `${f.what} differs by a relative L2 error of ${f.error.toExponential(2)}, and ${f.limit.toExponential(2)} is allowed: ${f.detail}.`,
    kind: "internal",
  }),
  "violated": (f: { rule: string; why: string }) => ({ message: `${f.rule}: ${f.why}.`, kind: "internal" }),
});

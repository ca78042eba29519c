import { dtypes, sizeOf, type Findings, type FindingTensor } from "@vitrine/core";
import { checkView } from "./check-view.js";

/**
 * What is wrong with findings, one sentence each; empty where nothing is. They have to be plain data that survives a worker,
 * a socket and a disk, every tensor has to say what it means, and every view has to name tensors that are there and fit it.
 */
export function checkFindings(findings: Findings): string[] {
  const problems: string[] = [];
  for (const [key, found] of Object.entries(findings.tensors)) problems.push(...checkTensor(key, found));
  for (const [key, fact] of Object.entries(findings.facts)) {
    const problem = checkPlain(fact);
    if (problem !== undefined) problems.push(`the fact \`${key}\` ${problem}`);
  }
  findings.views.forEach((view, i) => problems.push(...checkView(view, findings.tensors, `view ${i}`)));
  for (const notice of findings.notices ?? []) if (typeof notice !== "string" || notice.trim() === "") problems.push("a notice is empty");
  try {
    structuredClone(findings);
  } catch (error) {
    problems.push(`it cannot be cloned, as workers do: ${error instanceof Error ? error.message : String(error)}`);
  }
  return problems;
}

function checkTensor(key: string, { tensor, meaning, axes }: FindingTensor): string[] {
  const name = `the tensor \`${key}\``;
  const problems: string[] = [];
  if (key.trim() === "") problems.push("a tensor has no name");
  if (typeof meaning !== "string" || meaning.trim() === "") problems.push(`${name} does not say what it means`);
  if ("read" in tensor) return [...problems, `${name} lies on a device: findings are on the host`];
  if (!dtypes.includes(tensor.dtype)) problems.push(`${name} is of the unknown type \`${String(tensor.dtype)}\``);
  if (tensor.shape.some((dim) => !Number.isInteger(dim) || dim < 0) || sizeOf(tensor.shape) !== tensor.data.length) {
    problems.push(`${name} holds ${tensor.data.length} elements in shape [${tensor.shape.join(", ")}]`);
  }
  if (axes && axes.length !== tensor.shape.length) problems.push(`${name} has ${tensor.shape.length} axes and names ${axes.length}: ${axes.join(", ")}`);
  return problems;
}

/** Numbers (finite: JSON has no others), texts, truth values, null, and lists and records of them. */
function checkPlain(fact: unknown): string | undefined {
  if (fact === null || typeof fact === "string" || typeof fact === "boolean") return undefined;
  if (typeof fact === "number") return Number.isFinite(fact) ? undefined : `is ${fact}, which JSON cannot hold`;
  if (Array.isArray(fact)) return fact.map(checkPlain).find((problem) => problem !== undefined);
  if (typeof fact !== "object") return `is a ${typeof fact}`;
  const prototype: unknown = Object.getPrototypeOf(fact);
  if (prototype !== Object.prototype && prototype !== null) return "is no plain object";
  return Object.entries(fact).map(([key, value]) => { const problem = checkPlain(value); return problem === undefined ? undefined : `at \`${key}\` ${problem}`; }).find((problem) => problem !== undefined);
}

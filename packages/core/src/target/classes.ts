import { coreError } from "../errors/catalogue.js";

/** The index of the class that a person calls `label`: the whole label, or one of its comma-separated names, case ignored. @throws `class-unknown`, `class-ambiguous` */
export function classIndex(labels: readonly string[], label: string): number {
  const wanted = normal(label);
  const whole = labels.findIndex((candidate) => normal(candidate) === wanted);
  if (whole >= 0) return whole;
  const named = labels.flatMap((candidate, index) => (candidate.split(",").some((name) => normal(name) === wanted) ? [index] : []));
  if (named.length === 1) return named[0]!;
  if (named.length > 1) throw coreError("class-ambiguous", { label, matches: named.map((index) => labels[index]!) });
  throw coreError("class-unknown", { label, known: labels.flatMap((candidate) => candidate.split(",").map((name) => name.trim())) });
}

const normal = (text: string): string => text.trim().toLowerCase().replace(/[_\s]+/g, " ");

/** What a character is called that cannot be seen: labels of a network that writes text are single characters. */
const unseen: Readonly<Record<string, string>> = { " ": "space", "\n": "new line", "\r": "carriage return", "\r\n": "new line", "\t": "tab" };

/** "golden retriever" for captions: a label's first name; "class 207" where labels are not known. */
export function className(labels: readonly string[], index: number): string {
  const label = labels[index] ?? "";
  const first = label.split(",")[0]!.trim();
  return first || label.trim() || (unseen[label] ?? `class ${index}`);
}

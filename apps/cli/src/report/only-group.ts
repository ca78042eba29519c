import type { Report } from "@vitrine/core";

/** A report of one group of its views, and the tensors that they draw; what it says in a sentence is of all of them. */
export function onlyGroup(report: Report, group: string): Report {
  const views = report.views.filter((view) => view.group === group);
  const named = new Set<string>();
  collect(views, named);
  const { summary: _, ...facts } = report.facts;
  return { ...report, views, facts, tensors: Object.fromEntries(Object.entries(report.tensors).filter(([key]) => named.has(key))) };
}

/** Every text in a view: a view names its tensors by their keys. */
function collect(value: unknown, into: Set<string>): void {
  if (typeof value === "string") into.add(value);
  else if (Array.isArray(value)) for (const item of value) collect(item, into);
  else if (typeof value === "object" && value !== null) for (const item of Object.values(value)) collect(item, into);
}

import { countOf, type TableView, type TextView, type View } from "@vitrine/core";
import { lookedFor, type FindingName, type Noticed } from "./noticed.js";
import { list } from "./words.js";

const order: readonly FindingName[] = ["no numbers", "dead filters", "duplicate filters", "noisy filters", "missing middle frequencies", "aliasing"];
const mostSaid = 3;
const mostInSentence = 2;
const mostRows = 60;

/** The findings by name, those with the most filters first. */
export function byFinding(noticed: readonly Noticed[]): Noticed[] {
  return [...noticed].sort((a, b) => order.indexOf(a.finding) - order.indexOf(b.finding) || b.filters.length - a.filters.length);
}

/** What was noticed, the gravest in full and the rest counted: for who reads one paragraph. */
export function noticedSentence(noticed: readonly Noticed[], banks: number): string {
  if (noticed.length === 0) return nothing(banks);
  const sorted = byFinding(noticed);
  const rest = sorted.length - mostInSentence;
  return [...sorted.slice(0, mostInSentence).map(({ says }) => says), ...(rest > 0 ? [`${countOf(rest, "thing")} more ${rest === 1 ? "was" : "were"} noticed in the weights.`] : [])].join(" ");
}
const nothing = (banks: number): string => `In ${countOf(banks, "block")} of weights nothing stands out.`;

/** What was noticed in words, and a table with the evidence; that nothing was noticed is said too. */
export function noticedViews(noticed: readonly Noticed[], banks: number, similar: number): View[] {
  const group = "What was noticed";
  const searched = `Looked for: ${lookedFor(similar).join("; ")}.`;
  const sorted = byFinding(noticed);
  const sentences = order.flatMap((finding) => {
    const found = sorted.filter((one) => one.finding === finding);
    const said = found.slice(0, mostSaid).map((one) => one.says);
    return found.length > mostSaid ? [...said, `${capital(finding)} in ${countOf(found.length - mostSaid, "more layer")} too.`] : said;
  });
  const text: TextView = {
    kind: "text", group, title: sorted.length === 0 ? "Nothing was noticed" : "What was noticed",
    text: sorted.length === 0 ? `${nothing(banks)} ${searched}` : sentences.join("\n"),
    caption: sorted.length === 0 ? "A network may be bad in ways that its weights do not show." : searched,
  };
  if (sorted.length === 0) return [text];
  const table: TableView = {
    kind: "table", group, title: "What that rests on",
    columns: [{ title: "noticed" }, { title: "weights" }, { title: "filters", numeric: true, digits: 0 }, { title: "which" }, { title: "numbers" }],
    rows: sorted.slice(0, mostRows).map((one) => [one.finding, one.parameter, one.filters.length === 0 ? null : one.filters.length, list(one.filters, 6), numbersOf(one)]),
    ...(sorted.length > mostRows && { caption: `The first ${mostRows} of ${sorted.length}; all are in the findings.` }),
  };
  return [text, table];
}

const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1);

/** The plain numbers of the evidence, as text. */
function numbersOf({ evidence }: Noticed): string {
  return Object.entries(evidence)
    .flatMap(([name, value]) => (typeof value === "number" ? [`${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ${Number(value.toPrecision(3))}`] : []))
    .join(", ");
}

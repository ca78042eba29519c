import type { VNode } from "preact";
import type { Citation } from "@vitrine/core";
import { cleanLine, safeHref, showCount, showNumber } from "@vitrine/render";
import type { LeftOut } from "../document.js";
import type { PlannedEntry, PlannedFigure, PlannedSection } from "../figures/plan.js";
import { Figure, isSpread } from "./figure.js";
import { Code, Name, Prose } from "./text.js";

/** Figures of an open entry that are seen at once; the rest is folded. */
const seenAtOnce = 6;
/** More that was left out is folded, under its names. */
const fewLeftOut = 3;

const seconds = (value: number): string => (value < 0.1 ? "< 0.1 s" : `${showNumber(value, value < 10 ? 2 : 3)} s`);

function Source({ citation: { authors, year, title, where } }: { readonly citation: Citation }): VNode {
  const address = /^https?:/u.test(where) ? where : /^(?:arXiv:)?\d{4}\.\d{4,5}$/u.test(where) ? `https://arxiv.org/abs/${where.replace(/^arXiv:/u, "")}` : /^(?:doi:)?10\.\S+$/u.test(where) ? `https://doi.org/${where.replace(/^doi:/u, "")}` : undefined;
  const href = address === undefined ? undefined : safeHref(address);
  return <li><Prose text={`${authors} (${year}), ${title}`} />, {href === undefined ? <Name text={where} /> : <a href={href} rel="noreferrer noopener"><Name text={where} /></a>}</li>;
}

/** Cards side by side on the widest page. */
const columns = 3;

/** Which figures have a row to themselves: those of two columns after which no single one stands. */
function ownRows(figures: readonly PlannedFigure[]): readonly boolean[] {
  let column = 0;
  return figures.map((figure, i) => {
    const width = isSpread(figure) ? 2 : 1;
    if (column + width > columns) column = 0;
    const next = figures[i + 1];
    const alone = width === 2 && column === 0 && (next === undefined || isSpread(next));
    column = alone ? 0 : (column + width) % columns;
    return alone;
  });
}

function Cards({ figures, under }: { readonly figures: readonly PlannedFigure[]; readonly under: "entry" | "group" }): VNode {
  const rows = ownRows(figures);
  return <div class="cards">{figures.map((figure, i) => <Figure figure={figure} under={under} row={rows[i]!} />)}</div>;
}

/** Figures in cards, under a heading for each group where there are several. */
function Figures({ figures, grouped }: { readonly figures: readonly PlannedFigure[]; readonly grouped: boolean }): VNode {
  if (!grouped) return <Cards figures={figures} under="entry" />;
  const groups = [...new Set(figures.map(({ drawn: { group } }) => group))];
  return (
    <>
      {groups.map((group) => {
        const own = figures.filter(({ drawn }) => drawn.group === group);
        // A title that says the same is heading enough.
        const headed = group !== undefined && group !== "" && own[0]?.drawn.title !== cleanLine(group);
        return <div class="group">{headed && <h4><Name text={group} width={600} /></h4>}<Cards figures={own} under={headed ? "group" : "entry"} /></div>;
      })}
    </>
  );
}

function EntryBody({ entry, figures, yielded, open }: PlannedEntry & { readonly open: boolean }): VNode {
  const first = open && figures.length > seenAtOnce + 1 ? figures.slice(0, seenAtOnce) : figures;
  const rest = figures.slice(first.length);
  const grouped = new Set(figures.map(({ drawn }) => drawn.group)).size > 1;
  const { summary } = entry.report.facts;
  // Where it is the caption of a picture it is not said twice.
  const said = typeof summary === "string" && first.some(({ drawn }) => drawn.view.caption === summary);
  return (
    <>
      <p class="lead"><Prose text={entry.summary} /></p>
      {typeof summary === "string" && !said && <p class="found"><Prose text={summary} /></p>}
      {(entry.report.notices ?? []).map((notice) => <p class="notice"><Prose text={notice} /></p>)}
      <Figures figures={first} grouped={grouped} />
      {rest.length > 0 && <details class="more"><summary>{showCount(rest.length)} more figures of “<Name text={entry.title} />”</summary><Figures figures={rest} grouped={grouped} /></details>}
      {yielded.length > 0 && (
        <details class="more">
          <summary>{showCount(yielded.length)} figures that show nearly the same as others</summary>
          <p class="found">There is no room for them on this page. The layer behind each is drawn:</p>
          <ul class="yielded">{yielded.map(({ title, nearly }) => <li><Name text={title} />: see <Name text={nearly} /></li>)}</ul>
          <Code text={entry.command} label={`the command that draws all figures of ${entry.title.slice(0, 80)}`} />
        </details>
      )}
      <footer class="made">
        <p>Took {seconds(entry.seconds)}.{entry.report.target !== undefined && <> Target: <Name text={typeof entry.report.target === "string" ? entry.report.target : entry.report.target.slice(0, 4).join(", ")} />.</>}</p>
        {entry.citations.length > 0 && <ul>{entry.citations.map((citation) => <Source citation={citation} />)}</ul>}
      </footer>
    </>
  );
}

function EntryPart(planned: PlannedEntry): VNode {
  const { entry } = planned;
  if (entry.open) return <article class="entry"><h3><Name text={entry.title} width={600} /></h3><EntryBody {...planned} open /></article>;
  return (
    <details class="entry more">
      <summary><h3><Name text={entry.title} width={600} /></h3> <span class="hint"><Prose text={entry.summary} /></span></summary>
      <EntryBody {...planned} open={false} />
    </details>
  );
}

function LeftOutPart({ leftOut }: { readonly leftOut: readonly LeftOut[] }): VNode {
  const list = <ul>{leftOut.map(({ title, why, command }) => <li><p><strong><Name text={title} /></strong>: <Prose text={why} /></p><Code text={command} label={`the command for ${title.slice(0, 80)}`} /></li>)}</ul>;
  if (leftOut.length <= fewLeftOut) return <div class="left-out"><h3>Left out</h3>{list}</div>;
  return <details class="more left-out"><summary><h3>Left out: {showCount(leftOut.length)}</h3> <span class="hint"><Prose text={leftOut.map(({ title }) => title).join(", ")} /></span></summary>{list}</details>;
}

/** A question, what answers it, and what was left out. */
export function SectionPart({ section, entries }: PlannedSection): VNode {
  return (
    <section class="question" id={section.id} aria-labelledby={`${section.id}-h`}>
      <h2 id={`${section.id}-h`}>{section.question}</h2>
      {entries.map((planned) => <EntryPart {...planned} />)}
      {section.leftOut.length > 0 && <LeftOutPart leftOut={section.leftOut} />}
    </section>
  );
}

import type { VNode } from "preact";
import { percentOf } from "@vitrine/core";
import { cleanLine, showCount, showNumber } from "@vitrine/render";
import type { PagePlan } from "../figures/plan.js";
import type { Answer, ReportDocument } from "../document.js";
import { glanceClass } from "../style/glance.js";
import { Drawing, Exhibit } from "./figure.js";
import { Name, Prose } from "./text.js";

const scoreText = (score: number, { unit }: Extract<Answer, { kind: "classes" }>): string => (unit === "probability" ? percentOf(score) : showNumber(score));

/** The page's answer, as its title. */
export function Headline({ document: { model, answer, input } }: { readonly document: ReportDocument }): VNode {
  const who = <Name text={model.file} width={420} />;
  if (answer?.kind === "classes" && answer.top[0]) return <h1>{who} says <em><Name text={answer.top[0].label} width={360} /></em> ({scoreText(answer.top[0].score, answer)})</h1>;
  if (answer?.kind === "value") return <h1>{who} says {showNumber(answer.value)} <em><Name text={answer.label} width={360} /></em></h1>;
  return <h1>{input ? <>What {who} does with <Name text={input.label} width={300} /></> : <>Inside {who}</>}</h1>;
}

/** The headline as plain text, for the window's title. */
export function headlineText({ model, answer, input }: ReportDocument): string {
  const cut = (text: string): string => cleanLine(text).slice(0, 80);
  const top = answer?.kind === "classes" ? answer.top[0] : undefined;
  if (top) return `${cut(model.file)} says ${cut(top.label)}`;
  return input ? `${cut(model.file)} on ${cut(input.label)}` : cut(model.file);
}

/** What it says, as bars. */
function Top({ answer }: { readonly answer: Answer }): VNode {
  if (answer.kind === "value") return <p class="value"><Name text={answer.label} />: <strong>{showNumber(answer.value)}</strong></p>;
  const most = answer.unit === "probability" ? 1 : Math.max(...answer.top.map(({ score }) => score), 1e-12);
  return (
    <ol class="top">
      {answer.top.map(({ label, score, index }, i) => (
        <li class={i === 0 ? "first" : undefined}>
          <span class="label"><Name text={label || `class ${index}`} width={200} /></span>
          <span class="score">{scoreText(score, answer)}</span>
          <svg class="bar" viewBox="0 0 100 1" width="100" height="1" preserveAspectRatio="none" aria-hidden="true"><rect class="ground" width="100" height="1" /><rect class="part" width={Math.round(1000 * Math.min(Math.max(score / most, 0), 1)) / 10 || 0} height="1" /></svg>
        </li>
      ))}
    </ol>
  );
}

/** What the entries noticed, in plain words, each said once: the summaries of those that are open, then what a reader must know. */
function noticed({ sections }: ReportDocument): string[] {
  const entries = sections.flatMap((section) => section.entries);
  const summaries = entries.filter(({ open }) => open).flatMap(({ report: { facts } }) => (typeof facts["summary"] === "string" ? [facts["summary"]] : []));
  const notices = entries.flatMap(({ report }) => report.notices ?? []);
  return [...new Set([...summaries, ...notices])];
}

const mostNoticed = 6;

function Noticed({ all }: { readonly all: readonly string[] }): VNode {
  if (all.length === 0) return <p>Nothing unusual.</p>;
  return (
    <>
      <ul class="noticed">{all.slice(0, mostNoticed).map((each) => <li><Prose text={each} /></li>)}</ul>
      {all.length > mostNoticed && <details class="more"><summary>{showCount(all.length - mostNoticed)} more</summary><ul class="noticed">{all.slice(mostNoticed).map((each) => <li><Prose text={each} /></li>)}</ul></details>}
    </>
  );
}

/** Whether the input can be shown: else its name is all there is. */
export const isShown = ({ document: { input }, picture }: PagePlan): boolean => picture !== undefined || input?.text !== undefined;

/** The first screen: the picture, what the model says of it, where it looked, what was noticed. */
export function Glance({ plan }: { readonly plan: PagePlan }): VNode {
  const { document, picture, looked, lookedTitle } = plan;
  const { input, answer, model } = document;
  const hasPicture = isShown(plan);
  const caption = looked?.drawn.view.caption;
  // What stands under the map is not said twice.
  const all = [...noticed(document), ...model.notices].filter((each) => !caption?.startsWith(each));
  return (
    <div class={`glance ${glanceClass({ picture: hasPicture, looked: looked !== undefined, says: answer !== undefined })}`}>
      {hasPicture && (
        <section class="card g-picture" aria-labelledby="g-input">
          <h2 id="g-input">{picture !== undefined ? "The picture" : "The input"}</h2>
          {picture !== undefined && <Drawing class="narrow" svg={picture} />}
          {input?.text !== undefined && <blockquote><Prose text={input.text} /></blockquote>}
          {input && <p class="source"><Name text={input.label} />{input.count !== undefined && input.count > 1 && `, the first of ${showCount(input.count)}`}</p>}
        </section>
      )}
      {answer && <section class="card g-says" aria-labelledby="g-says"><h2 id="g-says">What it says</h2><Top answer={answer} /></section>}
      {looked && (
        <section class="card g-looked" aria-labelledby="g-looked" id={looked.drawn.id} data-figure="">
          <h2 id="g-looked"><Prose text={lookedTitle ?? "Where it looked"} /></h2>
          <Exhibit figure={looked} />
          {looked.drawn.notices.map((notice) => <p class="notice"><Prose text={notice} /></p>)}
          {caption !== undefined && <p class="caption"><Prose text={caption} /></p>}
        </section>
      )}
      <section class="card g-noticed" aria-labelledby="g-noticed"><h2 id="g-noticed">What was noticed</h2><Noticed all={all} /></section>
    </div>
  );
}

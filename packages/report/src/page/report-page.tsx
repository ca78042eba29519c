import type { VNode } from "preact";
import { showShape } from "@vitrine/core";
import { darkMapMatrix, showCount, showNumber } from "@vitrine/render";
import type { ReportDocument, Section } from "../document.js";
import type { PagePlan } from "../figures/plan.js";
import { Glance, Headline, isShown } from "./glance.js";
import { SectionPart } from "./sections.js";
import { Code, Name, Prose } from "./text.js";

/** Rasters that several figures show, and the turn that a dark page gives to maps: not seen, only referred to. */
export function Definitions({ rasters }: { readonly rasters: PagePlan["rasters"] }): VNode {
  const filter = `<filter id="dark-map" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB"><feColorMatrix values="${darkMapMatrix}"/></filter>`;
  const symbols = Object.entries(rasters).map(([id, href]) => `<symbol id="${id}" viewBox="0 0 1 1" preserveAspectRatio="none"><image width="1" height="1" preserveAspectRatio="none" href="${href}"/></symbol>`).join("");
  return <svg class="definitions" width="0" height="0" aria-hidden="true" focusable="false" dangerouslySetInnerHTML={{ __html: `${filter}${symbols}` }} />;
}

const counted = (count: number, what: string): string => `${showCount(count)} ${what}${count === 1 ? "" : "s"}`;

function About({ document: { model, time, command, version }, notices }: { readonly document: ReportDocument; readonly notices: readonly string[] }): VNode {
  return (
    <section class="question about" id="about" aria-labelledby="about-h">
      <h2 id="about-h">How was this page made?</h2>
      {notices.map((notice) => <p class="notice"><Prose text={notice} /></p>)}
      <dl>
        <dt>Model</dt><dd><Name text={model.file} width={560} /></dd>
        <dt>SHA-256</dt><dd class="hash"><Prose text={model.sha256.replace(/(.{16})(?=.)/gu, "$1 ")} /></dd>
        <dt>Size</dt><dd>{counted(model.layers, "layer")}, {counted(model.parameters, "parameter")}</dd>
        {model.inputs.map(({ name, dtype, shape }) => <><dt>Input</dt><dd><Name text={name} /> <Name text={`${dtype} ${showShape(shape)}`} /></dd></>)}
        {model.preprocessing !== undefined && <><dt>Preprocessing</dt><dd><Prose text={model.preprocessing} /></dd></>}
        <dt>Runtime</dt><dd><Name text={model.runtime} /></dd>
        <dt>Time</dt><dd>{showNumber(time.spent, 2)} s{time.budget !== undefined && ` of ${showNumber(time.budget)} s`}</dd>
        <dt>Vitrine</dt><dd><Name text={version} /></dd>
      </dl>
      <h3>The command that makes this page</h3>
      <Code text={command} label="the command that makes this page" />
    </section>
  );
}

/** The questions in a word each, for the head of the page. */
const short: Readonly<Record<Section["id"], string>> = { saw: "Layers", decided: "Decision", learned: "Weights", training: "Training", trust: "Trust" };

/** The whole page between `<body>` and `</body>`, without its data. */
export function ReportPage({ plan }: { readonly plan: PagePlan }): VNode {
  const { document, rasters, notices } = plan;
  const shown = plan.sections.filter(({ section }) => section.entries.length > 0 || section.leftOut.length > 0);
  const { model } = document;
  return (
    <>
      <a class="skip" href="#main">Skip to the answer</a>
      <Definitions rasters={rasters} />
      <header class="bar-top">
        <p class="brand">Vitrine</p>
        <nav aria-label="Questions"><ul>{shown.map(({ section }) => <li><a href={`#${section.id}`}>{short[section.id]}</a></li>)}<li><a href="#about">About</a></li></ul></nav>
        <button type="button" class="script theme" data-theme-switch="">Dark</button>
      </header>
      <main id="main" tabIndex={-1}>
        <Headline document={document} />
        <p class="source">{document.input && !isShown(plan) && <>on <Name text={document.input.label} /> · </>}<Name text={model.runtime} /> · {counted(model.layers, "layer")} · {counted(model.parameters, "parameter")}</p>
        <Glance plan={plan} />
        {shown.map((planned) => <SectionPart {...planned} />)}
        <About document={document} notices={notices} />
      </main>
      <dialog class="enlarged" aria-labelledby="enlarged-h"><h2 id="enlarged-h" /><div class="stage" /><p class="read"><output /></p><p class="buttons"><button type="button" data-step="-1">Previous</button><button type="button" data-step="1">Next</button><button type="button" data-close="">Close</button></p></dialog>
      <div class="unseen" role="status" aria-live="polite" id="said" />
    </>
  );
}

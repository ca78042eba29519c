import type { VNode } from "preact";
import { isWords } from "../figures/views.js";
import { showMegabytes, type PlannedFigure } from "../figures/plan.js";
import { Code, Name, Prose } from "./text.js";
import { Words } from "./words.js";

/** A drawing as it is: ours, its texts escaped. */
export function Drawing({ svg, class: name }: { readonly svg: string; readonly class: string }): VNode {
  return <div class={name} dangerouslySetInnerHTML={{ __html: svg }} />;
}

const mostTensors = 8;

/** What a pointer or the arrow keys can find out about a figure, if its data are here. */
function reading({ drawn: { view }, maps }: PlannedFigure): "map" | "units" | undefined {
  if (view.kind === "layer-grid") return "units";
  return (view.kind === "heatmap" || view.kind === "matrix") && Object.hasOwn(maps, view.tensor) ? "map" : undefined;
}

/** The exhibit itself: words, or a drawing in one or two widths. */
export function Exhibit({ figure }: { readonly figure: PlannedFigure }): VNode {
  const { drawn: { view, title, id }, svg, wide, saved } = figure;
  if (isWords(view)) return <>{svg === undefined && <Words view={view} label={title} />}{saved !== undefined && <template dangerouslySetInnerHTML={{ __html: saved }} />}</>;
  const reads = reading(figure);
  return (
    <div class={wide === undefined ? "exhibit" : "exhibit two"}>
      {reads === "map"
        ? <div class="reads" tabIndex={0} role="group" aria-label={`Values of “${title}”: read them with the arrow keys`} aria-describedby={`${id}-r`} data-reads=""><Drawing class="narrow" svg={svg ?? ""} />{wide !== undefined && <Drawing class="wide" svg={wide} />}</div>
        : <><Drawing class="narrow" svg={svg ?? ""} />{wide !== undefined && <Drawing class="wide" svg={wide} />}</>}
      {reads !== undefined && <p class="read script"><output id={`${id}-r`}>{reads === "map" ? "Point at the map, or use the arrow keys, to read a value." : ""}</output>{reads === "units" && <button type="button" data-enlarge="">Enlarge a unit</button>}</p>}
    </div>
  );
}

/** Saving, the data, and how the figure is made again. */
function Keep({ figure: { drawn, tensors, command, code }, level }: { readonly figure: PlannedFigure; readonly level: 5 | 6 }): VNode {
  const Heading = level === 5 ? "h5" : "h6";
  const held = tensors.filter(({ id }) => id !== undefined);
  const missing = tensors.filter(({ id }) => id === undefined);
  return (
    <details class="keep">
      <summary>Save, data, how it was made<span class="unseen">: <Name text={drawn.title} /></span></summary>
      {drawn.failure === undefined && <p class="buttons script">
        <button type="button" data-save="png">Picture, PNG</button>
        <button type="button" data-save="json">Data, JSON</button>
      </p>}
      {held.length > 0 && <ul class="tensors">
        {held.slice(0, mostTensors).map(({ key, what, id }) => <li><Name text={key} width={180} /> <small>{what}</small> <button type="button" class="script" data-save="npy" data-tensor={id} data-name={key} aria-label={`Save ${key.slice(0, 80)} as .npy`}>.npy</button></li>)}
        {held.length > mostTensors && <li>and {held.length - mostTensors} more, in the JSON</li>}
      </ul>}
      {missing.length > 0 && <p>Too large for this page, written by the command below: {missing.slice(0, mostTensors).map(({ key, what, size }, i) => <>{i > 0 && ", "}<Name text={key} width={180} /> <small>({what}{Number.isFinite(size) && `, ${showMegabytes(0.75 * size)}`})</small></>)}{missing.length > mostTensors && ` and ${missing.length - mostTensors} more`}.</p>}
      <Heading class="how">On the command line</Heading>
      <Code text={command} label="the command that makes this figure" />
      <Heading class="how">In code</Heading>
      <Code text={code} label="the code that makes this figure" />
    </details>
  );
}

export interface FigureProps {
  readonly figure: PlannedFigure;
  /** Of the heading above it: its title is one deeper. */
  readonly under?: "entry" | "group";
  /** It takes a whole row, its words beside the drawing, where the page is wide enough. */
  readonly row?: boolean;
}

/** Whether a figure takes the width of two cards where there is room. */
export const isSpread = ({ wide, drawn: { view } }: PlannedFigure): boolean => wide !== undefined || view.kind === "table";

/** A view with its words, as the report and the studio show it. */
export function Figure({ figure, under = "entry", row = false }: FigureProps): VNode {
  const { drawn: { id, title, notices, remarks, view } } = figure;
  const Title = under === "entry" ? "h4" : "h5";
  return (
    <figure class={`card ${view.kind}${isSpread(figure) ? " spread" : ""}${row ? " row" : ""}`} id={id} aria-labelledby={`${id}-t`} data-figure="">
      <Title class="title" id={`${id}-t`}><Prose text={title || "Untitled"} /></Title>
      <Exhibit figure={figure} />
      <div class="aside">
        {notices.map((notice) => <p class="notice"><Prose text={notice} /></p>)}
        {remarks.map((remark) => <p class="remark"><Prose text={remark} /></p>)}
        {(view.caption !== undefined || view.source !== undefined) && (
          <figcaption>
            {view.caption !== undefined && <p class="caption"><Prose text={view.caption} /></p>}
            {view.source !== undefined && <p class="source"><Prose text={view.source} /></p>}
          </figcaption>
        )}
        <Keep figure={figure} level={under === "entry" ? 5 : 6} />
      </div>
    </figure>
  );
}

import { renderToString } from "preact-render-to-string";
import { cleanLine } from "@vitrine/render";
import { scriptJson } from "./data/embed.js";
import type { ReportDocument } from "./document.js";
import { coarse, coarser, coarsest, drawDocument, planPage, showMegabytes, type PagePlan, type PlannedFigure } from "./figures/plan.js";
import { clientScript } from "./client-script.js";
import { headlineText } from "./page/glance.js";
import { ReportPage } from "./page/report-page.js";
import { contentHash } from "./policy.js";
import { stylesheet } from "./style/stylesheet.js";

export interface RenderReportOptions {
  /** Size that the page must stay below, in bytes; what has no room is named, with the command that makes it. Default 5,000,000. */
  readonly maxBytes?: number;
}

export interface RenderedReport {
  /** One file that needs nothing else: no server, no network, no storage. */
  readonly html: string;
  /** What the page lacks, in sentences. Stands on the page as well. */
  readonly notices: readonly string[];
}

/** Bytes that a page stays below its bound; how often it is written to find out what it takes. */
const slack = 20_000;
const attempts = 4;

/** What the page's script knows of a figure. Larger views are not repeated as data. */
function figureData({ drawn, tensors, maps }: PlannedFigure): unknown {
  const { data: _, fallback: __, ...view } = drawn.view as unknown as Record<string, unknown>;
  const text = JSON.stringify(view);
  return {
    title: drawn.title,
    view: text.length <= 200_000 ? view : { kind: drawn.view.kind, title: drawn.title },
    tensors: Object.fromEntries(tensors.flatMap(({ key, id }) => (id === undefined ? [] : [[key, id]]))),
    maps,
  };
}

function pageData(plan: PagePlan): unknown {
  const figures = [...(plan.looked ? [plan.looked] : []), ...plan.sections.flatMap(({ entries }) => entries.flatMap(({ figures: each }) => each))];
  return { model: cleanLine(plan.document.model.file), figures: Object.fromEntries(figures.map((figure) => [figure.drawn.id, figureData(figure)])), tensors: plan.tensors };
}

/**
 * The page of a document: one HTML file under the policy `default-src 'none'`, which allows its own script and style by their
 * hashes and pictures from `data:` alone. Whatever stands in the document — names, labels, texts — is text on the page.
 */
export async function renderReport(document: ReportDocument, { maxBytes = 5_000_000 }: RenderReportOptions = {}): Promise<RenderedReport> {
  const named = showMegabytes(maxBytes);
  let drawn = drawDocument(document);
  const fine = planPage(drawn, { bytes: maxBytes, named });
  if (fine.missing + fine.yielded > 0) drawn = coarser(drawn, coarse);
  if (fine.missing > 0 && planPage(drawn, { bytes: maxBytes, named }).missing > 0) drawn = coarser(drawn, coarsest);
  const [script, style] = await Promise.all([contentHash(clientScript), contentHash(stylesheet)]);
  const policy = `default-src 'none'; img-src data:; script-src '${script}'; style-src '${style}'; base-uri 'none'; form-action 'none'`;
  const title = renderToString(<title>{`${headlineText(document)} · Vitrine`}</title>);
  const pageOf = (plan: PagePlan): string => `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Vitrine">
${title}
<style>${stylesheet}</style>
<script>${clientScript}</script>
</head>
<body>
${renderToString(<ReportPage plan={plan} />)}
<script type="application/json" id="data">${scriptJson(pageData(plan))}</script>
</body>
</html>
`;
  // How much its words take is known once it is written.
  let room = maxBytes;
  for (let attempt = 1; ; attempt++) {
    const plan = planPage(drawn, { bytes: Math.max(0, room), named });
    const html = pageOf(plan);
    const excess = new TextEncoder().encode(html).length - maxBytes;
    if (excess < 0 || attempt === attempts) return { html, notices: plan.notices };
    room -= excess + slack;
  }
}

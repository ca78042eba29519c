export type { Answer, Entry, InputSummary, LeftOut, ModelSummary, ReportDocument, Section } from "./document.js";
export { renderReport, type RenderedReport, type RenderReportOptions } from "./render-report.js";
export { drawDocument, planPage, type DrawnDocument, type PagePlan, type PlannedEntry, type PlannedFigure, type PlannedSection, type Room } from "./figures/plan.js";
export { type DrawnView } from "./figures/draw.js";
export { type EmbeddedTensor, type TensorPlace } from "./data/embed.js";
export { Figure } from "./page/figure.js";
export { Definitions, ReportPage } from "./page/report-page.js";
export { clientScript } from "./client-script.js";
export { stylesheet } from "./style/stylesheet.js";

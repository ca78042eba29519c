export type { Answer, Entry, InputSummary, LeftOut, ModelSummary, ReportDocument, Section } from "./document.js";

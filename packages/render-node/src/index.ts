export { drawReport, type DrawnView, type DrawReportOptions } from "./draw-report.js";
export { rasterise, type RasteriseOptions } from "./rasterise.js";

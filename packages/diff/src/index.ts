export { diffModels, type DiffOptions } from "./diff.js";
export { distance, type Distance } from "./measure.js";

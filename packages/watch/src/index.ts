export { watchTraining, type TrainingWatch, type WatchedModel, type WatchOptions } from "./watch.js";
export type { WatchReports } from "./reports.js";
export type { ModelInput, ProbeInputs, TensorLike } from "./probe.js";

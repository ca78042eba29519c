export { activation } from "./activation.js";
export { activationPlugin } from "./plugin.js";
export { captureGraph, type CaptureGraph } from "./capture.js";
export { isSilent, localisation, sparsity, type Localisation } from "./measures.js";
export { appendStatistics, type Reduction, type StatisticsNodes, type StatisticsOptions } from "./statistics-graph.js";
export { readStatistics, statisticNames, type LayerStatistics, type StatisticName } from "./statistics.js";
export { SetStatistics, setStatisticNames, type SetStatisticName } from "./set-statistics.js";
export { ActivationTraining, type TrainingOptions } from "./training.js";

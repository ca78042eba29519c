export { tfjsFormat, tfjsPlugin } from "./format.js";
export { readTfjs } from "./read.js";
export { fromArtifacts, type Artifacts } from "./artifacts.js";
export { fromLayersModel, liveNetwork, type LiveLayersModel, type LiveNetwork, type LiveState, type WeightsSnapshot } from "./live.js";

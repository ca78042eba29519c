export { tfjsFormat, tfjsPlugin } from "./format.js";
export { readTfjs } from "./read.js";
export { fromArtifacts, fromLayersModel, type Artifacts, type LiveLayersModel } from "./artifacts.js";

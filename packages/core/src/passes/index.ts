export { mapSubgraphs } from "./rewrite.js";
export { applyPasses, type Pass, type PassResult } from "./pass.js";
export { constantNodesToConstants } from "./constant-nodes.js";
export { foldConstantIf } from "./constant-if.js";
export { widenToFloat32 } from "./widen.js";
export { freeBatch, type FreedBatch } from "./free-batch.js";
export { lower, lowerings, type Lowered, type Lowering } from "./lower.js";

import type { NodeRules } from "./call.js";
import { comparingRules } from "./comparing.js";
import { creationRules } from "./creation.js";
import { maximaRules } from "./maxima.js";
import { projectionRules } from "./projection.js";
import { samplingRules } from "./sampling.js";
import { scatteringRules } from "./scattering.js";

/** What ONNX has no operator for by itself. */
export const composedRules: NodeRules = { ...creationRules, ...comparingRules, ...scatteringRules, ...maximaRules, ...samplingRules, ...projectionRules };

import { alongAxisRules } from "./along-axis.js";
import { elementwiseRules } from "./elementwise.js";
import type { FlowRules } from "./flow.js";
import { indexingRules } from "./indexing.js";
import { layoutRules } from "./layout.js";
import { matrixRules } from "./matrix.js";
import { recurrentRules } from "./recurrent.js";
import { spatialRules } from "./spatial.js";

/** How each operator of ai.onnx moves the samples. What is not listed is not understood, and keeps a batch from being freed. */
export const flowRules: FlowRules = { ...elementwiseRules, ...spatialRules, ...alongAxisRules, ...matrixRules, ...layoutRules, ...indexingRules, ...recurrentRules };

/** Operators that draw random numbers: samples that share a draw are not what they were alone. */
export const randomOps: ReadonlySet<string> = new Set(["Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"]);

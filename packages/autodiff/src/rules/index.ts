import { activationRules } from "./activation.js";
import { convolutionRules } from "./convolution.js";
import { elementwiseRules } from "./elementwise.js";
import { einsumRules } from "./einsum.js";
import { indexingRules } from "./indexing.js";
import { normalizationRules } from "./normalization.js";
import { poolingRules } from "./pooling.js";
import { productRules } from "./product.js";
import { quantizationRules } from "./quantization.js";
import { reductionRules } from "./reduction.js";
import { resizingRules } from "./resize.js";
import type { OperatorRule, RuleTable } from "./rule.js";
import { shapingRules } from "./shaping.js";
import { softmaxRules } from "./softmax.js";

const table: ReadonlyMap<string, OperatorRule> = new Map(
  ([
    activationRules, convolutionRules, einsumRules, elementwiseRules, indexingRules, normalizationRules, poolingRules, productRules, quantizationRules, reductionRules, resizingRules, shapingRules,
    softmaxRules,
  ] satisfies RuleTable[]).flatMap((each) => Object.entries(each)),
);

/** The backward pass of an operator of ai.onnx. */
export const ruleOf = (node: { readonly op: string; readonly domain: string }): OperatorRule | undefined => (node.domain === "" ? table.get(node.op) : undefined);

/** Every operator that has one. */
export const differentiableOperators: readonly string[] = [...table.keys()].sort();

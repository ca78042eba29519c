export { createDifferentiation, differentiate, differentiateGraph, valuesBetween, type OperatorRules } from "./differentiate.js";
export { findRectifiers } from "./rectifiers.js";
export { autodiffPlugin } from "./plugin.js";
export { differentiableOperators } from "./rules/index.js";
export { Refusal } from "./errors.js";
export type { Cotangents, OperatorRule, RuleContext } from "./rules/rule.js";

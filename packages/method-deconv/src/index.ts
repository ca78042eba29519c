export { deconv } from "./deconv.js";
export { filterNames, greyFilter, minMax, rawFilter, type FilterName } from "./filters.js";
export { deconvPlugin } from "./plugin.js";
export { deconvnet, guided, passingThrough, plain, ruleNames, rules, type RuleName } from "./rules.js";

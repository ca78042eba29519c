export { tfjs, tfjsPlugin, type TfjsOptions } from "./runtime.js";
export { operatorNames as tfjsOperators } from "./operators/index.js";

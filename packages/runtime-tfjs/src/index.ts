export { tfjs, tfjsPlugin, type TfjsOptions } from "./runtime.js";
export type { TfjsProgram } from "./program.js";
export { operatorNames as tfjsOperators } from "./operators/index.js";

export { inputXGradient } from "./input-x-gradient.js";
export { attributionPlugin } from "./plugin.js";
export { saliency } from "./saliency.js";

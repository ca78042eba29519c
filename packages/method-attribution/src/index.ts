export { gradCam } from "./grad-cam.js";
export { guidedGradCam } from "./guided-grad-cam.js";
export { inputXGradient } from "./input-x-gradient.js";
export { integratedGradients } from "./integrated-gradients.js";
export { attributionPlugin } from "./plugin.js";
export { saliency } from "./saliency.js";
export { smoothgrad } from "./smoothgrad.js";

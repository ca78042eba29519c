export { cpuForms } from "./cpu-forms.js";
export { onnxNode, onnxNodePlugin } from "./runtime.js";

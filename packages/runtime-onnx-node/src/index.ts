export { onnxNode, onnxNodePlugin } from "./runtime.js";

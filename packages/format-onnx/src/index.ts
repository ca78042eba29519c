export { onnxFormat, onnxPlugin } from "./format.js";
export { readOnnx } from "./read/model.js";
export { writeOnnx, type WriteOptions, type WrittenModel } from "./write/model.js";
export type { ExternalData } from "./write/external.js";

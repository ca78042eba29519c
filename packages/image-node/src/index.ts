export { imageNodePlugin } from "./plugin.js";
export { sharpCodec } from "./sharp-codec.js";

import { definePlugin } from "@vitrine/core";
import { browserCodec, hasBrowserCodec } from "./browser-codec.js";
import { imageReader } from "./reader.js";

/** Pictures as inputs; and in a browser its own codec. In Node the image-node package adds one. */
export const imagePlugin = definePlugin({
  name: "image",
  register(registry) {
    registry.inputReader(imageReader);
    if (hasBrowserCodec()) registry.imageCodec(browserCodec);
  },
});

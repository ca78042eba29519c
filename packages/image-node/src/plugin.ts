import { definePlugin } from "@vitrine/core";
import { sharpCodec } from "./sharp-codec.js";

/** Adds the codec for Node; the image package's own plugin prepares what it decodes. */
export const imageNodePlugin = definePlugin({
  name: "image-node",
  register(registry) {
    registry.imageCodec(sharpCodec);
  },
});

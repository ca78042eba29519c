import { attr, stringAttr } from "@vitrine/core";
import { withAttributes, type Rules } from "./rule.js";

const gridModes: Readonly<Record<string, string>> = { bilinear: "linear", bicubic: "cubic" };

/** Sampling at given places. */
export const samplingRules: Rules = {
  // Opset 20 renamed the modes.
  GridSample: {
    20: (node) => {
      const mode = stringAttr(node, "mode", "bilinear");
      return [withAttributes(node, { mode: attr.string(gridModes[mode] ?? mode) })];
    },
  },
  // Opset 16 gave the coordinates a mode, and another default than they had had.
  RoiAlign: { 16: (node) => [withAttributes(node, { coordinate_transformation_mode: attr.string("output_half_pixel") })] },
};

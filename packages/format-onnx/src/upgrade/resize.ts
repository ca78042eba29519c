import { attr, float32, stringAttr, toNumbers, type Node } from "@vitrine/core";
import { beside, without, withAttributes, type Rule, type Rules } from "./rule.js";

/** Upsample-7 took its scales as an attribute. */
const upsampleScales: Rule = (node, upgrading) => {
  const scales = node.attributes["scales"];
  if (scales?.type !== "floats") throw upgrading.fail(node, "it has no scales");
  const name = upgrading.constant(float32([scales.value.length], scales.value), `${node.outputs[0]}:scales`);
  return [{ ...node, inputs: [node.inputs[0]!, name], attributes: without(node.attributes, "scales") }];
};

/** Upsample-9 is Resize-10. */
const upsampleToResize: Rule = (node) => [{ ...node, op: "Resize" }];

/**
 * Resize-10 said nothing about coordinates: they were asymmetric, and the nearest pixel was the one below when enlarging
 * and the one above when shrinking (so onnxruntime has it to this day).
 */
const resizeCoordinates: Rule = (node, upgrading) => {
  const [x = "", scales = ""] = node.inputs;
  const mode = stringAttr(node, "mode", "nearest") === "bilinear" ? "linear" : stringAttr(node, "mode", "nearest");
  const base = { mode: attr.string(mode), coordinate_transformation_mode: attr.string("asymmetric") };
  const resize = (from: Node, input: string, by: string, nearest: string): Node => ({
    ...from,
    inputs: [input, "", by],
    attributes: mode === "nearest" ? { ...base, nearest_mode: attr.string(nearest) } : base,
  });
  const constant = upgrading.constantAt(scales);
  const factors = constant ? toNumbers(constant.read()) : [];
  if (!constant && mode === "nearest") upgrading.notice(node, "its scales are computed when the model runs; they are taken to enlarge, and where they shrink a pixel may differ by one.");
  const shrinks = factors.some((factor) => factor < 1);
  if (!shrinks || mode !== "nearest") return [resize(node, x, scales, "floor")];
  if (!factors.some((factor) => factor > 1)) return [resize(node, x, scales, "ceil")];
  // Enlarged along some axes, shrunk along others: one after the other.
  const part = (what: string, keep: (factor: number) => boolean): string =>
    upgrading.constant(float32([factors.length], factors.map((factor) => (keep(factor) ? factor : 1))), `${node.outputs[0]}:${what}`);
  const larger = beside(node, "enlarged", "Resize", [], upgrading);
  return [
    { ...resize(node, x, part("enlarging", (factor) => factor > 1), "floor"), name: larger.name, outputs: larger.outputs },
    resize(node, larger.outputs[0], part("shrinking", (factor) => factor < 1), "ceil"),
  ];
};

/** Resize-11 wanted empty tensors where its inputs are optional now, and had one coordinate mode that went. */
const resizeInputs: Rule = (node, upgrading) => {
  const empty = (name: string | undefined): boolean => upgrading.constantAt(name)?.shape.includes(0) ?? false;
  const inputs = node.inputs.map((name, i) => (i > 0 && empty(name) ? "" : name));
  while (inputs.at(-1) === "") inputs.pop();
  const changed = { ...node, inputs };
  if (stringAttr(node, "coordinate_transformation_mode", "half_pixel") !== "tf_half_pixel_for_nn") return [changed];
  // (x + ½) / s = half_pixel + ½, and rounding that down is rounding half_pixel with ties up.
  if (stringAttr(node, "mode", "nearest") !== "nearest" || stringAttr(node, "nearest_mode", "round_prefer_floor") !== "floor") {
    throw upgrading.fail(node, "tf_half_pixel_for_nn exists for nearest_mode floor alone");
  }
  return [withAttributes(changed, { coordinate_transformation_mode: attr.string("half_pixel"), nearest_mode: attr.string("round_prefer_ceil") })];
};

/** Upsample and Resize. */
export const resizeRules: Rules = {
  Upsample: { 9: upsampleScales, 10: upsampleToResize },
  Resize: { 11: resizeCoordinates, 13: resizeInputs },
};


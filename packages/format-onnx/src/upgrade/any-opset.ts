import { attr, onnxTypeNumber, stringAttr, type Node } from "@vitrine/core";
import { experimentalRules } from "./experimental.js";
import { withAttributes, type Rule } from "./rule.js";

/** Type names as Cast took them before opset 6; some converters went on writing them. */
const oldTypeNames: Readonly<Record<string, number>> = {
  FLOAT: 1, UINT8: 2, INT8: 3, UINT16: 4, INT16: 5, INT32: 6, INT64: 7, STRING: 8, BOOL: 9, FLOAT16: 10, DOUBLE: 11, UINT32: 12, UINT64: 13,
};

const castByName: Rule = (node, upgrading) => {
  const name = stringAttr(node, "to", "");
  const number = oldTypeNames[name.toUpperCase()] ?? (Object.hasOwn(onnxTypeNumber, name) ? onnxTypeNumber[name as keyof typeof onnxTypeNumber] : undefined);
  if (number === undefined) throw upgrading.fail(node, `"${name}" is no element type`);
  return [withAttributes(node, { to: attr.int(number) })];
};

/** Rules that hold at any opset; each takes its nodes straight to the canonical one. */
export const anyOpsetRules: Readonly<Record<string, { readonly applies: (node: Node) => boolean; readonly rule: Rule }>> = {
  Cast: { applies: (node) => node.attributes["to"]?.type === "string", rule: castByName },
  ...Object.fromEntries(Object.entries(experimentalRules).map(([op, rule]) => [op, { applies: () => true, rule }])),
};

import { showTarget } from "./parse.js";
import type { Target } from "./spec.js";

/** What a caption calls a target: "unit 17 of layer2.0.conv1". Classes are called by their labels, which a model knows. */
export function targetTitle(target: Target): string {
  switch (target.kind) {
    case "unit":
      return `unit ${target.unit} of ${target.layer}${target.position ? ` at ${target.position.join(", ")}` : ""}`;
    case "channel-max":
      return `unit ${target.unit} of ${target.layer} at its strongest`;
    case "direction":
      return `a direction of ${target.layer}`;
    case "value":
      return target.index.length === 0 ? target.name : `${target.name}[${target.index.map((i) => i ?? ":").join(", ")}]`;
    default:
      return showTarget(target);
  }
}

/** "golden retriever rather than Labrador" of two that are held against each other; else the weighted sum of all. */
export function sumTitle(terms: readonly { readonly weight: number; readonly title: string }[]): string {
  const [first, second] = terms;
  if (terms.length === 2 && first!.weight === 1 && second!.weight === -1) return `${first!.title} rather than ${second!.title}`;
  return terms.map(({ weight, title }, i) => `${i === 0 ? (weight < 0 ? "−" : "") : weight < 0 ? " − " : " + "}${Math.abs(weight) === 1 ? "" : `${Math.abs(weight)} × `}${title}`).join("");
}

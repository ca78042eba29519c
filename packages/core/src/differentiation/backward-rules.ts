import { defineCapability, type Capability } from "../method/job.js";
import type { BackwardRule, RectifierKind } from "./backward-rule.js";

/** Backward rules that a plugin offers, each known by its id: DeconvNet, guided. `ruleOf(job, "guided")` finds one. */
export const backwardRules: Capability<readonly BackwardRule[]> = defineCapability<readonly BackwardRule[]>(
  "backward-rules",
  "backward rules",
  "Install the method-deconv package and add its deconvPlugin to the engine's plugins.",
);

/** The kinds of activations that a rule is applied to, by the name of the choice: Captum changes only ReLU. */
export const rectifierChoices = ["relu", "relu,relu6", "all"] as const;
export type RectifierChoice = (typeof rectifierChoices)[number];

/** The rule where an activation is one of these kinds; the derivative at others. */
export function onRectifiers(rule: BackwardRule, on: RectifierChoice | readonly RectifierKind[]): BackwardRule {
  if (on === "all" || !rule.rectifier) return rule;
  const kinds = new Set<string>(typeof on === "string" ? on.split(",") : on);
  return { ...rule, rectifier: (site) => (kinds.has(site.rectifier.kind) ? rule.rectifier!(site) : undefined) };
}

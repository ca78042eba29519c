import type { BackwardRule } from "@vitrine/core";

/** The true gradient (Simonyan et al. 2013): a rule that changes nothing. */
export const plain: BackwardRule = { id: "plain", title: "Gradient" };

/** max(g, 0): what is positive goes on, whatever the rectifier did forward (Zeiler & Fergus 2014). */
export const deconvnet: BackwardRule = {
  id: "deconvnet",
  title: "DeconvNet",
  rectifier: ({ builder, gradient }) => builder.relu(gradient),
};

/**
 * g · [g > 0] · [x > 0] (Springenberg et al. 2015). Of a ReLU6 its saturated side is closed, too, as its derivative has it;
 * of a smooth activation the derivative scales what passes, and what is not positive is closed by the activation's own sign.
 */
export const guided: BackwardRule = {
  id: "guided",
  title: "Guided backprop",
  rectifier: ({ builder, rectifier, derivative }) => {
    const passed = builder.relu(derivative());
    if (rectifier.kind === "relu" || rectifier.kind === "relu6") return passed;
    return builder.where(builder.greater(rectifier.output, builder.scalar(0)), passed, builder.scalar(0));
  },
};

export const rules = { plain, deconvnet, guided } as const satisfies Readonly<Record<string, BackwardRule>>;
export type RuleName = keyof typeof rules;
export const ruleNames = Object.keys(rules) as RuleName[];

/** The rule, with nodes of one operator passing on to their first input what comes to their first output, unchanged: local response normalisation is so treated at times. */
export function passingThrough(rule: BackwardRule, op: string): BackwardRule {
  return {
    ...rule,
    operator: (site) => (site.node.domain === "" && site.node.op === op ? site.node.inputs.map((_, i) => (i === 0 ? site.gradients[0] : undefined)) : rule.operator?.(site)),
  };
}

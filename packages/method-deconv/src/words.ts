import type { RectifierKind } from "@vitrine/core";
import type { Place } from "./place.js";
import type { RuleName } from "./rules.js";

/** What each rule shows, and what it cannot tell. */
export const honest: Readonly<Record<RuleName, string>> = {
  plain: "The gradient: which changes of the input would raise the target at once. It says nothing about what is there in any amount, and is noisy by nature.",
  deconvnet: "What raises the target, projected back through the layers with only positive signals kept. It shows the kind of pattern and where it lies; it hardly tells one class from another, and is no measure of how much a place mattered.",
  guided: "What raises the target, kept only where the layers were active. It shows mostly what the early layers respond to: it changes little when the last layers are randomised (Adebayo et al. 2018), and so is no evidence for why this target.",
};

const kindWords: Readonly<Record<RectifierKind, string>> = {
  relu: "ReLU", relu6: "ReLU6", "leaky-relu": "LeakyReLU", prelu: "PReLU", "thresholded-relu": "thresholded ReLU", elu: "ELU", celu: "CELU", selu: "SELU", softplus: "softplus", silu: "SiLU",
  gelu: "GELU", "hard-swish": "hard swish", mish: "Mish",
};

const counted = (kinds: ReadonlyMap<RectifierKind, number>): string => [...kinds].map(([kind, count]) => `${count} × ${kindWords[kind]}`).join(", ");

/** Says where a rule was not applied to the activations on the way; undefined where it was to all, or the rule is none. */
export function ruleNotice(rule: RuleName, applied: ReadonlyMap<RectifierKind, number>, left: ReadonlyMap<RectifierKind, number>): string | undefined {
  if (rule === "plain") return undefined;
  const name = rule === "guided" ? "guided backprop" : "DeconvNet";
  if (applied.size === 0 && left.size === 0) return `There is no rectifier between the target and what is looked at: the rule of ${name} has nothing to change, and this is the plain gradient.`;
  if (applied.size === 0) return `The rule of ${name} was applied nowhere: the activations on the way are ${counted(left)}, and --rule-on leaves them out. This is the plain gradient; --rule-on all applies it.`;
  if (left.size > 0) return `The rule of ${name} was applied to ${counted(applied)}, and not to ${counted(left)}; --rule-on all applies it to both.`;
  return undefined;
}

/** Says of rectified units that are silent in their place that their projections are of nothing that they saw; undefined where none is. Where the rule makes nothing of them, the blank gradient says so itself. */
export function idleNotice(places: readonly (Place | undefined)[], scores: ArrayLike<number>, rule: RuleName): string | undefined {
  const silent = places.flatMap((place, sample) => (place?.layer.kind === "activation" && scores[sample]! <= 0 ? [{ place, sample }] : []));
  const [first] = silent;
  if (!first || rule !== "deconvnet") return undefined;
  const { layer, unit, position, strongest } = first.place;
  const where = places.length === 1 ? "" : ` on sample ${silent.map(({ sample }) => sample).join(", ")}`;
  const at = strongest ? `anywhere${where}: its projection starts at ${position.join(", ")}, the first of equal places, and` : `at ${position.join(", ")}${where}: its projection`;
  return `Unit ${unit} of ${layer.name} is not active ${at} shows what the unit would answer there, not what it saw.`;
}

/** DeconvNet takes its switches from max pooling and nothing else from the input (Springenberg et al. 2015, section 3.4). @param moves whether where it starts follows the input */
export const unconditionalNotice = (moves: boolean): string =>
  `No max pooling lies on the way, and DeconvNet takes nothing else over from the input: this picture would be the same for any other input${moves ? ", but for its place" : ""}. It shows the pattern that the target stands for; guided backprop (deconv --rule guided) shows what of it is in this input.`;

import { activationRules } from "./activation-layers.js";
import type { LayerRule } from "./call.js";
import { convRules } from "./conv.js";
import { convLstm } from "./conv-lstm.js";
import { denseRules } from "./dense.js";
import { mergeRules } from "./merge.js";
import { normRules } from "./norm.js";
import { poolRules } from "./pool.js";
import { recurrentRules } from "./recurrent.js";
import { shapingRules } from "./shaping.js";
import { spatialRules } from "./spatial.js";
import { timeDistributed } from "./time-distributed.js";

const rules: Readonly<Record<string, LayerRule>> = {
  ...convRules, ...poolRules, ...spatialRules, ...normRules, ...activationRules, ...denseRules, ...mergeRules, ...shapingRules, ...recurrentRules, ConvLSTM2D: convLstm,
  TimeDistributed: (call) => timeDistributed(call, ruleOf),
};

/** What translates a layer, by its Keras class. */
export const ruleOf = (kind: string): LayerRule | undefined => (Object.hasOwn(rules, kind) ? rules[kind] : undefined);

/** The Keras classes that are translated. */
export const knownLayers: readonly string[] = Object.keys(rules);

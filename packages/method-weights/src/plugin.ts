import { definePlugin } from "@vitrine/core";
import { weights } from "./weights.js";

/** Gives an engine the method `weights`. */
export const weightsPlugin = definePlugin({ name: "@vitrine/method-weights", register: (registry) => registry.method(weights) });

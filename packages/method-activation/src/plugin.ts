import { definePlugin } from "@vitrine/core";
import { activation } from "./activation.js";

/** Gives an engine the method `activation`. */
export const activationPlugin = definePlugin({ name: "@vitrine/method-activation", register: (registry) => registry.method(activation) });

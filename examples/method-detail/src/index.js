import { definePlugin } from "@vitrine/core";
import { detail } from "./detail.js";

export { detail };

/** Gives an engine the method `detail`: what `vitrine.config.js` lists, and `--plugin` takes. */
export default definePlugin({ name: "vitrine-method-detail", register: (registry) => registry.method(detail) });

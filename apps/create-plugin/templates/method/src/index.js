import { definePlugin } from "@vitrine/core";
import { method } from "./method.js";

export { method };

/** What `vitrine.config.js` lists. */
export default definePlugin({ name: "my-plugin", register: (registry) => registry.method(method) });

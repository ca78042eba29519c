import { definePlugin } from "@vitrine/core";
import { runtime } from "./runtime.js";

export { runtime };

/** What `vitrine.config.js` lists. */
export default definePlugin({ name: "my-plugin", register: (registry) => registry.runtime(runtime) });

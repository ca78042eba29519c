import { definePlugin } from "@vitrine/core";
import { format } from "./format.js";

export { format };

/** What `vitrine.config.js` lists. */
export default definePlugin({ name: "my-plugin", register: (registry) => registry.format(format) });

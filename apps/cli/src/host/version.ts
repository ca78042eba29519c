import { readFileSync } from "node:fs";

/** Packages are released together: this one's version is Vitrine's. */
export const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { readonly version: string };

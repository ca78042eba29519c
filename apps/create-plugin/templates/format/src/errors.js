import { defineErrors, quote } from "@vitrine/core";

/** Every message of this package. A file that cannot be read is the caller's to mend: the message names it. */
export const formatError = defineErrors({
  "my-id-invalid": (/** @type {{ file: string, why: string }} */ { file, why }) => ({
    message: `${quote(file)} is no network of layers as JSON: ${why}.`,
    hint: "README.md of my-plugin shows one.",
  }),
});

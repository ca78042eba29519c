/** The text of `src/client-script.ts`, made from `client/`. */
export function bundleClient(): Promise<string>;
/** The text of `src/client-script.ts` as it is. */
export function committed(): string;

import { readFileSync } from 'node:fs';

/** The npm scope of every package of this repository; it stands in the root package.json alone. */
export const scope = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).vitrine.scope;

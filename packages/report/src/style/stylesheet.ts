import { themeProperties } from "@vitrine/render";
import { glance } from "./glance.js";
import { layout } from "./layout.js";
import { parts } from "./parts.js";
import { print } from "./print.js";

const [light, dark] = [themeProperties("light"), themeProperties("dark")];

/** Colours by theme: the reader's own, unless the page's switch says another. */
const themes = `
:root{color-scheme:light dark;${light};--turn:none}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${dark};--turn:url(#dark-map)}}
:root[data-theme=light]{color-scheme:light}
:root[data-theme=dark]{color-scheme:dark;${dark};--turn:url(#dark-map)}
.map{filter:var(--turn)}
`;

/** Without what only people read: the page is one file, and small. */
const tight = (css: string): string => css.replace(/\s*\n\s*/gu, "").replace(/\s*([{}:;,])\s*(?=\S)/gu, (whole, sign: string) => (sign === ":" || sign === "," ? whole : sign));

/** The page's whole style. */
export const stylesheet: string = tight(themes + layout + glance + parts + print(light));

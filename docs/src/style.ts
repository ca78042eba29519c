import { corner, sizes, step, tokens, type Theme } from "@vitrine/render";

const colours = (theme: Theme): string =>
  (["page", "ink", "second", "hairline", "accent", "warning"] as const).map((name) => `--${name}: ${tokens[theme][name]};`).join(" ");

/** The look of the site, from the tokens that everything of Vitrine is drawn with. */
export function styleSheet(): string {
  return `:root { color-scheme: light dark; ${colours("light")} --step: ${step}px; }
@media (prefers-color-scheme: dark) { :root { ${colours("dark")} } }
* { box-sizing: border-box; }
html { background: var(--page); color: var(--ink); font: ${sizes.lead}px/1.55 system-ui, sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
body { margin: 0; display: grid; grid-template-columns: 248px minmax(0, 1fr); min-height: 100vh; }
header { display: none; }
nav { padding: calc(6 * var(--step)) calc(5 * var(--step)); font-size: ${sizes.text}px; position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; }
nav .name { margin: 0 0 calc(5 * var(--step)); font-size: ${sizes.title}px; font-weight: 600; }
nav .name a { color: inherit; }
nav summary { color: var(--second); cursor: pointer; padding: var(--step) 0; }
nav ul { list-style: none; margin: 0 0 calc(3 * var(--step)); padding: 0; }
nav li a { display: block; padding: var(--step) 0 var(--step) calc(4 * var(--step)); color: inherit; text-decoration: none; }
nav li a:hover { text-decoration: underline; }
a[aria-current] { color: var(--accent) !important; font-weight: 600; }
nav .name a[aria-current] { color: inherit !important; }
main { padding: calc(10 * var(--step)) calc(12 * var(--step)) calc(16 * var(--step)); border-left: 1px solid var(--hairline); }
main > * { max-width: 736px; }
h1, h2, h3 { line-height: 1.25; font-weight: 600; }
h1 { font-size: ${sizes.display}px; margin: 0 0 calc(6 * var(--step)); }
h2 { font-size: ${sizes.title}px; margin: calc(10 * var(--step)) 0 calc(3 * var(--step)); }
h3 { font-size: ${sizes.lead}px; margin: calc(7 * var(--step)) 0 calc(2 * var(--step)); }
p, ul, ol { margin: 0 0 calc(4 * var(--step)); }
li { margin-bottom: var(--step); }
a { color: var(--accent); text-underline-offset: 2px; }
a:focus-visible, summary:focus-visible, pre:focus-visible, .wide:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: ${corner}px; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: ${sizes.text}px; }
pre { border: 1px solid var(--hairline); border-radius: ${corner}px; padding: calc(3 * var(--step)) calc(4 * var(--step)); overflow-x: auto; margin: 0 0 calc(5 * var(--step)); line-height: 1.45; }
.wide { overflow-x: auto; margin: 0 0 calc(5 * var(--step)); }
table { border-collapse: collapse; font-size: ${sizes.text}px; min-width: 100%; }
th, td { text-align: left; vertical-align: top; padding: calc(2 * var(--step)) calc(4 * var(--step)) calc(2 * var(--step)) 0; border-bottom: 1px solid var(--hairline); }
th { color: var(--second); font-weight: 400; }
td:first-child { width: 30%; }
td:first-child code:first-child { white-space: nowrap; }
td code { overflow-wrap: anywhere; }
img { max-width: 100%; height: auto; border: 1px solid var(--hairline); border-radius: ${corner}px; }
blockquote { margin: 0 0 calc(5 * var(--step)); padding-left: calc(4 * var(--step)); border-left: 2px solid var(--warning); color: var(--second); }
footer { margin-top: calc(14 * var(--step)); padding-top: calc(4 * var(--step)); border-top: 1px solid var(--hairline); display: flex; justify-content: space-between; gap: calc(4 * var(--step)); flex-wrap: wrap; font-size: ${sizes.text}px; color: var(--second); }
.skip { position: absolute; left: -999px; }
.skip:focus { left: var(--step); top: var(--step); background: var(--page); z-index: 1; }
@media (max-width: 760px) {
  body { display: flex; flex-direction: column; }
  header { display: flex; justify-content: space-between; padding: calc(3 * var(--step)) calc(4 * var(--step)); border-bottom: 1px solid var(--hairline); font-weight: 600; }
  nav { order: 1; position: static; align-self: stretch; max-height: none; border-top: 1px solid var(--hairline); padding: calc(4 * var(--step)); }
  nav .name { display: none; }
  main { border-left: 0; padding: calc(6 * var(--step)) calc(4 * var(--step)) calc(12 * var(--step)); }
}
@media print { header, nav, footer, .skip { display: none; } body { display: block; } }
`;
}

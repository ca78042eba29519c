/** On paper: the light theme, everything unfolded, no controls, no figure over two pages. */
export const print = (light: string): string => `
@media print{
:root,:root[data-theme],:root:not([data-theme=light]){color-scheme:light;${light};--turn:none}
html{font-size:11pt;background:none}
main,.bar-top{max-width:none;padding:0}
nav,.skip,.script,.scripted .script,.keep,.enlarged,.read{display:none}
details::details-content{content-visibility:visible;block-size:auto;opacity:1}
summary{list-style:none}
summary::-webkit-details-marker{display:none}
.cards{grid-template-columns:repeat(2,minmax(0,1fr));gap:24px}
.scroll{background:none}
.card,.left-out li,tr,dl{break-inside:avoid}
h1,h2,h3,h4,h5{break-after:avoid}
.question{margin-top:32px}
.code pre{max-height:none}
.cut{text-decoration:none}
a{color:inherit}
}
`;

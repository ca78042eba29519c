/** What stands on the page: figures in cards, tables, code, folds. */
export const parts = `
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,342px),1fr));gap:40px 32px;align-items:start}
.card{min-width:0}
.cards .card{border-top:1px solid var(--hairline);padding-top:12px}
.card>.title{font-size:14px;line-height:20px;font-weight:600;color:var(--ink);margin-bottom:12px}
.group>h4{font-size:16px;line-height:24px}
.entry .group{margin-top:32px}
.entry .group>h4+.cards{margin-top:12px}
.entry .group>.cards{margin-top:0}
.card svg[role=img],.card .bar{display:block;max-width:100%;height:auto;overflow:visible}
.narrow svg{width:100%;max-width:400px}
.wide svg{width:100%}
.wide{display:none}
.caption{font-size:14px;line-height:20px}
.card .notice,.card .remark,figcaption,.glance .source,.glance .caption{margin-top:8px}
figcaption p+p{margin-top:4px}
@media (min-width:800px){
.spread{grid-column:span 2}
.two .narrow{display:none}
.two .wide{display:block}
}
@media (min-width:1154px){
.row{grid-column:1/-1;display:grid;grid-template-columns:repeat(3,minmax(0,1fr));grid-template-rows:auto 1fr;column-gap:32px}
.row>.title{grid-column:1/-1}
.row>:nth-child(2){grid-column:span 2}
.row>.aside>:first-child{margin-top:0}
}
.reads{position:relative;touch-action:manipulation}
.read{display:flex;gap:12px;align-items:center;justify-content:space-between;min-height:32px;margin-top:4px;font-size:12px;line-height:16px;color:var(--second);font-variant-numeric:tabular-nums}
.cell{position:absolute;pointer-events:none;outline:2px solid var(--accent);outline-offset:0;box-sizing:border-box}
.layer-grid svg[data-unit]{cursor:zoom-in}
blockquote{border-left:2px solid var(--hairline);padding-left:12px;font-size:14px;line-height:20px}
.top{list-style:none;display:grid;gap:8px;font-size:14px;line-height:20px;font-variant-numeric:tabular-nums}
.top li{display:grid;grid-template-columns:1fr auto;gap:2px 12px}
.top .first{font-weight:600}
.top .score{text-align:right}
.bar{grid-column:1/-1;width:100%!important;height:8px}
.card .bar{max-width:none;height:8px}
.ground{fill:var(--hairline)}
.part{fill:var(--neutral)}
.first .part{fill:var(--accent)}
.noticed{list-style:none;display:grid;gap:8px;font-size:14px;line-height:20px}
.noticed li{padding-left:12px;border-left:2px solid var(--hairline)}
.noticed+details{margin-top:8px;font-size:14px;line-height:20px}
.question{margin-top:64px;border-top:1px solid var(--second);padding-top:16px}
.entry{margin-top:32px}
.lead{max-width:44em;color:var(--second)}
.found{max-width:44em;margin-top:8px}
.entry>.notice{margin-top:8px;max-width:56em}
.entry .cards{margin-top:24px}
.yielded{list-style:none;columns:280px;margin:8px 0 12px;font-size:14px;line-height:20px}
.made{margin-top:24px}
.made ul{list-style:none}
summary{cursor:pointer}
summary h3{display:inline}
details.entry{margin-top:0;border-top:1px solid var(--hairline);padding:12px 0}
article.entry+details.entry,.question>details.entry:first-of-type{margin-top:32px}
.entry .more{margin-top:24px}
.entry>summary .hint{display:block;padding-left:18px}
.keep{margin-top:12px;font-size:12px;line-height:16px;color:var(--second)}
.keep>summary{width:fit-content}
.keep>*+*{margin-top:12px}
.keep .how{font-size:12px;line-height:16px;color:var(--second)}
.keep .how+.code{margin-top:4px}
.buttons{display:flex;flex-wrap:wrap;gap:8px}
.keep button,.code button{font-size:12px;line-height:16px;padding:3px 8px}
.tensors{list-style:none;display:grid;gap:4px}
.code{position:relative;max-width:100%}
.code pre{font:12px/16px ui-monospace,monospace;color:var(--ink);background:none;border:1px solid var(--hairline);border-radius:2px;padding:8px 72px 8px 8px;overflow:auto;max-height:192px;white-space:pre-wrap;overflow-wrap:anywhere}
.code button{position:absolute;top:3px;right:3px;background:var(--page)}
.scroll{overflow-x:auto;background:linear-gradient(var(--page),var(--page)) right/24px 100% no-repeat local,linear-gradient(to right,transparent,var(--hairline)) right/24px 100% no-repeat scroll}
table{border-collapse:collapse;font-size:14px;line-height:20px;font-variant-numeric:tabular-nums;width:100%}
th{font-weight:400;font-size:12px;line-height:16px;color:var(--second);text-align:left;border-bottom:1px solid var(--second);vertical-align:bottom}
th,td{padding:4px 16px 4px 0;min-width:48px}
th:last-child,td:last-child{padding-right:0}
td{border-bottom:1px solid var(--hairline);vertical-align:top}
td:not(.number),th:not(.number){overflow-wrap:break-word;min-width:96px}
.number{text-align:right;white-space:nowrap}
.prose p{font-size:14px;line-height:20px;max-width:60em}
.empty{font-size:14px;color:var(--second)}
.left-out,details.left-out{margin-top:32px;border-top:1px solid var(--hairline);padding-top:12px}
.left-out ul{list-style:none;display:grid;gap:16px;margin-top:8px;font-size:14px;line-height:20px}
.left-out .code{margin-top:4px;max-width:736px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 24px;margin-top:16px;font-size:14px;line-height:20px}
dt{color:var(--second)}
dd{margin:0;min-width:0}
.hash{font:12px/20px ui-monospace,monospace}
.about h3{margin-top:24px;margin-bottom:8px}
.about .code{max-width:736px}
.about>.notice{margin-top:8px}
.enlarged{background:var(--page);color:var(--ink);border:1px solid var(--second);border-radius:2px;padding:24px;width:min(560px,calc(100vw - 32px));max-height:calc(100vh - 32px)}
.enlarged::backdrop{background:#0008}
.enlarged h2{font-size:16px;line-height:24px;margin-bottom:12px}
.stage{position:relative}
.stage svg{display:block;width:100%;height:auto;max-height:60vh;image-rendering:pixelated}
.stage{outline:1px solid var(--hairline)}
`;

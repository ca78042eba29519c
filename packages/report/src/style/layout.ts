/** The page: its measure, its rhythm, its head. */
export const layout = `
*{box-sizing:border-box}
html{background:var(--page);color:var(--ink);font:16px/24px system-ui,sans-serif;-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:16px}
body{margin:0}
main,.bar-top{max-width:1184px;margin:0 auto;padding:0 32px}
main:focus{outline:none}
h1,h2,h3,h4,h5,h6,p,ul,ol,dl,figure,blockquote,pre{margin:0;padding:0;font:inherit}
h1{font-size:28px;line-height:36px;font-weight:600;max-width:34em;text-wrap:balance}
h1 em{font-style:normal;color:var(--accent)}
h2{font-size:20px;line-height:28px;font-weight:600}
h3{font-size:16px;line-height:24px;font-weight:600}
h4,h5{font-size:14px;line-height:20px;font-weight:600}
p,li,dd,td,th,blockquote,h1,h2,h3,h4,h5,summary{overflow-wrap:anywhere}
a{color:var(--accent);text-underline-offset:2px}
small,.source,.remark,.made,.hint{font-size:12px;line-height:16px;color:var(--second)}
.notice{font-size:14px;line-height:20px;color:var(--warning)}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.definitions{position:absolute}
.script{visibility:hidden}
.scripted .script{visibility:visible}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-999px;top:8px;z-index:2;background:var(--page);padding:4px 8px}
.skip:focus{left:32px}
.bar-top{display:flex;align-items:center;gap:24px;padding-top:16px;padding-bottom:16px;font-size:14px;line-height:20px}
.brand{font-weight:600;letter-spacing:.02em}
nav{flex:1}
nav ul{display:flex;flex-wrap:wrap;gap:4px 20px;list-style:none}
nav a{color:var(--second);text-decoration:none}
nav a:hover{color:var(--ink);text-decoration:underline}
main>.source{margin-top:4px;font-size:14px;line-height:20px}
main{padding-top:16px;padding-bottom:64px}
button{font:inherit;font-size:14px;line-height:20px;color:var(--ink);background:none;border:1px solid var(--second);border-radius:2px;padding:3px 10px;cursor:pointer}
button:hover{border-color:var(--ink)}
.theme{flex:none;min-width:64px}
.cut{cursor:help;text-decoration:underline dotted var(--second);text-underline-offset:3px}
.cut:focus{position:relative}
.cut:focus::after{content:attr(title);position:absolute;z-index:3;left:0;top:100%;width:max-content;max-width:min(320px,80vw);max-height:240px;overflow:auto;padding:8px;background:var(--page);color:var(--ink);border:1px solid var(--second);border-radius:2px;font:400 12px/16px system-ui,sans-serif;overflow-wrap:anywhere;white-space:normal}
@media (max-width:600px){
main,.bar-top{padding-left:24px;padding-right:24px}
h1{font-size:20px;line-height:28px}
.bar-top{flex-wrap:wrap;gap:8px 16px;justify-content:space-between}
nav{order:3;flex:1 0 100%}
nav ul{gap:4px 12px}
}
@media (prefers-reduced-motion:no-preference){
html{scroll-behavior:smooth}
button,a{transition:color .15s,border-color .15s}
}
`;

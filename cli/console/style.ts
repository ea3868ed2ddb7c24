/**
 * Both colour schemes have a contrast of at least 4.5:1 for text (WCAG 2.2, 1.4.3) and 3:1 for pictures
 * (1.4.11).
 */
export const style = `
:root{--text:#1b1f24;--more:#4a525c;--paper:#fff;--ground:#f3f5f7;--link:#0b5cad;--line:#c9d1d9;--bar:#2f78c4;--rest:#dde3e9;--bad:#b3261e;--good:#1a6b3c}
@media (prefers-color-scheme:dark){:root{--text:#f0f3f6;--more:#b3bcc6;--paper:#1b2027;--ground:#0f1318;--link:#8cc2ff;--line:#39424d;--bar:#5aa2ea;--rest:#2b333d;--bad:#ff9d94;--good:#7ddba4}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,sans-serif}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-999px}
.skip:focus{left:8px;top:8px;background:var(--paper);padding:8px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
form p:has(button+button){display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center}
header{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:center;padding:12px 24px;background:var(--paper);border-bottom:1px solid var(--line)}
.stack{margin:0;font-weight:600}
nav ul{display:flex;flex-wrap:wrap;gap:4px 16px;list-style:none;margin:0;padding:0}
nav a{display:inline-block;padding:4px 0}
nav a[aria-current]{color:var(--text);font-weight:600;text-decoration-thickness:2px}
header form{display:flex;gap:8px;align-items:center;margin-left:auto;min-width:0}
header input{min-width:0}
input,select,button{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--more);border-radius:6px;padding:4px 10px;min-height:32px;max-width:100%}
input[type=checkbox]{min-height:0}
button{cursor:pointer;border-color:var(--link);color:var(--link);font-weight:600}
button.destroys{border-color:var(--bad);color:var(--bad)}
main{max-width:1240px;margin:0 auto;padding:8px 24px 24px}
h1,h2,h3{overflow-wrap:anywhere}
h1{font-size:1.5rem}
h2{font-size:1.15rem;margin:24px 0 8px}
h3{font-size:1rem;margin:16px 0 4px}
section,article{min-width:0;margin-top:16px}
.bad{color:var(--bad);font-weight:600}
.bad a{color:inherit}
.good{color:var(--good);font-weight:600}
.figures{display:flex;flex-wrap:wrap;gap:12px;list-style:none;margin:0;padding:0}
.figures a{display:block;padding:12px 18px;background:var(--paper);border:1px solid var(--line);border-radius:8px;text-decoration:none}
.figures strong{display:block;font-size:1.6rem;color:var(--text)}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:16px;margin-top:16px}
figure{margin:0;padding:12px 16px;background:var(--paper);border:1px solid var(--line);border-radius:8px;min-width:0}
figcaption{font-weight:600}
svg{display:block;width:100%;height:auto;margin:8px 0;overflow:visible}
svg text{fill:var(--more);font-size:9px;text-anchor:middle}
svg text.start{text-anchor:start}
svg text.end{text-anchor:end}
svg text.value{fill:var(--text);font-weight:600}
.bar{fill:var(--bar)}
.bar.bad{fill:var(--bad)}
.rest{fill:var(--rest)}
.axis{stroke:var(--more)}
.column{fill:none;pointer-events:all}
.chosen{fill:var(--rest)}
svg a:hover .bar{opacity:.8}
.meter{height:10px;min-width:60px;margin:0}
.share{display:flex;gap:12px;align-items:center}
.share span{min-width:3rem}
.life{min-width:560px}
.life text{font-size:11px}
.span{fill:var(--rest);stroke:var(--more)}
.span.current{fill:none;stroke:var(--bar);stroke-width:2}
.past{fill:var(--rest)}
.danger{fill:var(--bad);opacity:.35}
.span.over{fill:none;stroke-dasharray:3 3}
.life .span~text{fill:var(--text)}
.dot{fill:var(--bar);stroke:var(--bar);stroke-width:1.5}
.dot.renewal{fill:var(--paper)}
.dot.bad{fill:var(--bad);stroke:var(--bad)}
.night{max-width:640px}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:4px 0;font-size:.85rem;color:var(--more)}
.legend svg{display:inline-block;width:10px;height:10px;margin:0 4px 0 0}
.now{stroke:var(--bad);stroke-dasharray:4 3}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;background:var(--paper)}
th,td{text-align:left;padding:6px 12px;border-bottom:1px solid var(--line);vertical-align:top;white-space:nowrap}
thead th{color:var(--more);font-size:.85rem}
tbody th{font-weight:400;white-space:normal;overflow-wrap:anywhere;min-width:6rem}
.key,code,pre,.lines li{font-family:ui-monospace,monospace;font-size:.9rem}
pre{overflow:auto;background:var(--ground);padding:12px;border:1px solid var(--line);border-radius:6px}
code,dd,.lines li,article p{overflow-wrap:anywhere;white-space:pre-wrap}
dl{margin:0;background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:4px 16px}
dl div{display:grid;grid-template-columns:8rem 1fr;gap:12px;padding:6px 0;border-bottom:1px solid var(--line)}
dl div:last-child{border:0}
dt{color:var(--more)}
dd{margin:0}
.lines,.problems{padding-left:20px}
.filter{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:end}
.filter p{margin:0}
.filter label{display:block;font-size:.85rem;color:var(--more)}
.actions{display:grid;gap:12px}
.group{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:4px 16px;margin:12px 0}
.group h3{margin-top:8px}
.actions form{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center;background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:10px 16px}
.actions span{color:var(--more)}
footer{color:var(--more);font-size:.85rem;max-width:1240px;margin:0 auto;padding:0 24px 24px}
@media (max-width:600px){header,main,footer{padding-left:16px;padding-right:16px}header form{margin-left:0}dl div{grid-template-columns:1fr;gap:0}.more{display:none}th,td{padding:6px 8px}td{white-space:normal}}
`;

/**
 * The only script: it loads the overview again once the rooms are counted. Without a script there is a link
 * for that.
 */
export const script = `
const wait = () => setTimeout(async () => ((await fetch('/count')).status === 202 ? wait() : location.reload()), 2000);
if (document.querySelector('[data-counting]')) wait();
`;

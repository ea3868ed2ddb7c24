/** Both colour schemes have a contrast of at least 4.5:1 (WCAG 2.2, 1.4.3). */
export const style = `
:root{--text:#1b1f24;--more:#4a525c;--paper:#fff;--ground:#f3f5f7;--button:#0b5cad;--on:#fff;--line:#c9d1d9}
@media (prefers-color-scheme:dark){:root{--text:#f0f3f6;--more:#b3bcc6;--paper:#1b2027;--ground:#0f1318;--button:#8cc2ff;--on:#08233f;--line:#39424d}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--ground);color:var(--text);font:1.0625rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:30rem;padding:2rem;background:var(--paper);border:1px solid var(--line);border-radius:.75rem;overflow-wrap:anywhere}
h1{margin:0 0 .75rem;font-size:1.625rem;line-height:1.2}
p{margin:0 0 1rem}
main>:last-child{margin-bottom:0}
.team{display:flex;align-items:center;gap:.75rem;font-weight:600}
.team img{border-radius:.375rem}
.name,.more{color:var(--more)}
a{color:var(--button)}
.button{display:inline-block;padding:.75rem 1.25rem;border:0;border-radius:.5rem;background:var(--button);color:var(--on);font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
.button:focus-visible,a:focus-visible{outline:3px solid var(--text);outline-offset:3px}
.button[disabled]{opacity:.6;cursor:default}
@media (forced-colors:active){.button{border:2px solid}}
`.replaceAll('\n', '');

/** The page's style: the reader's own light or dark, nothing wider than the screen. */
export const STYLE = `
:root { color-scheme: light dark; --line: #d0d7de; --soft: #f6f8fa; --red: #b3181f; --amber: #8a5a00; --green: #1a7f37; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3d444d; --soft: #1c2129; --red: #ff7b72; --amber: #e3a83b; --green: #56d364; }
  body { background: #0d1117; color: #e6edf3; }
}
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h2 { font-size: 1.25rem; } h3 { font-size: 1rem; margin: 1rem 0 .5rem; }
code, pre { font: .85em/1.45 ui-monospace, monospace; background: var(--soft); border-radius: .25rem; overflow-wrap: anywhere; }
code { padding: .1em .3em; }
pre { margin: .25rem 0; padding: .4rem .6rem; white-space: pre-wrap; border-left: 3px solid var(--line); }
pre.before { border-color: var(--red); } pre.after { border-color: var(--green); }
.danger { border: 1px solid var(--line); border-left: 5px solid var(--amber); border-radius: .4rem; padding: .5rem 1rem; margin: .75rem 0; overflow-wrap: anywhere; }
.danger.critical { border-left-color: var(--red); } .danger h3 { margin: .25rem 0; } .danger p { margin: .35rem 0; }
.critical h3 { color: var(--red); } .doubt { border-left: 5px solid var(--line); padding-left: 1rem; } .rule { border-left: 5px solid var(--red); padding-left: 1rem; }
details { border: 1px solid var(--line); border-radius: .4rem; padding: .5rem 1rem; margin: .75rem 0; }
summary { font-weight: 600; cursor: pointer; }
ul { padding-left: 1.1rem; } li { overflow-wrap: anywhere; }
li.replace > b, li.delete > b, span.replace, span.delete { color: var(--red); } li.create > b, span.create { color: var(--green); }
.label { font-size: .85rem; } .bar { display: flex; border-radius: .3rem; overflow: hidden; margin-bottom: .4rem; }
.bar span { padding: .2rem .4rem; font-size: .85rem; color: #fff; white-space: nowrap; overflow: hidden; min-width: 2px; }
.t0 { background: #0b5cad; } .t1 { background: #1a7f37; } .t2 { background: #8a5a00; } .t3 { background: #7d3aa8; } .t4 { background: #a1204d; }
.boxes { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .5rem; }
.box { border: 1px solid var(--line); border-radius: .4rem; padding: .4rem .6rem; display: grid; font-size: .85rem; overflow-wrap: anywhere; max-width: 100%; }
table { border-collapse: collapse; width: 100%; } td, th { border-bottom: 1px solid var(--line); padding: .25rem .4rem; text-align: right; overflow-wrap: anywhere; }
td:first-child { text-align: left; }
footer { color: inherit; opacity: .8; font-size: .85rem; }
`;

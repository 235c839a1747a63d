/** The page's style: the reader's own light or dark, nothing wider than the screen, no text smaller than 14 px. */
export const STYLE = `
:root { color-scheme: light dark; --back: #fff; --text: #1f2328; --dim: #57606a; --line: #d0d7de; --soft: #f6f8fa; --red: #b3181f; --amber: #8a5a00; --green: #1a7f37; }
@media (prefers-color-scheme: dark) {
  :root { --back: #0d1117; --text: #e6edf3; --dim: #a9b3be; --line: #3d444d; --soft: #1c2129; --red: #ff7b72; --amber: #e3a83b; --green: #56d364; }
}
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; background: var(--back); color: var(--text); }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h2 { font-size: 1.25rem; } h3 { font-size: 1rem; margin: 1rem 0 .5rem; } h2, p { overflow-wrap: anywhere; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; background: var(--soft); border-radius: .25rem; overflow-wrap: anywhere; }
code { padding: .1em .3em; }
pre { margin: .25rem 0; padding: .4rem .6rem; white-space: pre-wrap; border-left: 3px solid var(--line); }
pre.before { border-color: var(--red); } pre.after { border-color: var(--green); }
pre.before::before { content: "- "; } pre.after::before { content: "+ "; }
small, footer, .label { font-size: .875rem; color: var(--dim); }
.danger { border: 1px solid var(--line); border-left: 5px solid var(--amber); border-radius: .4rem; padding: .5rem 1rem; margin: .75rem 0; overflow-wrap: anywhere; }
.danger.critical { border-left-color: var(--red); } .danger h3 { margin: .25rem 0; } .danger p { margin: .35rem 0; }
.word { color: var(--back); background: var(--amber); border-radius: .25rem; padding: .1em .4em; font-size: .875rem; }
.critical .word { background: var(--red); } .critical h3 { color: var(--red); }
.doubt { border-left: 5px solid var(--line); padding-left: 1rem; } .rule { border-left: 5px solid var(--red); padding-left: 1rem; }
details { border: 1px solid var(--line); border-radius: .4rem; padding: .5rem 1rem; margin: .75rem 0; }
summary { font-weight: 600; cursor: pointer; } summary small { font-weight: 400; }
li details { border: 0; padding: 0; margin: .25rem 0; } li summary { font-weight: 400; font-size: .875rem; }
ul { padding-left: 1.1rem; } li { overflow-wrap: anywhere; }
li.replace > b, li.delete > b, span.replace, span.delete { color: var(--red); } li.create > b, span.create { color: var(--green); }
.bar { display: flex; border-radius: .3rem; overflow: hidden; margin-bottom: .4rem; min-height: 1.7rem; }
.bar span { padding: .2rem 0; text-indent: .4rem; font-size: .875rem; color: #fff; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; min-width: 2px; }
.t0 { background: #0b5cad; } .t1 { background: #1a7f37; } .t2 { background: #8a5a00; } .t3 { background: #7d3aa8; } .t4 { background: #a1204d; }
.boxes { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .5rem; }
.box { border: 1px solid var(--line); border-radius: .4rem; padding: .4rem .6rem; display: grid; font-size: .875rem; overflow-wrap: anywhere; max-width: 100%; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } td, th { border-bottom: 1px solid var(--line); padding: .25rem .4rem; text-align: right; white-space: nowrap; }
td:first-child, th:first-child { text-align: left; white-space: normal; min-width: 10rem; }
footer { margin-top: 1.5rem; }
`;

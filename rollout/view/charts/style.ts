import { TONE_STYLE, toneColours } from "./tones.ts";

/** Two sets of colours; each pair has a contrast of 4.5 or more. */
const COLOURS = {
  light: `--ground: #ffffff; --ink: #1c2024; --faint: #60646c; --rule: #d9dce1;
  --stable: #0b68cb; --candidate: #b45309; --other: #6b7280; --bad: #c62a2f; --good: #18794e; --fail: #c62a2f; --pass: #18794e; --card: #f7f8fa;
  ${toneColours("light")}`,
  dark: `--ground: #111316; --ink: #edeef0; --faint: #a0a6b0; --rule: #32363d;
  --stable: #70b8ff; --candidate: #ffa057; --other: #9aa1ac; --bad: #ff9592; --good: #3dd68c; --fail: #ff9592; --pass: #3dd68c; --card: #1a1d21;
  ${toneColours("dark")}`,
};

/** CSS: the colours of one ground, for what doesn't ask the reader's system. */
export function colourStyle(ground: keyof typeof COLOURS): string {
  return `:root { color-scheme: ${ground}; ${COLOURS[ground]} }`;
}

/** The page's style. The reader's system chooses the colours; paper has no box that scrolls. */
export const STYLE = `
:root { color-scheme: light dark; ${COLOURS.light} }
@media (prefers-color-scheme: dark) { :root { ${COLOURS.dark} } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 64rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.05rem; margin: 1.75rem 0 .25rem; }
p { margin: .25rem 0; } .faint { color: var(--faint); }
.outcome { font-weight: 600; } .outcome.good { color: var(--good); } .outcome.bad { color: var(--bad); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1rem 0; }
dl div { background: var(--card); border: 1px solid var(--rule); border-radius: 6px; padding: .5rem .75rem; }
dt { color: var(--faint); font-size: .8rem; } dd { margin: 0; font-size: 1.1rem; font-variant-numeric: tabular-nums; }
figure { margin: 0; min-height: 12rem; } .uplot { width: 100%; font: inherit; }
h1, p { overflow-wrap: anywhere; }
.u-legend { width: auto; margin: 0; text-align: left; font-size: .85rem; color: var(--faint); }
.u-legend th, .u-legend td { border: 0; padding: 0 .2rem 0 0; font-variant-numeric: tabular-nums; } .u-legend .u-series { margin-right: .8rem; }
${TONE_STYLE}
.u-hz .u-cursor-x { border-right-color: var(--ink); } .scroll { overflow-x: auto; } .wide table { min-width: 60rem; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { color: var(--faint); font-weight: 600; } td:first-child, td.time, td.meter { white-space: nowrap; font-variant-numeric: tabular-nums; }
tr.bad td { color: var(--bad); } tr.good td { color: var(--good); }
meter { width: 7rem; } @media print { .wide table { min-width: 0; } }
`;

import { chartedPage } from "../view/charts/charted-page.ts";
import { escaped } from "../view/escaped.ts";
import { SCRIPT } from "./script.ts";

/** A word that a person may give, and what it will do. */
export interface Button {
  command: string;
  /** On its button. */
  label: string;
  /** What happens when it is given. */
  will: string;
  /** Why it makes no sense now; then its button can't be pressed. */
  refused?: string;
}

/** What the page shows at one moment: HTML for each of its places, and the words. */
export interface PageParts {
  places: Record<PagePlace, string>;
  words: Button[];
}

export const PLACES = ["now", "split", "gates", "tracks", "alarms", "charts", "journal"] as const;
export type PagePlace = (typeof PLACES)[number];

const HEADS: Partial<Record<PagePlace, string>> = {
  gates: "Gates",
  alarms: "Alarms",
  journal: "Journal",
};

/** The page before it has seen anything. @param speaks whether words can be given from it */
export function shell(stack: string, speaks: boolean): string {
  const places = PLACES.map((place) => {
    const head = HEADS[place] ? `<h2>${HEADS[place]}</h2>` : "";
    return `${head}<div id="${place}"${place === "now" ? ' aria-live="polite"' : ""}></div>`;
  });
  const words = speaks
    ? `<p id="words"></p>
<dialog id="confirm" aria-labelledby="what"><form method="dialog"><p id="what"></p>
<p><button value="yes" id="yes"></button> <button value="no" autofocus>No, leave it</button></p></form></dialog>
<p id="said" role="status"></p>`
    : `<p class="faint">This page may only look.</p>`;
  return chartedPage({
    title: `Rollout of ${stack}`,
    style: OWN_STYLE,
    script: SCRIPT,
    body: `<h1>${escaped(stack)}</h1>
<p id="link" class="faint">Looking ...</p>
${words}
${places.join("\n")}`,
    asking: true,
  });
}

const OWN_STYLE = `
button { font: inherit; padding: .35rem .9rem; border: 1px solid var(--faint); border-radius: 6px; background: var(--card);
  color: var(--ink); } button:disabled { opacity: .5; } button.rollback:enabled, #yes.rollback { color: var(--bad); border-color: var(--bad); }
dialog { background: var(--ground); color: var(--ink); border: 1px solid var(--faint); border-radius: 8px; max-width: 34rem; }
dialog::backdrop { background: rgb(0 0 0 / .4); }
.split { display: grid; grid-template-columns: 4.5rem 1fr auto; gap: .15rem .75rem; align-items: center; margin: .75rem 0; }
.split meter { width: 100%; } .steps span { margin-right: 1rem; white-space: nowrap; } .steps .now { font-weight: 600; }
tr.gate td { border-bottom: 0; padding-bottom: 0; } td.why { white-space: normal; }
@media (max-width: 30rem) { #gates meter { width: 3rem; } #gates td, #gates th, #tracks td, #tracks th { padding: .3rem .3rem; } }
#journal { max-height: 24rem; overflow-y: auto; }
`;

import { escaped } from "./escaped.ts";

/**
 * A table that scrolls within its own box.
 *
 * @param rows HTML
 * @param wide it keeps its width on a phone
 */
export function table(head: readonly string[], rows: readonly string[], wide = false): string {
  const cells = head.map((name) => `<th scope="col">${escaped(name)}</th>`).join("");
  return `<div class="scroll${wide ? " wide" : ""}" tabindex="0"><table><thead><tr>${cells}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

/** How far a gate's evidence is. Full only when it is: at 99.9 % a gate has not decided yet. @param share from 0 to 1 */
export function meter(name: "to fail" | "to pass", share: number): string {
  // A meter that is bad when it is full is shown in red by the browser.
  const bad = name === "to fail" ? ' optimum="0" low="0.5" high="0.9"' : "";
  return `<meter aria-label="${name}"${bad} value="${share.toFixed(3)}"></meter> ${Math.floor(share * 100)} %`;
}

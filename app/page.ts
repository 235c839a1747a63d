import { materials, sides } from "./price.ts";
import type { AppSettings } from "./settings.ts";

/** What the page may load and who may frame it: its own files, nobody. Source: MDN, "Content-Security-Policy". */
export const policy =
  "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/**
 * The one page: asks for a quote, reads it back, joins the beta. Its script is a file of its own, as the policy asks.
 *
 * @param charts HTML, empty for who doesn't see charts
 */
export function page(
  { name, track, version }: Pick<AppSettings, "name" | "track" | "version">,
  charts = "",
): string {
  const options = Object.keys(materials).map((material) => `<option>${material}</option>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(name)}</title>
<link rel="stylesheet" href="/page.css">
<main>
  <h1>${escaped(name)}</h1>
  <form id="order">
    <label>Width <input name="width" type="number" value="1200" min="${sides.least}" max="${sides.most}"> mm</label>
    <label>Height <input name="height" type="number" value="1400" min="${sides.least}" max="${sides.most}"> mm</label>
    <label>Material <select name="material">${options.join("")}</select></label>
    <button>What does it cost?</button>
  </form>
  <p id="result" role="status"></p>
  <p><button id="join">Join the beta</button> <span id="member" role="status"></span></p>
  ${charts}
  <footer>Served by <b>${escaped(track)}</b>, version <code>${escaped(version)}</code></footer>
</main>
<script src="/page.js" type="module"></script>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export const style = `body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 32rem; padding: 0 1rem }
label { display: block; margin: .5rem 0 }
footer { color: #666; margin-top: 3rem }
`;

/** Runs in the browser, with plain fetch. */
export const script = `const show = (id, text) => { document.getElementById(id).textContent = text; };
async function ask(method, path, body) {
  const headers = body ? { "content-type": "application/json" } : {};
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.errors.join("; "));
  return answer;
}
document.getElementById("order").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { width, height, material } = event.target.elements;
  const order = { width: Number(width.value), height: Number(height.value), material: material.value };
  try {
    const { id } = await ask("POST", "/quotes", order);
    const quote = await ask("GET", "/quotes/" + id);
    const note = quote.withoutSupplier ? ", without the supplier's price: it may change" : "";
    show("result", (quote.priceCents / 100).toFixed(2) + " euros (quoted by " + quote.track + ")" + note);
  } catch (error) {
    show("result", error.message);
  }
});
document.getElementById("join").addEventListener("click", async () => {
  try {
    await ask("POST", "/session", {});
    show("member", "You are in.");
  } catch (error) {
    show("member", error.message);
  }
});
`;

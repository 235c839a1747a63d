/**
 * What the page does: it shows what the server sends, and gives a word once a person has confirmed it. What was shown
 * before stays when the server is gone, and the page says since when it is old.
 */
export const SCRIPT = `
const link = document.getElementById("link");
const shown = {};
let since;
const events = new EventSource("/events");
events.addEventListener("seen", ({ data }) => {
  const { places, words } = JSON.parse(data);
  since = new Date();
  for (const [place, html] of Object.entries(places)) {
    if (shown[place] === html) continue;
    (place === "charts" ? renewed : filled)(document.getElementById(place), html);
    shown[place] = html;
  }
  offer(words);
  link.textContent = "Live, " + time(since) + " UTC";
});
// What was scrolled stays so.
function filled(place, html) {
  const before = [...place.querySelectorAll(".scroll")].map(({ scrollLeft }) => scrollLeft);
  place.innerHTML = html;
  place.querySelectorAll(".scroll").forEach((box, index) => {
    box.scrollLeft = before[index] ?? 0;
  });
}
events.addEventListener("unseen", ({ data }) => { link.textContent = "Can't look now: " + JSON.parse(data) + old(); });
events.addEventListener("error", () => { link.textContent = "Nobody answers; looking again" + old(); });
const time = (date) => date.toISOString().slice(11, 19);
const old = () => since ? ". What is below was so at " + time(since) + " UTC." : "";

const row = document.getElementById("words"), dialog = document.getElementById("confirm");
const said = document.getElementById("said");
let asked;
function offer(words) {
  if (!row) return;
  for (const word of words) {
    let button = row.querySelector("button." + word.command);
    if (!button) {
      button = document.createElement("button");
      button.className = word.command;
      button.textContent = word.label;
      button.addEventListener("click", () => confirmed(button.word));
      row.append(button, " ");
    }
    button.word = word;
    button.disabled = word.refused !== undefined;
    button.title = word.refused ?? "";
  }
}
function confirmed(word) {
  asked = word;
  document.getElementById("what").textContent = word.will;
  const yes = document.getElementById("yes");
  yes.textContent = word.label;
  yes.className = word.command;
  dialog.returnValue = "no";
  dialog.showModal();
}
dialog?.addEventListener("close", async () => {
  if (dialog.returnValue !== "yes") return;
  said.textContent = asked.label + " ...";
  const answer = await fetch("/word", { method: "POST", body: asked.command }).catch(() => undefined);
  said.textContent = answer ? asked.label + ": " + await answer.text() : "Nobody answered: it isn't known whether that was heard.";
});
`;

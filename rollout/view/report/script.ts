/** What the page does: a line under the pointer in all charts, and the figures of that moment. Without it all is there to read. */
export const SCRIPT = `
const data = JSON.parse(document.getElementById("data").textContent);
const readout = document.getElementById("readout");
const charts = [...document.querySelectorAll("svg")];
const percent = (part, all) => all ? (100 * part / all).toFixed(2) + " %" : "-";
function show(event) {
  const svg = event.currentTarget, box = svg.getBoundingClientRect(), wide = svg.viewBox.baseVal.width;
  const { from, to, left, right } = svg.dataset, room = wide - left - right;
  const at = Math.min(1, Math.max(0, ((event.clientX - box.left) * wide / box.width - left) / room));
  const time = Number(from) + at * (to - from);
  for (const chart of charts) {
    const line = chart.querySelector(".cursor"), x = Number(left) + at * room;
    line.setAttribute("x1", x); line.setAttribute("x2", x); line.setAttribute("visibility", "visible");
  }
  const bucket = data.buckets.find((each) => time < each.to);
  const split = data.splits.findLast((each) => each.at <= time);
  const parts = [new Date(time).toISOString().slice(11, 19) + " UTC"];
  for (const track of data.tracks) {
    const counts = bucket?.tracks[track];
    parts.push(track + " " + (split ? (split.weights[track] ?? 0) + " %" : "?") +
      (counts ? ", " + counts.requests + " requests, errors " + percent(counts.errors, counts.requests) +
        ", slow " + percent(counts.slow, counts.requests) +
        (counts.sessions ? ", " + (counts.sessions.first + counts.sessions.again) + " new sessions" : "") : ""));
  }
  for (const gate of bucket?.gates ?? [])
    parts.push(gate.name + ": to fail " + Math.floor(gate.toFail * 100) + " %, to pass " + Math.floor(gate.toPass * 100) + " %");
  readout.textContent = parts.join("  |  ");
}
// On a phone a chart is wider than the screen: how it ended comes first.
for (const box of document.querySelectorAll("figure .scroll")) box.scrollLeft = box.scrollWidth;
for (const chart of charts) for (const type of ["pointermove", "pointerdown"]) chart.addEventListener(type, show);
`;

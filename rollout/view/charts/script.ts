import { uPlotText } from "./library.ts";

/** The library, and {@link DRAW}, for a page's script. */
export function chartScript(): string {
  return `${uPlotText().script}\n${DRAW}`;
}

/**
 * Draws each `figure[data-chart]` (figure.ts): as wide as its place, in the colours that the page's style has for light or dark. A
 * pointer shows the figures of its moment in all of them. `renewed` puts newer figures into what is drawn.
 */
const DRAW = `
const HEIGHT = 150, FONT = "11px system-ui, sans-serif";
const plots = [];
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
const iso = (seconds) => new Date(seconds * 1000).toISOString();
const drawnIn = (box) => box.drawn ??= JSON.parse(box.dataset.chart);
const linesOf = ({ series, limit }) => [...series, ...(limit ? [{ name: limit.text, tone: "bad", limit: limit.value }] : [])];
const dataOf = (chart) => [chart.at.map((at) => at / 1000),
  ...linesOf(chart).map((line) => line.values ?? chart.at.map(() => line.limit))];
const stepped = uPlot.paths.stepped({ align: 1 });
function lineOf({ name, tone, stepped: holds, filled, limit }, unit) {
  return { label: name, class: tone, width: limit === undefined ? 2 : 1, stroke: () => colour(tone), spanGaps: false,
    dash: limit === undefined ? undefined : [4, 4], paths: holds ? stepped : undefined,
    fill: filled ? () => "color-mix(in srgb, " + colour(tone) + " 15%, transparent)" : undefined,
    points: { show: limit === undefined ? undefined : false },
    value: (_, value) => value == null ? "-" : Number(value.toPrecision(3)) + unit };
}
function timeText(seconds, box) {
  const { from, to } = drawnIn(box);
  return to - from < 6 * 3600e3 ? iso(seconds).slice(11, 19) : iso(seconds).slice(5, 16).replace("T", " ");
}
// Labels that would cover each other go to a second row, then are left out: the line stays.
function marksOn(plot, box) {
  const { ctx, bbox } = plot, ratio = devicePixelRatio, ends = [-Infinity, -Infinity];
  ctx.save();
  ctx.font = FONT.replace("11", String(11 * ratio));
  for (const { at, text, kind } of drawnIn(box).marks) {
    const x = plot.valToPos(at / 1000, "x", true), wide = ctx.measureText(text).width + 8 * ratio;
    const flips = x + wide > bbox.left + bbox.width, start = flips ? x - wide : x;
    ctx.strokeStyle = ctx.fillStyle = colour(kind === "bad" || kind === "good" ? kind : "faint");
    ctx.lineWidth = ratio;
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    ctx.beginPath(); ctx.moveTo(x, bbox.top); ctx.lineTo(x, bbox.top + bbox.height); ctx.stroke();
    const row = ends.findIndex((end) => start > end);
    if (row < 0) continue;
    ends[row] = start + wide;
    ctx.textAlign = flips ? "right" : "left";
    ctx.fillText(text, flips ? x - 4 * ratio : x + 4 * ratio, bbox.top - (20 - row * 13) * ratio);
  }
  ctx.restore();
}
function draw(box) {
  const chart = drawnIn(box), axis = { font: FONT, stroke: () => colour("faint"), grid: { stroke: () => colour("rule"), width: 1 }, ticks: { show: false } };
  const topOf = (most) => uPlot.rangeNum(0, Math.max(most ?? 0, 1e-6), { min: { pad: 0, soft: 0, mode: 1 }, max: { pad: 0.05, soft: 0, mode: 0 } })[1];
  const plot = new uPlot({
    width: box.clientWidth, height: HEIGHT, padding: [34, 26, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
    scales: {
      x: { range: () => [drawnIn(box).from / 1000, drawnIn(box).to / 1000] },
      y: { range: (_, least, most) => [0, drawnIn(box).most ?? topOf(most)] },
    },
    axes: [
      { ...axis, size: 24, space: chart.to - chart.from < 6 * 3600e3 ? 70 : 95, values: (_, all) => all.map((each) => timeText(each, box)) },
      { ...axis, size: 56, values: (_, all) => all.map((each) => Number(each.toPrecision(3)) + chart.unit) },
    ],
    series: [{ label: "UTC", value: (_, at) => at == null ? "-" : timeText(at, box) }, ...linesOf(chart).map((line) => lineOf(line, chart.unit))],
    legend: { markers: { show: false } },
    cursor: { sync: { key: "all" }, drag: { x: false, y: false }, y: false },
    hooks: { draw: [(self) => marksOn(self, box)] },
  }, dataOf(chart), box);
  const canvas = plot.root.querySelector("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", chart.title);
  box.plot = plot;
  plots.push(plot);
  new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT })).observe(box);
}
const kindOf = (box) => JSON.stringify([drawnIn(box).title, drawnIn(box).unit, linesOf(drawnIn(box)).map(({ name }) => name)]);
const boxesIn = (place) => [...place.querySelectorAll("figure[data-chart]")];
function renewed(place, html) {
  const next = document.createElement("template");
  next.innerHTML = html;
  const [old, now] = [boxesIn(place), boxesIn(next.content)];
  if (old.length === 0 || old.map(kindOf).join() !== now.map(kindOf).join()) {
    for (const { plot } of old) { plots.splice(plots.indexOf(plot), 1); plot.destroy(); }
    place.replaceChildren(next.content);
    boxesIn(place).forEach(draw);
    return;
  }
  old.forEach((box, index) => {
    box.drawn = drawnIn(now[index]);
    box.plot.setData(dataOf(box.drawn));
  });
}
boxesIn(document).forEach(draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plots.forEach((plot) => plot.redraw(false, true)));
`;

import { first, last } from "../../../infra/sure.ts";
import { escaped } from "../escaped.ts";

/** A line over time; a gap where a value is missing. */
export interface Series {
  name: string;
  /** The CSS class that gives it its colour. */
  tone: string;
  points: readonly { at: number; value: number | undefined }[];
  /** Holds its value until the next point, as a split does. */
  stepped?: boolean;
  filled?: boolean;
}

export interface Chart {
  title: string;
  series: readonly Series[];
  /** The top of the axis; else what the values need. */
  most?: number;
  unit: string;
  /** A line across, such as an objective. */
  limit?: { value: number; text: string };
  marks: readonly { at: number; text: string; kind: string }[];
  from: number;
  to: number;
}

/** In the SVG's own units; the page scales it. */
const WIDTH = 960;
const HEIGHT = 190;
const LEFT = 52;
const RIGHT = 8;
const TOP = 30;
const BOTTOM = 22;

/** A chart as SVG. Colours come from the page's style, which knows light and dark. */
export function chartSvg(chart: Chart): string {
  const most = chart.most ?? niceTop(chart);
  const x = (at: number) =>
    LEFT + ((at - chart.from) / Math.max(1, chart.to - chart.from)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => HEIGHT - BOTTOM - (Math.min(value, most) / most) * (HEIGHT - TOP - BOTTOM);
  const place: Place = { x, y, end: chart.to };
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(chart.title)}" data-from="${chart.from}" data-to="${chart.to}" data-left="${LEFT}" data-right="${RIGHT}">`,
    ...axis(most, chart.unit, y),
    ...times(chart, x),
    ...chart.series.map((series) => seriesPath(series, place)),
    ...(chart.limit && chart.limit.value <= most ? limitLine(chart.limit, y) : []),
    ...markLines(chart, x),
    `<line class="cursor" y1="${TOP}" y2="${HEIGHT - BOTTOM}" visibility="hidden"/>`,
    "</svg>",
  ].join("\n");
}

interface Place {
  x: (at: number) => number;
  y: (value: number) => number;
  end: number;
}

function seriesPath({ points, tone, stepped, filled }: Series, { x, y, end }: Place): string {
  const runs: string[] = [];
  for (const run of unbroken(points)) {
    const corners = run.flatMap(({ at, value }, index) => {
      const previous = run[index - 1];
      const here = `${round(x(at))},${round(y(value))}`;
      return stepped && previous ? [`${round(x(at))},${round(y(previous.value))}`, here] : [here];
    });
    if (stepped) corners.push(`${round(x(end))},${round(y(last(run).value))}`);
    // A lone point is a dot: a line of no length with a round end.
    if (corners.length === 1) corners.push(first(corners));
    const from = round(x(first(run).at));
    const to = stepped ? round(x(end)) : round(x(last(run).at));
    if (filled) {
      const ground = round(y(0));
      runs.push(
        `<path class="area ${tone}" d="M${from},${ground} L${corners.join(" L")} L${to},${ground} Z"/>`,
      );
    }
    runs.push(`<path class="line ${tone}" d="M${corners.join(" L")}"/>`);
  }
  return runs.join("\n");
}

function unbroken(points: Series["points"]): { at: number; value: number }[][] {
  const runs: { at: number; value: number }[][] = [];
  let run: { at: number; value: number }[] | undefined;
  for (const { at, value } of points) {
    if (value === undefined) {
      run = undefined;
      continue;
    }
    if (!run) {
      run = [];
      runs.push(run);
    }
    run.push({ at, value });
  }
  return runs;
}

function axis(most: number, unit: string, y: (value: number) => number): string[] {
  return [0, 0.5, 1].map((part) => {
    const at = round(y(most * part));
    const label = `${Number((most * part).toPrecision(3))}${unit}`;
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/><text class="label" x="${LEFT - 6}" y="${at + 4}" text-anchor="end">${label}</text>`;
  });
}

function times({ from, to }: Chart, x: (at: number) => number): string[] {
  const format = to - from < 6 * 3_600_000 ? [11, 19] : [5, 16];
  return [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = from + (to - from) * part;
    const anchor = part === 0 ? "start" : part === 1 ? "end" : "middle";
    const text = new Date(at).toISOString().slice(format[0], format[1]).replace("T", " ");
    return `<text class="label" x="${round(x(at))}" y="${HEIGHT - 6}" text-anchor="${anchor}">${text}</text>`;
  });
}

function limitLine({ value, text }: { value: number; text: string }, y: (value: number) => number): string[] {
  const at = round(y(value));
  return [
    `<line class="limit" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/>`,
    `<text class="label limit-text" x="${WIDTH - RIGHT}" y="${at - 4}" text-anchor="end">${escaped(text)}</text>`,
  ];
}

/** Labels that would cover each other go to a second row, then are left out: the line stays, with its title. */
function markLines({ marks }: Chart, x: (at: number) => number): string[] {
  const ends = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return marks.map(({ at, text, kind }) => {
    const left = round(x(at));
    const wide = text.length * 6.2 + 8;
    const flip = left + wide > WIDTH;
    const start = flip ? left - wide : left;
    const row = ends.findIndex((end) => start > end);
    if (row >= 0) ends[row] = start + wide;
    const label =
      row < 0
        ? ""
        : `<text class="label" x="${flip ? left - 3 : left + 3}" y="${10 + row * 12}" text-anchor="${flip ? "end" : "start"}">${escaped(text)}</text>`;
    const time = new Date(at).toISOString();
    return `<g class="mark ${kind}"><title>${escaped(text)} ${time}</title><line x1="${left}" x2="${left}" y1="4" y2="${HEIGHT - BOTTOM}"/>${label}</g>`;
  });
}

/** The smallest of 1, 2, 5, 10, ... that holds all values. */
function niceTop({ series, limit }: Chart): number {
  const values = series.flatMap(({ points }) => points.map(({ value }) => value ?? 0));
  const most = values.reduce((top, value) => Math.max(top, value), (limit?.value ?? 0) * 1.2);
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5].map((digit) => digit * power).find((top) => top >= most * 0.999) ?? 10 * power;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

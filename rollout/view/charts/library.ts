import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** uPlot (npm `uplot`, MIT) as the package has it: a script and a style, which stand in the page itself. */
export function uPlotText(): { script: string; style: string } {
  const read = (name: string) => readFileSync(require.resolve(`uplot/dist/${name}`), "utf8").trim();
  return { script: read("uPlot.iife.min.js"), style: read("uPlot.min.css") };
}

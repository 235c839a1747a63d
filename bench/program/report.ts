import type { Run } from "./measure.ts";

/** A line of a table: what, wall time, processor time, peak memory, and a remark. */
export function row(what: string, run: Run, remark = ""): string {
  return [
    `  ${what.padEnd(58)}`,
    seconds(run.milliseconds),
    `${seconds(run.cpuMilliseconds)} cpu`,
    `${run.mebibytes.toFixed(0).padStart(5)} MB`,
    remark,
  ]
    .join("  ")
    .trimEnd();
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2).padStart(6)} s`;
}

/** What was promised, and whether it held. */
export class Promises {
  #broken = 0;

  /** One line; `bound` says it in words. */
  line(what: string, measured: string, bound: string, holds: boolean): string {
    if (!holds) this.#broken++;
    return `  ${holds ? "holds " : "BROKEN"}  ${what}: ${measured} (${bound})`;
  }

  get exitCode(): 0 | 1 {
    return this.#broken > 0 ? 1 : 0;
  }
}

import { type Finding, fail, pass, unknown } from "../finding.ts";

export interface DiskFacts {
  what: string;
  /** Whole percent in use; undefined: only whether it is too much is known. */
  usedPercent?: number;
  tooFull: boolean | undefined;
}

export function judgeDisk(disks: readonly DiskFacts[]): Finding {
  const full = disks.filter(({ tooFull }) => tooFull);
  if (full.length > 0)
    return fail(
      full.map(textOf).join(", "),
      "Make room: old logs and images on servers, storage of the database.",
    );
  if (disks.length === 0 || disks.some(({ tooFull }) => tooFull === undefined))
    return unknown(
      disks.map(textOf).join(", ") || "no disk is watched",
      "See whether the CloudWatch agent sends figures.",
    );
  return pass(disks.map(textOf).join(", "));
}

function textOf({ what, usedPercent, tooFull }: DiskFacts): string {
  if (usedPercent !== undefined) return `${what} ${usedPercent} % used`;
  return `${what} ${tooFull === undefined ? "without figures" : tooFull ? "too full" : "fine"}`;
}

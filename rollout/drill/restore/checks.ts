import type { Findings } from "../findings.ts";

/** What the checks of a restore are called, wherever it happens; in the order in which they are told. */
export const CHECKS = [
  "backups",
  "restored",
  "moment",
  "row counts",
  "digests",
  "checksums",
  "smoke test",
  "RPO",
  "removed",
] as const;

export type CheckName = (typeof CHECKS)[number];

export type RestoreFindings = Findings<CheckName>;

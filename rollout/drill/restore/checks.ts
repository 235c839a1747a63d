import type { CheckStatus, DrillCheck } from "../record.ts";

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

/** Collects what a drill finds. A check that nobody came to is unknown, not passed. */
export class Findings {
  readonly #checks = new Map<CheckName, DrillCheck>();
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  add(name: CheckName, verdict: CheckStatus, details: string): void {
    this.#checks.set(name, { name, verdict, details });
    this.#say(`${name}: ${verdict}, ${details}`);
  }

  /** @param bad what is wrong, a line each; none for a pass */
  judge(name: CheckName, bad: readonly string[], good: string): void {
    this.add(name, bad.length > 0 ? "fail" : "pass", bad.length > 0 ? bad.join("; ") : good);
  }

  /** @param names those that this drill has */
  all(names: readonly CheckName[], why: string): DrillCheck[] {
    return names.map((name) => this.#checks.get(name) ?? { name, verdict: "unknown", details: why });
  }
}

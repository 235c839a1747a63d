import type { CheckStatus, DrillCheck } from "./record.ts";

/** Collects what a drill finds. What nobody came to look at is unknown, not passed. */
export class Findings<Name extends string = string> {
  readonly #checks = new Map<string, DrillCheck>();
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  add(name: Name, verdict: CheckStatus, details: string): void {
    this.#checks.set(name, { name, verdict, details });
    this.#say(`${name}: ${verdict}, ${details}`);
  }

  /** @param bad what is wrong, a line each; none for a pass */
  judge(name: Name, bad: readonly string[], good: string): void {
    this.add(name, bad.length > 0 ? "fail" : "pass", bad.length > 0 ? bad.join("; ") : good);
  }

  /** Those of the names, in their order, and after them whatever else was found. */
  all(names: readonly Name[], why: string): DrillCheck[] {
    const expected = names.map(
      (name) => this.#checks.get(name) ?? { name, verdict: "unknown" as const, details: why },
    );
    return [...expected, ...[...this.#checks.values()].filter((each) => !expected.includes(each))];
  }
}

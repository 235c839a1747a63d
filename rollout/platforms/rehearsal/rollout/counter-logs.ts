import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { CounterGate } from "../../../core/plan.ts";
import { addTally, NO_TALLY } from "../../../core/verdict.ts";
import type { Tally } from "../../platform.ts";
import { Tail } from "../machine/tail.ts";

export type Tallies = Record<string, Tally>;

/** What one track's applications counted in one second. */
export interface CountedSecond {
  epochSecond: number;
  track: string;
  counters: Tallies;
}

/**
 * What the applications count of their business, from their logs: the very lines in the embedded metric format that
 * CloudWatch makes metrics of (app/counters.ts), of any namespace, with the dimension `Track`.
 */
export class CounterLogs {
  readonly #folder: string;
  readonly #gates: [string, CounterGate][];
  readonly #tail = new Tail();

  /** @param gates by name, the metrics that each counts */
  constructor(folder: string, gates: Readonly<Record<string, CounterGate>>) {
    this.#folder = folder;
    this.#gates = Object.entries(gates);
  }

  /** What was written since the last call, a line each. */
  read(): CountedSecond[] {
    if (this.#gates.length === 0) return [];
    const counted: CountedSecond[] = [];
    for (const name of readdirSync(this.#folder)) {
      if (name.endsWith(".app.log"))
        this.#tail.read(join(this.#folder, name), (line) => counted.push(...this.#in(line)));
    }
    return counted;
  }

  #in(line: string): CountedSecond[] {
    const embedded = line.includes('"_aws"') ? parsed(line) : undefined;
    const { Timestamp } = embedded?._aws ?? {};
    const track = embedded?.Track;
    if (!embedded || typeof Timestamp !== "number" || typeof track !== "string") return [];
    const tallies = this.#gates.map(
      ([name, { bad, total }]) =>
        [name, { bad: count(embedded[bad]), total: count(embedded[total]) }] as const,
    );
    const some = tallies.filter(([, { bad, total }]) => bad > 0 || total > 0);
    if (some.length === 0) return [];
    return [{ epochSecond: Math.floor(Timestamp / 1000), track, counters: Object.fromEntries(some) }];
  }
}

/** Both together. */
export function addTallies(a: Tallies | undefined, b: Tallies): Tallies {
  const sum = { ...a };
  for (const [name, tally] of Object.entries(b)) sum[name] = addTally(sum[name] ?? NO_TALLY, tally);
  return sum;
}

/** The format allows one value, or a list of them. */
function count(value: unknown): number {
  const values = Array.isArray(value) ? value : [value];
  return values.reduce<number>((sum, each) => sum + (typeof each === "number" && each > 0 ? each : 0), 0);
}

interface Embedded {
  _aws?: { Timestamp?: unknown };
  [member: string]: unknown;
}

/** A line that a crash cut short counts nothing. */
function parsed(line: string): Embedded | undefined {
  try {
    return JSON.parse(line) as Embedded;
  } catch {
    return undefined;
  }
}

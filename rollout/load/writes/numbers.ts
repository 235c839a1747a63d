import type { Journey } from "../../../infra/settings/schema/asked/journeys.ts";

/** The numbered writes of one journey in one run. The numbers are 1, 2, 3 and so on. */
export interface NumberedWrites {
  journey: Journey;
  /** What its numbers begin with, which is in no other run's. */
  prefix: string;
  sent: number;
  /** Those that were answered as they should be: the service has promised to keep them. */
  acknowledged: Set<number>;
}

/** Gives each write of a run a number that no other has: `load-mrw2k1x0-1-17`. */
export class Numbers {
  readonly #run: string;
  readonly #byJourney = new Map<string, NumberedWrites>();

  constructor(run = `load-${Date.now().toString(36)}`) {
    this.#run = run;
  }

  next(journey: Journey): { number: number; text: string } {
    const writes = this.#of(journey);
    writes.sent += 1;
    return { number: writes.sent, text: `${writes.prefix}-${writes.sent}` };
  }

  acknowledge(journey: Journey, number: number): void {
    this.#of(journey).acknowledged.add(number);
  }

  /** Of the journeys whose writes can be looked up. */
  writes(): NumberedWrites[] {
    return [...this.#byJourney.values()].filter(({ journey }) => journey.written !== undefined);
  }

  #of(journey: Journey): NumberedWrites {
    const found = this.#byJourney.get(journey.name);
    if (found) return found;
    const prefix = `${this.#run}-${this.#byJourney.size + 1}`;
    const writes = { journey, prefix, sent: 0, acknowledged: new Set<number>() };
    this.#byJourney.set(journey.name, writes);
    return writes;
  }
}

import type { LoggedAnswer } from "../servers/answers.ts";

/** As long as a session must have been well for its next error to be news. */
const WELL_SECONDS = 600;
/** Now and then those whose time is over are forgotten. */
const MOST_KNOWN = 10_000;

/** Who had an error, and until when it is known of him. */
class Known {
  readonly #until = new Map<string, number>();

  /** @returns whether an error was known of him before */
  take(key: string, status: number, epochSecond: number): boolean {
    const known = (this.#until.get(key) ?? 0) > epochSecond;
    if (status >= 500) this.#until.set(key, epochSecond + WELL_SECONDS);
    if (this.#until.size > MOST_KNOWN) this.#forget(epochSecond);
    return known;
  }

  #forget(epochSecond: number): void {
    for (const [key, until] of this.#until) if (until <= epochSecond) this.#until.delete(key);
  }
}

/**
 * Sessions that an error was counted of. Only those of a browser that is held to a version: the requests of all others are
 * split by the weights one by one, and each is evidence of its own. A browser is known by its address, its number and what it
 * calls itself.
 */
export class Repeats {
  readonly #known = new Known();

  /** @returns whether the answer is of a session that an error was counted of before; the first one counts */
  take(
    { track, address, status, session, number = "", agent = "" }: LoggedAnswer,
    epochSecond: number,
  ): boolean {
    if (session !== "held" || address === undefined) return false;
    return this.#known.take(`${track} ${address} ${number} ${agent}`, status, epochSecond);
  }
}

/**
 * Clients that had an error on a track, held or not. They are known by their addresses alone, which nobody can make up many of: of an office
 * behind one address only one counts.
 */
export class FailedClients {
  readonly #known = new Known();

  /** @returns whether the answer is of a client that isn't to count, as it had an error there already, or isn't known */
  take({ track, address, status }: LoggedAnswer, epochSecond: number): boolean {
    if (address === undefined) return true;
    return this.#known.take(`${track} ${address}`, status, epochSecond);
  }
}

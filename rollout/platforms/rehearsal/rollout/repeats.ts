import { KnownFailed } from "../../known-failed.ts";
import type { LoggedAnswer } from "../servers/answers.ts";

/**
 * Sessions that an error was counted of. Only those of a browser that is held to a version: the requests of all others are
 * split by the weights one by one, and each is evidence of its own. A browser is known by its address, its number and what it
 * calls itself.
 */
export class Repeats {
  readonly #known = new KnownFailed();

  /** @returns whether the answer is of a session that an error was counted of before; the first one counts */
  take(
    { track, address, status, session, number = "", agent = "" }: LoggedAnswer,
    epochSecond: number,
  ): boolean {
    if (session !== "held" || address === undefined) return false;
    return this.#known.take(`${track} ${address} ${number} ${agent}`, status >= 500, epochSecond);
  }
}

/**
 * Clients that had an error on a track, held or not. They are known by their addresses alone, which nobody can make up many of: of an office
 * behind one address only one counts.
 */
export class FailedClients {
  readonly #known = new KnownFailed();

  /** @returns whether the answer is of a client that isn't to count, as it had an error there already, or isn't known */
  take({ track, address, status }: LoggedAnswer, epochSecond: number): boolean {
    if (address === undefined) return true;
    return this.#known.take(`${track} ${address}`, status >= 500, epochSecond);
  }
}

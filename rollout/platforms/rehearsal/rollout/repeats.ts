import type { BySession } from "../../../core/verdict.ts";
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
  take(answer: LoggedAnswer, epochSecond: number): boolean {
    const session = sessionOf(answer);
    return session !== undefined && this.#known.take(session, answer.status >= 500, epochSecond);
  }
}

/** Who a session is of: see {@link Repeats}. Undefined where nobody is held. */
function sessionOf({ track, address, session, number = "", agent = "" }: LoggedAnswer): string | undefined {
  return session === "held" && address !== undefined ? `${track} ${address} ${number} ${agent}` : undefined;
}

/** Sessions that a slow answer was counted of; each counts once in ten minutes, also one that is slow all the time. */
export class SlowRepeats {
  readonly #known = new KnownFailed("counted");

  /** Which of a session's counts the answer belongs to; to none where nobody is held. */
  take(answer: LoggedAnswer, isSlow: boolean, epochSecond: number): BySession {
    const session = sessionOf(answer);
    if (session === undefined) return {};
    const tally = { bad: isSlow ? 1 : 0, total: 1 };
    return this.#known.take(session, isSlow, epochSecond) ? { repeatedSlow: tally } : { slowSessions: tally };
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

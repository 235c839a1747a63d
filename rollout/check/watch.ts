import type { Severity } from "../../infra/watch/alerts.ts";
import type { Notice } from "../notify/notice.ts";
import type { Notifier } from "../notify/notifier.ts";
import { ANSWER_MINUTES } from "../notify/severity.ts";
import type { Result } from "./run.ts";

/** How urgent it is that one of them fails. */
const SEVERITIES: Readonly<Record<string, Severity>> = {
  health: "P1",
  database: "P1",
  certificate: "P2",
  disk: "P3",
};
/** A check that stays unknown for so many rounds is told too: by then nobody watches what it checks. */
const BLIND_ROUNDS = 3;

/** What is known of a check from the rounds before. */
interface Known {
  bad: boolean;
  unknownRounds: number;
}

/** The change from round to round, by check. */
export class Rounds {
  readonly #known = new Map<string, Known>();

  /**
   * What is new in a round: a check that began to fail, or came back. One that goes on failing isn't told again.
   *
   * @returns the results to tell, with whether each is a failure or a recovery
   */
  take(results: readonly Result[]): { result: Result; recovered: boolean }[] {
    return results.flatMap((result) => {
      const { bad, unknownRounds } = this.#known.get(result.check) ?? { bad: false, unknownRounds: 0 };
      const blind = result.status === "unknown" ? unknownRounds + 1 : 0;
      // Unknown for a round or two says nothing: what was so stays so.
      const now = result.status === "unknown" ? bad || blind >= BLIND_ROUNDS : result.status === "fail";
      this.#known.set(result.check, { bad: now, unknownRounds: blind });
      return now === bad ? [] : [{ result, recovered: bad }];
    });
  }
}

export function noticeOf(
  stack: string,
  { check, status, evidence, whatToDo }: Result,
  recovered: boolean,
  at: number,
): Notice {
  const severity = SEVERITIES[check] ?? "P3";
  const minutes = ANSWER_MINUTES[severity];
  const what = recovered ? "is well again" : status === "unknown" ? "can't be told any more" : "fails";
  return {
    at,
    stack,
    // The same people hear of the end as of the beginning.
    severity,
    event: "check",
    title: `${severity} ${stack}: ${check} ${what}: ${evidence}`,
    answerBy: recovered || minutes === null ? null : at + minutes * 60_000,
    messages: recovered || whatToDo === "" ? [] : [{ to: "operators", withinMinutes: 0, text: whatToDo }],
  };
}

export interface WatchOptions {
  stack: string;
  everyMs: number;
  /** One round. */
  check: () => Promise<Result[]>;
  notifier: Notifier;
  now: () => number;
  /** Ends early when the signal aborts. */
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  told: (results: Result[], at: number) => void;
  signal: AbortSignal;
}

/** Round after round, each begun when the interval is over, until the signal aborts; then what is to be told is told. */
export async function watch(options: WatchOptions): Promise<void> {
  const { stack, everyMs, check, notifier, now, sleep, told, signal } = options;
  const rounds = new Rounds();
  while (!signal.aborted) {
    const began = now();
    const results = await check();
    if (signal.aborted) break;
    told(results, began);
    for (const { result, recovered } of rounds.take(results))
      notifier.tell(noticeOf(stack, result, recovered, now()));
    await sleep(Math.max(0, began + everyMs - now()), signal);
  }
  await notifier.flush();
}

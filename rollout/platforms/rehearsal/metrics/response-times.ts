import { readdirSync } from "node:fs";
import { join } from "node:path";
import { member } from "../../../../infra/sure.ts";
import { Tail } from "../machine/tail.ts";
import { answerIn } from "../servers/answers.ts";

/**
 * How long each answer took, from the servers' access logs: what was written since the last look. The time is nginx's, so
 * without the balancer's own part.
 */
export class ResponseTimes {
  readonly #folder: string;
  readonly #tail = new Tail();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns seconds, by track */
  take(): Record<string, number[]> {
    const times: Record<string, number[]> = {};
    for (const name of readdirSync(this.#folder)) {
      if (!name.endsWith(".access.log")) continue;
      this.#tail.read(join(this.#folder, name), (line) => {
        const answer = answerIn(line);
        if (answer?.seconds === undefined) return;
        times[answer.track] ??= [];
        member(times, answer.track).push(answer.seconds);
      });
    }
    return times;
  }
}

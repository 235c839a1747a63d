import { systemClock } from "../clock.ts";
import type { ToldLine } from "./record.ts";

/** Keeps what a drill says while it goes, for its page, and says it. */
export class DrillTelling {
  readonly lines: ToldLine[] = [];
  readonly #say: ((line: string) => void) | undefined;

  constructor(say: ((line: string) => void) | undefined) {
    this.#say = say;
  }

  readonly say = (line: string): void => {
    this.lines.push({ at: systemClock.now(), text: line.trim() });
    this.#say?.(line);
  };
}

import { plain } from "../../view/plain.ts";
import type { Progress } from "../play.ts";
import { progressText } from "./text.ts";

/** Where there is no terminal, a line only this often. */
const EVERY_MS = 10_000;

export interface Screen {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows how a load goes: on a terminal in one line that changes, elsewhere in plain lines. */
export function progressOn(screen: Screen, now: () => number = performance.now.bind(performance)) {
  let told = Number.NEGATIVE_INFINITY;
  return {
    show(progress: Progress): void {
      if (screen.isTTY) {
        screen.write(`\r\u001b[K${plain(progressText(progress))}`);
      } else if (now() - told >= EVERY_MS) {
        told = now();
        screen.write(`${plain(progressText(progress))}\n`);
      }
    },
    /** Clears the line for what comes next. */
    end(): void {
      if (screen.isTTY) screen.write("\r\u001b[K");
    },
  };
}

import { createInterface } from "node:readline/promises";
import { Misuse } from "../errors.ts";

/** A question that has no answer yet. */
interface Question {
  /** The flag that answers it, such as `--domain`. */
  flag: string;
  text: string;
  /** What Enter says; none: it must be answered. */
  usual?: string;
  /** What is wrong with an answer. */
  wrong?: (answer: string) => string | undefined;
}

/** Answers a question. */
export type Ask = (question: Question) => Promise<string>;

/**
 * Asks whoever sits at the terminal until the answer will do.
 *
 * @param quiet `--yes`: the usual answer is taken
 */
export function asking({ quiet }: { quiet: boolean }): Ask & { close(): void } {
  const silent = quiet || !process.stdin.isTTY;
  const lines = silent ? undefined : createInterface({ input: process.stdin, output: process.stderr });
  const ask = async ({ flag, text, usual, wrong }: Question): Promise<string> => {
    if (!lines) {
      if (usual === undefined) throw new Misuse(`${text}? Say it with ${flag}`);
      return usual;
    }
    for (;;) {
      const said = (await lines.question(`${text}${usual ? ` [${usual}]` : ""}: `)).trim() || (usual ?? "");
      const mistake = said === "" && usual === undefined ? "it has no default" : wrong?.(said);
      if (mistake === undefined) return said;
      process.stderr.write(`  ${mistake}\n`);
    }
  };
  return Object.assign(ask, { close: () => lines?.close() });
}

import { createInterface } from "node:readline/promises";
import { UserError } from "../errors.ts";
import type { Rule } from "./rules.ts";

/** A question that has no answer yet. */
export interface OpenQuestion {
  text: string;
  /** What Enter says; none: it must be answered. */
  usual?: string | undefined;
  wrong?: Rule | undefined;
}

/** Answers a question. */
export type Ask = (question: OpenQuestion) => Promise<string>;

/** Where questions go, and answers come from. */
export interface AskedAt {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
}

/** Takes the usual answer to each question. */
export const usualAnswer: Ask = async ({ text, usual }) => {
  if (usual === undefined) throw new Error(`nobody answers: ${text}`);
  return usual;
};

/** Asks whoever sits at the terminal, each question until the answer will do. */
export function asking({ input, output }: AskedAt): Ask & { close(): void } {
  const lines = createInterface({ input, output });
  const gone = new AbortController();
  lines.on("close", () => gone.abort());
  lines.on("SIGINT", () => lines.close());
  // All that is typed ahead is kept: a question that isn't asked yet gets it.
  const waiting: string[] = [];
  let next: ((line: string) => void) | undefined;
  lines.on("line", (line) => {
    if (next) next(line);
    else waiting.push(line);
  });
  const answer = () =>
    new Promise<string>((resolve, reject) => {
      const line = waiting.shift();
      if (line !== undefined) return resolve(line);
      const leave = () => reject(new UserError("no answer came: nothing was written"));
      if (gone.signal.aborted) return leave();
      gone.signal.addEventListener("abort", leave, { once: true });
      next = (said) => {
        gone.signal.removeEventListener("abort", leave);
        next = undefined;
        resolve(said);
      };
    });
  const ask: Ask = async ({ text, usual, wrong }) => {
    for (;;) {
      lines.setPrompt(`${text}${usual ? ` [${usual}]` : ""}: `);
      lines.prompt();
      const said = (await answer()).trim() || (usual ?? "");
      const mistake = said === "" && usual === undefined ? "it has no default" : said && wrong?.(said);
      if (!mistake) return said;
      output.write(`  ${mistake}\n`);
    }
  };
  return Object.assign(ask, { close: () => lines.close() });
}

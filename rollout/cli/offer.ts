import { createInterface } from "node:readline/promises";

/**
 * Asks whoever sits at the terminal; where nobody does, the answer is no.
 *
 * @param signal the question has become idle
 */
export async function offer(question: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Else Ctrl-C would close the question and nothing more.
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `, { signal })).trim());
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    lines.close();
  }
}

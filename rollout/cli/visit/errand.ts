import { plain } from "../../view/plain.ts";
import type { Errand } from "../../visit/visited.ts";
import { outLine } from "../out.ts";
import type { VisitedStack } from "./visited-stack.ts";

/**
 * Has an errand done, and ends with its exit code. Interactive it has the terminal; else its output is passed on byte for
 * byte, but to a terminal as plain text.
 */
export async function done(
  { visited, stack, json }: Pick<VisitedStack, "visited" | "stack" | "json">,
  errand: Errand,
  interactive: boolean,
): Promise<void> {
  if (interactive) {
    process.exitCode = await visited.converse(errand);
    return;
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const said: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
  const pass = (bytes: Buffer, from: "stdout" | "stderr") => {
    const stream = process[from];
    stream.write(stream.isTTY ? plain(bytes.toString("utf8")) : bytes);
  };
  const hear = json ? (bytes: Buffer, from: "stdout" | "stderr") => void said[from].push(bytes) : pass;
  const code = await visited.run(errand, hear, stop.signal).catch((error) => {
    if (stop.signal.aborted) return INTERRUPTED;
    throw error;
  });
  process.exitCode = code;
  if (!json) return;
  const texts = {
    stdout: Buffer.concat(said.stdout).toString(),
    stderr: Buffer.concat(said.stderr).toString(),
  };
  const { track, server, process: name } = "in" in errand ? errand.in : errand.beside;
  outLine(JSON.stringify({ stack, track, server, process: name, exitCode: code, ...texts }));
}

/** 128 and SIGINT's number. */
const INTERRUPTED = 130;

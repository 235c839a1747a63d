import { writeSync } from "node:fs";
import { deferSeldomNeeded } from "../../../infra/loading/deferred.ts";
import { sentenceOf } from "../../failures.ts";

// The capture's own process: `node child.ts PROJECT_DIR STACK`. A program that ran in the process of whoever asks would
// leave its config, its modules and its mistakes behind. The answer goes to file descriptor 3, apart from whatever the
// program prints.

/** What comes out of file descriptor 3: the graph as text, for whoever only compares or prints it. */
export type Answer = { graph: string } | { error: { message: string; stack?: string } };

async function capture(projectDir: string, stack: string): Promise<Answer> {
  deferSeldomNeeded();
  const { runProgram } = await import("./run-program.ts");
  return { graph: JSON.stringify(await runProgram(projectDir, stack)) };
}

/** Mistakes that the user can mend carry no stack: our own, and those that Pulumi shows without one. */
function failureOf(error: unknown): Answer {
  if (!(error instanceof Error)) return { error: { message: String(error) } };
  const sentence = sentenceOf(error);
  if (sentence !== undefined) return { error: { message: sentence } };
  const forUser = error.name === "UserError" || "__pulumiRunError" in error;
  return { error: { message: error.message, ...(forUser ? {} : { stack: error.stack }) } };
}

function unfinished(exitCode: number): Answer {
  const why = exitCode === 0 ? "it waits for something that never happens" : `exit code ${exitCode}`;
  return { error: { message: `the program ended before all of its outputs were known: ${why}` } };
}

/** Writes all of a text to a pipe that may be full for the moment. */
function writeAll(text: string): void {
  const bytes = Buffer.from(text);
  for (let sent = 0; sent < bytes.length; ) {
    try {
      sent += writeSync(3, bytes, sent);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Whoever asked was killed meanwhile: there is nobody to tell.
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
    }
  }
}

const [projectDir = "", stack = ""] = process.argv.slice(2);
// Without this a program that waits for ever, or calls `process.exit`, would end without a word. With the wait at the
// top level of this module Node would warn of our own line.
process.once("exit", (code) => writeAll(JSON.stringify(unfinished(code))));
capture(projectDir, stack)
  .catch(failureOf)
  .then((answer) => {
    process.removeAllListeners("exit");
    writeAll(JSON.stringify(answer));
    // Whatever the program still keeps open (a timer, a socket) must not keep the capture waiting.
    process.exit("graph" in answer ? 0 : 1);
  });

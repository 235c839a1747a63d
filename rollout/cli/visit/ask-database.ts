import type { Command } from "commander";
import { UserError } from "../../errors.ts";
import type { AskDatabase } from "../../load/writes/found.ts";
import { chosen } from "../../visit/choose.ts";
import { CLIENT_OF } from "../../visit/clients.ts";
import { visitedStack } from "./visited-stack.ts";

/**
 * Asks a stack's database as the app does, from where the app runs: by psql, as `rollout console` does. It may read all that the app
 * may, and change nothing. Written into the journal, as each visit is.
 */
export async function databaseOf(command: Command): Promise<AskDatabase> {
  const here = await visitedStack(command);
  return async (query) => {
    const processes = await here.visited.processes();
    const beside = chosen(processes, { track: processes.find(({ state }) => state === "running")?.track });
    const words = [...QUIETLY, "-c", "SET default_transaction_read_only = on", "-c", query];
    await here.enter({ verb: "console", server: beside.server, words: [CLIENT_OF.database, ...words] });
    const said: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
    const hear = (bytes: Buffer, from: "stdout" | "stderr") => void said[from].push(bytes);
    const code = await here.visited.run(
      { beside, store: "database", words },
      hear,
      new AbortController().signal,
    );
    const text = (from: "stdout" | "stderr") => Buffer.concat(said[from]).toString("utf8").trim();
    if (code !== 0) throw new UserError(`psql ended with ${code}: ${text("stderr") || text("stdout")}`);
    return text("stdout");
  };
}

/** No file of a person's own, rows as they are, and an end at the first error. */
const QUIETLY = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"];

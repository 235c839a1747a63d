import { closeSync, openSync, readSync, statSync } from "node:fs";
import type { Reached } from "../../platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../../platforms/rehearsal/backups/superuser.ts";
import { type LoggedStatement, statementsIn } from "./log.ts";

/** All statements with their values. They are in the server's log meanwhile: a rehearsal's, of nobody's data. */
const SETTINGS = { log_min_duration_statement: "0", log_parameter_max_length: "-1" };
const AT_MOST_BYTES = 64 << 20;

/**
 * Lets the live server write down what it is asked, for a while.
 *
 * @param log the server's log file
 * @param pause lasts as long as that
 */
export async function sampleStatements(
  live: Reached,
  log: string,
  pause: () => Promise<unknown>,
): Promise<LoggedStatement[]> {
  const from = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  try {
    await asSuperuser(live, async (client) => {
      for (const [name, value] of Object.entries(SETTINGS))
        await client.query(`ALTER SYSTEM SET ${name} = '${value}'`);
      await client.query("SELECT pg_reload_conf()");
    });
    await pause();
  } finally {
    await endSampling(live);
  }
  return statementsIn(stretchOf(log, from));
}

/** Also what a killed command left. */
export async function endSampling(live: Reached): Promise<void> {
  await asSuperuser(live, async (client) => {
    for (const name of Object.keys(SETTINGS)) await client.query(`ALTER SYSTEM RESET ${name}`);
    await client.query("SELECT pg_reload_conf()");
  });
}

function stretchOf(log: string, from: number): string {
  const size = Math.min(AT_MOST_BYTES, Math.max(0, statSync(log).size - from));
  const bytes = Buffer.alloc(size);
  const file = openSync(log, "r");
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, size, from)).toString("utf8");
  } finally {
    closeSync(file);
  }
}

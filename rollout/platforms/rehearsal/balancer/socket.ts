import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { last, upTo } from "../../../../infra/sure.ts";
import { RehearsalError } from "../machine/errors.ts";
import type { MapLines } from "./config/maps.ts";

const DEADLINE_MS = 10_000;
const BUSY_MS = 20;

/**
 * Sends one line to HAProxy's runtime API (HAProxy management guide, "Unix Socket commands") and gives its whole answer.
 *
 * @param command one command, or several with `; ` between them, which run without a pause
 * @throws {RehearsalError} when nobody listens or the answer doesn't come in ten seconds
 */
export async function ask(socket: string, command: string): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await askOnce(socket, command);
    } catch (error) {
      if (!(error instanceof Busy)) throw error;
      if (tries >= DEADLINE_MS / BUSY_MS) throw new RehearsalError(error.message);
      await sleep(BUSY_MS);
    }
  }
}

/** More asked at once than the system lets wait (EAGAIN): a moment later there is room. */
class Busy extends Error {}

function askOnce(socket: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    // To end it is to say that nothing follows: the master process would wait for more.
    const connection = connect(socket, () => connection.end(`${command}\n`));
    const fail = (reason: string, Kind = RehearsalError) => {
      connection.destroy();
      reject(new Kind(`the balancer doesn't answer on ${socket}: ${reason}`));
    };
    connection.setTimeout(DEADLINE_MS, () => fail(`nothing in ${DEADLINE_MS / 1_000} s`));
    connection.on("error", (error: NodeJS.ErrnoException) =>
      fail(error.message, error.code === "EAGAIN" ? Busy : RehearsalError),
    );
    connection.on("data", (chunk) => chunks.push(chunk));
    connection.on("end", () => resolve(Buffer.concat(chunks).toString("utf8").trim()));
  });
}

/**
 * Sends a command that answers nothing, or one of the given words, when it has worked.
 *
 * @throws {RehearsalError} with the first line of HAProxy's answer otherwise
 */
export async function order(socket: string, command: string, done?: string): Promise<void> {
  const answer = await ask(socket, command);
  if (answer !== "" && !(done && answer.includes(done)))
    throw new RehearsalError(`the balancer refused "${firstLine(command)}": ${firstLine(answer)}`);
}

function firstLine(text: string): string {
  return upTo(text, "\n");
}

/** Replaces a whole map at once: a request meets either the lines before or the lines after, never a mixture. */
export async function replaceMap(socket: string, map: string, lines: MapLines): Promise<void> {
  const answer = await ask(socket, `prepare map ${map}`);
  const version = /New version created: (\d+)/.exec(answer)?.[1];
  if (!version) throw new RehearsalError(`the balancer refused a new version of ${map}: ${answer}`);
  for (const batch of batchesOf(Object.entries(lines))) {
    await order(socket, `add map @${version} ${map} <<\n${batch.join("\n")}\n`);
  }
  await order(socket, `commit map @${version} ${map}`);
}

/** What the balancer really has, not what it was told. */
export async function readMap(socket: string, map: string): Promise<MapLines> {
  const answer = await ask(socket, `show map ${map}`);
  if (answer.startsWith("Unknown")) throw new RehearsalError(`the balancer has no map ${map}: ${answer}`);
  return Object.fromEntries(
    answer
      .split("\n")
      .filter(Boolean)
      .map((line) => {
        const [, key, value] = /^0x[0-9a-f]+ (\S+) (.*)$/.exec(line) ?? [];
        if (key === undefined || value === undefined)
          throw new RehearsalError(`the balancer shows ${map} with a line that isn't one: ${line}`);
        return [key, value];
      }),
  );
}

/** A command must fit HAProxy's buffer, which has 16 KiB. */
const BATCH_BYTES = 12_000;

function batchesOf(lines: [string, string][]): string[][] {
  const batches: string[][] = [];
  let bytes = BATCH_BYTES;
  for (const [key, value] of lines) {
    const line = `${key} ${value}`;
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > BATCH_BYTES) {
      batches.push([]);
      bytes = Buffer.byteLength(line) + 1;
    }
    last(batches).push(line);
  }
  return batches;
}

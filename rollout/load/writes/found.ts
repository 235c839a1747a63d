import type { NumberedWrites } from "./numbers.ts";

/** Has a query's answer, a row a line, as the app itself may read it. @throws when the database can't be asked */
export type AskDatabase = (query: string) => Promise<string>;

/** What the database has of a journey's numbered writes. Writes by their numbers. */
export interface WritesFound {
  journey: string;
  prefix: string;
  sent: number;
  acknowledged: number;
  /** Acknowledged, and not there. */
  lost: number[];
  /** There more than once, acknowledged or not. */
  doubled: number[];
  /** How many got no right answer: whoever sent one knows that it may have failed. And how many of them are there. */
  unanswered: number;
  unansweredThere: number;
  /** Why nobody can tell; then the figures above say nothing. */
  unknown?: string;
}

export async function findWrites(
  { journey, prefix, sent, acknowledged }: NumberedWrites,
  ask: AskDatabase,
): Promise<WritesFound> {
  const about = { journey: journey.name, prefix, sent, acknowledged: acknowledged.size };
  const unanswered = sent - acknowledged.size;
  try {
    const times = timesIn(await ask(countingQuery(journey.written ?? "", prefix)));
    const numbers = Array.from({ length: sent }, (_, index) => index + 1);
    return {
      ...about,
      lost: numbers.filter((number) => acknowledged.has(number) && !times.has(number)),
      doubled: [...times].flatMap(([number, count]) => (count > 1 ? [number] : [])),
      unanswered,
      unansweredThere: numbers.filter((number) => !acknowledged.has(number) && times.has(number)).length,
    };
  } catch (error) {
    const unknown = (error as Error).message;
    return { ...about, lost: [], doubled: [], unanswered, unansweredThere: 0, unknown };
  }
}

/**
 * How often each number is there, as stretches of numbers that are there equally often (`1-500:1`): a run of an hour fits into a few
 * lines, and a server of AWS's hands back only so many.
 *
 * @param written the journey's query: a row for each write, its number first
 */
export function countingQuery(written: string, prefix: string): string {
  return `
    SELECT min(number) || '-' || max(number) || ':' || times
    FROM (
      SELECT number, times, number - row_number() OVER (PARTITION BY times ORDER BY number) AS stretch
      FROM (
        SELECT substr(written::text, ${prefix.length + 2})::bigint AS number, count(*) AS times
        FROM (${written.replaceAll("{run}", prefix)}) AS all_written (written)
        GROUP BY 1
      ) AS counted
    ) AS stretches
    GROUP BY times, stretch
    ORDER BY min(number)`;
}

/** @throws {Error} when it is no answer to {@link countingQuery} */
export function timesIn(answer: string): Map<number, number> {
  const times = new Map<number, number>();
  for (const line of answer.split("\n").filter((each) => each.trim() !== "")) {
    const [, from, to, count] = /^(\d+)-(\d+):(\d+)$/.exec(line.trim()) ?? [];
    if (count === undefined) throw new Error(`the database answered ${JSON.stringify(line)}`);
    for (let number = Number(from); number <= Number(to); number += 1) times.set(number, Number(count));
  }
  return times;
}

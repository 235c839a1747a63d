import { readdirSync } from "node:fs";
import { join } from "node:path";
import { LogTimes } from "../../platforms/rehearsal/logs/times.ts";
import { Tail } from "../../platforms/rehearsal/machine/tail.ts";
import { until } from "../../waiting.ts";
import { APP, isMeant, LONG, type LogKind, type LogQuery, type WrittenLine } from "../visited.ts";

/** `blue-1.app.log`, `blue-1.worker-1.process.log`, also of servers that are gone. */
const OF_A_SERVER = /^(([a-z][a-z0-9]*)-\d+)\.([\w-]+)(\.process)?\.log$/;

/** What writes which log, by the file's name, and how it is called on AWS. */
const WRITERS: Record<LogKind, Record<string, string>> = {
  app: { app: APP, migrate: "migrate" },
  nginx: { access: "access", nginx: "error", long: LONG },
};

const EVERY_MS = 250;
const FOREVER_MS = 1e12;

/**
 * The servers' logs in a rehearsal's folder. A line's time is its own where it begins with one or names it in JSON, else
 * when it was seen to be written.
 */
export async function readLogs(
  folder: string,
  query: LogQuery,
  tell: (lines: WrittenLine[]) => void,
): Promise<void> {
  const tail = new Tail();
  const times = new LogTimes(folder);
  const begun = new Set<string>();
  const look = () => {
    const found: WrittenLine[] = [];
    for (const { file, ...who } of filesIn(folder, query)) {
      const path = join(folder, file);
      if (!begun.has(file)) tail.from(path, times.sizeAt(file, query.since));
      begun.add(file);
      tail.read(path, (text, end) => {
        const at = timeOf(text, times.writtenBy(file, end) ?? Date.now());
        if (at >= query.since) found.push({ ...who, at, text });
      });
    }
    if (found.length > 0) tell(found.toSorted((a, b) => a.at - b.at));
  };
  look();
  if (!query.follow) return;
  const patience = { everyMs: EVERY_MS, withinMs: FOREVER_MS, signal: query.signal };
  await until(patience, () => {
    look();
    return false;
  }).catch((error) => {
    if (!query.signal?.aborted) throw error;
  });
}

function filesIn(folder: string, { kind, track, server, process }: LogQuery) {
  return readdirSync(folder)
    .toSorted()
    .flatMap((file) => {
      const [, id = "", of = "", writer = "", isOwn] = OF_A_SERVER.exec(file) ?? [];
      const name = isOwn && kind === "app" ? writer : WRITERS[kind][writer];
      if (name === undefined) return [];
      const isAsked =
        (track === undefined || track === of) &&
        (server === undefined || server === id) &&
        isMeant(name, process);
      return isAsked ? [{ file, server: id, track: of, process: name }] : [];
    });
}

const AT_ITS_BEGINNING = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d))/;
const BY_NAME = /"(?:time|timestamp|ts)":"([^"]{19,35})"/;
/** Another's clock, or a time that the line is about: it isn't the line's. */
const MOST_APART_MS = 60_000;

/** @param seen when the line was seen to be written */
function timeOf(text: string, seen: number): number {
  const [, found = ""] = AT_ITS_BEGINNING.exec(text) ?? BY_NAME.exec(text) ?? [];
  const own = Date.parse(found.replace(" ", "T").replace(",", "."));
  return Math.abs(own - seen) <= MOST_APART_MS ? own : seen;
}

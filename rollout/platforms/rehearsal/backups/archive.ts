import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterLast } from "../../../../infra/sure.ts";
import { until } from "../../../waiting.ts";
import { RehearsalError } from "../machine/errors.ts";
import { STANZA } from "./config.ts";
import type { Store } from "./store.ts";

const SEGMENT = /^([0-9A-F]{24})-[0-9a-f]{40}(\.\w+)?$/;

/** The WAL segments that are in the repository, sorted, and their files as pgBackRest names them within it. */
export function archivedFiles({ folder }: Pick<Store, "folder">): { segment: string; path: string }[] {
  const within = join("archive", STANZA);
  const archive = join(folder, "repository", within);
  if (!existsSync(archive)) return [];
  return readdirSync(archive, { recursive: true, encoding: "utf8" })
    .flatMap((path) => {
      const segment = SEGMENT.exec(afterLast(path, "/"))?.[1];
      return segment ? [{ segment, path: join(within, path) }] : [];
    })
    .sort((a, b) => (a.segment < b.segment ? -1 : 1));
}

export function archivedSegments(store: Pick<Store, "folder">): string[] {
  return archivedFiles(store).map(({ segment }) => segment);
}

/** Those of the server that holds the database now: one before it, of another version, may have written segments of the same names. */
export function presentSegments(store: Pick<Store, "folder">): string[] {
  const within = join("archive", STANZA);
  const present = presentServer(join(store.folder, "repository", within, "archive.info"));
  const own = present && `${join(within, present)}/`;
  return archivedFiles(store).flatMap(({ segment, path }) =>
    own === undefined || path.startsWith(own) ? [segment] : [],
  );
}

/** As pgBackRest names its folder: version and number. Undefined: there is no repository yet. */
function presentServer(file: string): string | undefined {
  const [, database = ""] = existsSync(file) ? readFileSync(file, "utf8").split("[db]\n") : [];
  const version = /^db-version="?([\d.]+)/m.exec(database)?.[1];
  const id = /^db-id=(\d+)/m.exec(database)?.[1];
  return version && id && `${version}-${id}`;
}

/**
 * Waits until a segment is in the repository.
 *
 * @returns milliseconds since the epoch at which it was found there
 * @throws {RehearsalError} when it isn't in time: what is written now would be lost with the server
 */
export async function untilArchived(store: Store, segment: string, withinMs: number): Promise<number> {
  const isThere = () => presentSegments(store).includes(segment);
  if (await until({ everyMs: 50, withinMs }, isThere)) return Date.now();
  throw new RehearsalError(
    `the WAL segment ${segment} isn't archived after ${withinMs / 1000} s: see the database's log`,
  );
}

/**
 * The segments of one timeline that lie between two, both inclusive, in PostgreSQL's own order: a file has 16 MiB, and
 * 256 of them make a log.
 */
export function segmentsBetween(first: string, last: string): string[] {
  const timeline = last.slice(0, 8);
  const numberOf = (name: string) =>
    Number.parseInt(name.slice(8, 16), 16) * 256 + Number.parseInt(name.slice(16), 16);
  const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, "0");
  const [from, to] = [numberOf(first), numberOf(last)];
  return Array.from(
    { length: Math.max(0, to - from + 1) },
    (_, index) => `${timeline}${hex(Math.floor((from + index) / 256))}${hex((from + index) % 256)}`,
  );
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Journey } from "../../../infra/settings/schema/asked/journeys.ts";

/** The end of each log is enough to know what users ask for. */
const MOST_BYTES = 4 << 20;

/** What users have asked the live servers for, as far back as their logs go, with what names one thing left out: `GET /quotes/*`. */
export function askedRoutes(logs: string): Set<string> {
  if (!existsSync(logs)) return new Set();
  const files = readdirSync(logs).filter((name) => name.endsWith(".access.log"));
  return new Set(
    files.flatMap((name) => routesIn(readFileSync(join(logs, name)).subarray(-MOST_BYTES).toString())),
  );
}

function routesIn(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    try {
      const { method, path, status } = JSON.parse(line) as { method: string; path: string; status: number };
      return status < 400 ? [routeOf(method, path)] : [];
    } catch {
      return [];
    }
  });
}

export function routeOf(method: string, path: string): string {
  const parts = (path.split("?")[0] ?? "").split("/").map((part) => (NAMES_ONE.test(part) ? "*" : part));
  return `${method} ${parts.join("/")}`;
}

/** A number, a UUID or another long name that a machine has made, and what a journey has in braces. */
const NAMES_ONE = /^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|(?=[^/]*\d)[\w-]{16,}|\{[^}]*\})$/i;

/** Those that no journey and no smoke test asks. */
export function unasked(
  asked: ReadonlySet<string>,
  journeys: readonly Pick<Journey, "request">[],
  tests: readonly { method: string; path: string }[],
): string[] {
  const ours = new Set([
    ...journeys.map(({ request }) => routeOf(...(request.split(" ") as [string, string]))),
    ...tests.map(({ method, path }) => routeOf(method, path)),
    "GET /health",
  ]);
  return [...asked].filter((each) => !ours.has(each)).toSorted();
}

import type { SmokeTest } from "../../infra/settings/schema/asked/smoke.ts";
import type { Reply } from "./client.ts";

/** What an answer is held against. */
export interface Expected {
  /** The track that must have answered; undefined: any, as a user's request. */
  track?: string;
  /** The version that was deployed to each track. */
  versions: Readonly<Record<string, string>>;
}

/**
 * What is wrong with an answer, in the words of who reads it.
 *
 * @returns nothing when all is as expected
 */
export function wrongWith(test: SmokeTest, reply: Reply, asked: Expected): string[] {
  const track = reply.headers["x-track"];
  // Another track's answer proves nothing, however good it is.
  if (asked.track !== undefined && track !== asked.track)
    return [`${reply.status} came from ${track ?? "no track"}, not ${asked.track}${closedBy(reply)}`];
  if (reply.status === 429) return [`429: this address has used up its requests${laterBy(reply)}`];
  if (test.optional && reply.status === 404) return [];
  const { status, contains, json, headers } = test.expect;
  const good = [status].flat();
  if (!good.includes(reply.status))
    return [`answers ${reply.status}, not ${good.join(" or ")}${closedBy(reply)}`];

  const fill = (text: string) => filled(text, asked, track);
  const wrong: string[] = [];
  if (contains !== undefined && !reply.body.includes(fill(contains)))
    wrong.push(`the body doesn't hold ${quoted(fill(contains))}: ${quoted(reply.body)}`);
  for (const [name, text] of Object.entries(headers)) {
    const got = reply.headers[name.toLowerCase()];
    if (!got?.includes(fill(text)))
      wrong.push(
        `the header ${name} is ${got === undefined ? "missing" : quoted(got)}, not ${quoted(fill(text))}`,
      );
  }
  return [...wrong, ...wrongFields(json, reply.body, fill)];
}

function wrongFields(
  json: SmokeTest["expect"]["json"],
  body: string,
  fill: (text: string) => string,
): string[] {
  if (Object.keys(json).length === 0) return [];
  const document = parsed(body);
  if (document === undefined) return [`the body is no JSON: ${quoted(body)}`];
  return Object.entries(json).flatMap(([path, expected]) => {
    const wanted = typeof expected === "string" ? fill(expected) : expected;
    const got = at(document, path.split("."));
    if (got === wanted) return [];
    return [`${path} is ${got === undefined ? "missing" : quoted(got)}, not ${quoted(wanted)}`];
  });
}

/** An unknown version is left as it is, so that the test fails and shows why. */
function filled(text: string, { track, versions }: Expected, answered: string | undefined): string {
  const name = track ?? answered ?? "";
  return text.replaceAll("{track}", name).replaceAll("{version}", versions[name] ?? "{version}");
}

/** The maintenance page comes from the firewall: no track answers, and it says when to come back. */
export function isMaintenance({ status, headers }: Reply): boolean {
  return status === 503 && headers["x-track"] === undefined && headers["retry-after"] !== undefined;
}

function closedBy(reply: Reply): string {
  return isMaintenance(reply) ? " (maintenance is on, and the operators' token isn't at hand)" : "";
}

function laterBy({ headers }: Reply): string {
  const after = headers["retry-after"];
  return after ? `; try again in ${after} s` : "";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function at(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined,
    document,
  );
}

function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

import { readFileSync } from "node:fs";
import { request } from "node:https";
import { messageOf } from "../errors.ts";
import type { Ledger } from "../state.ts";

export interface SmokeResult {
  passed: boolean;
  /** A line for each check, also the good ones. */
  details: string[];
}

interface Reply {
  status: number;
  track: string;
  body: string;
}

/** What is asked of a track before it gets users' requests. Returns what is wrong, or undefined. */
const CHECKS: { path: string; wrong(reply: Reply, track: string): string | undefined }[] = [
  { path: "/health", wrong: ({ body }) => unhealthy(body) },
  { path: "/version", wrong: ({ body }, track) => otherTrack(body, track) },
  { path: "/", wrong: ({ body }) => (body.trim() ? undefined : "an empty page") },
];

/**
 * Asks a track for its health, its version and its page: real requests through the balancer by the public name, which the
 * testers' header takes to this track whatever its weight.
 */
export async function smoke(ledger: Ledger, caFile: string, track: string): Promise<SmokeResult> {
  const ca = readFileSync(caFile, "utf8");
  const results = await Promise.all(
    CHECKS.map(async ({ path, wrong }) => {
      const mistake = await ask(ledger, ca, track, path)
        .then((reply) => general(reply, track) ?? wrong(reply, track))
        .catch(messageOf);
      return { mistake, line: `${path}: ${mistake ?? "ok"}` };
    }),
  );
  return {
    passed: results.every(({ mistake }) => mistake === undefined),
    details: results.map(({ line }) => line),
  };
}

function general({ status, track }: Reply, asked: string): string | undefined {
  if (status !== 200) return `status ${status}`;
  return track === asked ? undefined : `answered by ${track || "nobody"}, not by ${asked}`;
}

/** The application's own checks, such as `{ checks: { database: { ok: true } } }`, where it reports them. */
function unhealthy(body: string): string | undefined {
  const { checks } = (parsed(body) ?? {}) as { checks?: Record<string, { ok?: boolean }> };
  const failing = Object.entries(checks ?? {}).flatMap(([name, { ok }]) => (ok === false ? [name] : []));
  return failing.length > 0 ? `failing: ${failing.join(", ")}` : undefined;
}

function otherTrack(body: string, track: string): string | undefined {
  const said = parsed(body) as { track?: unknown } | undefined;
  if (said?.track === undefined || said.track === track) return undefined;
  return `it says that it is ${said.track}`;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function ask({ state }: Ledger, ca: string, track: string, path: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: "127.0.0.1",
        port: state.port,
        path,
        ca,
        servername: state.domain,
        headers: { host: state.domain, "x-rollout-track": track },
        agent: false,
        timeout: 10_000,
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (text: string) => {
          body += text;
        });
        response.once("error", reject);
        response.once("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            track: String(response.headers["x-track"] ?? ""),
            body,
          }),
        );
      },
    );
    asked.once("timeout", () => asked.destroy(new Error("no answer in 10 s")));
    asked.once("error", reject);
    asked.end();
  });
}

import { ask, type Door } from "../../smoke/client.ts";
import { isMaintenance } from "../../smoke/judge.ts";
import type { HealthFacts } from "../checks/health.ts";

/** Lets an operator pass during maintenance; asked for only then. */
export type OperatorToken = () => Promise<string>;

const WITHIN_MS = 10_000;

/** GET, and once more with the operators' token when maintenance answers: operators see what users don't. */
export async function look(door: Door, path: string, operatorToken: OperatorToken, track?: string) {
  const headers: Record<string, string> = track === undefined ? {} : { "x-rollout-track": track };
  const question = { method: "GET", path, withinMs: WITHIN_MS };
  const reply = await ask(door, { ...question, headers });
  if (!isMaintenance(reply)) return reply;
  const token = await operatorToken().catch(() => undefined);
  return token === undefined
    ? reply
    : ask(door, { ...question, headers: { ...headers, "x-rollout-operator": token } });
}

/** A track's `/health`, whatever its weight. Never rejects: no answer is an answer. */
export async function readHealth(
  door: Door,
  track: string,
  operatorToken: OperatorToken,
): Promise<HealthFacts> {
  try {
    const reply = await look(door, "/health", operatorToken, track);
    const from = reply.headers["x-track"];
    if (from !== track) {
      const problem = `${reply.status} came from ${from ?? "no track"}`;
      return { track, status: reply.status === 200 ? 0 : reply.status, parts: {}, problem };
    }
    return { track, status: reply.status, ...told(reply.body) };
  } catch (error) {
    return { track, status: 0, parts: {}, problem: (error as Error).message };
  }
}

/** `{ status: "ok", checks: { database: { ok: true } } }`, as far as the service tells it. */
function told(body: string): Pick<HealthFacts, "said" | "parts"> {
  try {
    const { status, checks } = JSON.parse(body) as {
      status?: unknown;
      checks?: Record<string, { ok?: unknown }>;
    };
    const parts = Object.entries(checks ?? {}).flatMap(([name, check]) =>
      typeof check?.ok === "boolean" ? [[name, check.ok] as const] : [],
    );
    return { ...(typeof status === "string" && { said: status }), parts: Object.fromEntries(parts) };
  } catch {
    return { parts: {} };
  }
}

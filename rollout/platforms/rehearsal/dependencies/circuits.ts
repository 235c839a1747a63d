import type { ServerRecord } from "../machine/state.ts";

/**
 * The state of a server's circuits to the services of others, by name, as its application says on `/health`: `closed`,
 * `half-open` or `open`.
 */
export async function circuitsOf({
  appPort,
}: Pick<ServerRecord, "appPort">): Promise<Record<string, string>> {
  const answer = await fetch(`http://127.0.0.1:${appPort}/health`, { signal: AbortSignal.timeout(5_000) });
  const { dependencies = {} } = (await answer.json()) as { dependencies?: Record<string, string> };
  return dependencies;
}

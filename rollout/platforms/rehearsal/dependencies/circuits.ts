import type { ServerRecord } from "../machine/state.ts";

/**
 * The state of a server's circuits to the services of others, by name, as an application may say where it says that it can
 * serve, in a field `dependencies`: `closed`, `half-open` or `open`. Empty where it says nothing of them.
 */
export async function circuitsOf(
  { appPort }: Pick<ServerRecord, "appPort">,
  healthPath: string,
): Promise<Record<string, string>> {
  const url = `http://127.0.0.1:${appPort}${healthPath}`;
  const text = await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text();
  try {
    const { dependencies } = JSON.parse(text) as { dependencies?: Record<string, string> };
    return dependencies ?? {};
  } catch {
    return {};
  }
}

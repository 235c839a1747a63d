import { UserError } from "../../errors.ts";

export interface SmokeOptions {
  /** The public address of the stack. */
  url: string;
  track: string;
  /** What the track is to run: 12 hex digits. */
  version: string;
}

export interface SmokeResult {
  passed: boolean;
  details: string[];
}

/** Each request may meet another server. */
const HEALTH_REQUESTS = 3;
const WITHIN_MS = 10_000;

/**
 * Asks a track as a tester does, by header and through the public name: is it healthy, is it the version that was
 * deployed, does it answer a user's request. A check that gets no answer has failed.
 */
export async function smoke({ url, track, version }: SmokeOptions): Promise<SmokeResult> {
  const ask = async (path: string): Promise<Response> => {
    const response = await fetch(new URL(path, url), {
      headers: { "x-rollout-track": track, connection: "close" },
      redirect: "manual",
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    // Another track's answer proves nothing, however good it is.
    const from = response.headers.get("x-track");
    if (from !== track)
      throw new UserError(`${response.status} came from ${from ?? "no track"}, not ${track}`);
    return response;
  };
  const checks: [what: string, check: () => Promise<string>][] = [
    ...Array.from({ length: HEALTH_REQUESTS }, (): [string, () => Promise<string>] => [
      "GET /health",
      async () => expectStatus(await ask("/health"), 200, 200),
    ]),
    ["GET /version", async () => expectVersion(await ask("/version"), version)],
    ["GET /", async () => expectStatus(await ask("/"), 200, 399)],
  ];
  const details: string[] = [];
  let passed = true;
  for (const [what, check] of checks) {
    try {
      details.push(`${what}: ${await check()}`);
    } catch (error) {
      passed = false;
      details.push(`${what}: FAILED, ${reasonOf(error)}`);
    }
  }
  return { passed, details };
}

async function expectStatus(response: Response, least: number, most: number): Promise<string> {
  await response.body?.cancel();
  if (response.status < least || response.status > most) throw new UserError(`answers ${response.status}`);
  return String(response.status);
}

/** A service of somebody's own needn't tell its version; one that tells another one isn't what was deployed. */
async function expectVersion(response: Response, version: string): Promise<string> {
  if (response.status === 404) return "404, the service tells no version";
  const text = await response.text();
  if (response.status !== 200) throw new UserError(`answers ${response.status}`);
  if (!text.includes(version)) throw new UserError(`is ${text.slice(0, 200)}, not ${version}`);
  return version;
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

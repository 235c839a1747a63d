import type { World } from "./balancer-world.ts";

/** Above the number of requests that a test sends. */
export const NO_LIMIT = { "beta-waf": rateRule(1_000_000) };

/** The names of those that answer. */
export async function answering(from: World, count: number): Promise<string[]> {
  const names = new Set<string>();
  for (let turn = 0; turn < count; turn += 1) names.add((await from.get()).server ?? "nobody");
  return [...names].sort();
}

/** About 200 requests a second on connections that are kept, every fifth a POST, until it is stopped. */
export function constantLoad(world: World): { stop(): Promise<{ sent: number; lost: string[] }> } {
  const pending: Promise<void>[] = [];
  const lost: string[] = [];
  const timer = setInterval(() => {
    const asked = world.get("/", {}, pending.length % 5 === 0 ? "POST" : "GET");
    pending.push(
      asked.then(
        ({ status }) => {
          if (status !== 200) lost.push(String(status));
        },
        (error: Error) => {
          lost.push(error.message);
        },
      ),
    );
  }, 5);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(pending);
      return { sent: pending.length, lost };
    },
  };
}

export function rateRule(limit: number) {
  return {
    rules: [
      {
        name: "rate",
        priority: 1,
        statement: { rateBasedStatement: { aggregateKeyType: "IP", evaluationWindowSec: 300, limit } },
        action: {
          block: {
            customResponse: { responseCode: 429, responseHeaders: [{ name: "Retry-After", value: "300" }] },
          },
        },
      },
    ],
  };
}

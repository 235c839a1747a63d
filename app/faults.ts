import { setTimeout as sleep } from "node:timers/promises";

/** What a test orders: shares of requests from 0 to 1, a delay in milliseconds. */
export interface FaultOrder {
  /** The share of requests that are answered 500. */
  errorRate: number;
  /** How long a delayed request waits first. */
  latencyMs: number;
  /** The share of requests that are delayed. */
  latencyRate: number;
  /** The share of sound orders that are refused, as a mistake in the rules would: only what is counted of the business shows it. */
  refuseRate: number;
  /** The share of requests that are never answered, and of those whose answer begins and never ends. */
  hangRate: number;
  endlessRate: number;
  /** The share of requests that find nothing there (404), but for `/health`. */
  lostRate: number;
  /** How many MiB more are taken each second and never given back, as a leak does. */
  leakMiB: number;
  /** Ends the process at once, as a crash would. */
  crash: boolean;
}

export const noFaults: FaultOrder = {
  errorRate: 0,
  latencyMs: 0,
  latencyRate: 1,
  refuseRate: 0,
  hangRate: 0,
  endlessRate: 0,
  lostRate: 0,
  leakMiB: 0,
  crash: false,
};

const RATES = ["errorRate", "latencyRate", "refuseRate", "hangRate", "endlessRate", "lostRate"] as const;

/** An order in a request's body; what it leaves out is back to normal. */
export function parseFaults(body: unknown): { order: FaultOrder } | { mistakes: string[] } {
  if (typeof body !== "object" || body === null) return { mistakes: ["the body must be an object"] };
  const order = { ...noFaults, ...body } as FaultOrder;
  const mistakes = Object.keys(body)
    .filter((key) => !Object.hasOwn(noFaults, key))
    .map((key) => `${key} is not a fault`);
  for (const key of RATES) {
    if (!(order[key] >= 0 && order[key] <= 1)) mistakes.push(`${key} must be a number from 0 to 1`);
  }
  if (!(order.latencyMs >= 0 && order.latencyMs <= 60_000)) mistakes.push("latencyMs must be 0 to 60000");
  if (!(order.leakMiB >= 0 && order.leakMiB <= 1024)) mistakes.push("leakMiB must be 0 to 1024");
  if (typeof order.crash !== "boolean") mistakes.push("crash must be true or false");
  return mistakes.length ? { mistakes } : { order };
}

/** Waits if this request is to be late. True when it is to fail. */
export async function suffer(order: FaultOrder, random = Math.random): Promise<boolean> {
  if (order.latencyMs > 0 && random() < order.latencyRate) await sleep(order.latencyMs);
  return random() < order.errorRate;
}

/** How a request is to be answered otherwise than by its route; undefined: it isn't. */
export function hollow(
  { hangRate, endlessRate, lostRate }: FaultOrder,
  random = Math.random,
): "hang" | "endless" | "lost" | undefined {
  const at = random();
  if (at < hangRate) return "hang";
  if (at < hangRate + endlessRate) return "endless";
  return at < hangRate + endlessRate + lostRate ? "lost" : undefined;
}

/** True when a sound order is to be refused. */
export function refuses({ refuseRate }: FaultOrder, random = Math.random): boolean {
  return random() < refuseRate;
}

/**
 * Whether a request comes straight from this machine. nginx is on this machine as well, but says for whom it asks, so
 * nobody outside can order a fault even if /faults were passed on.
 */
export function isDirect(
  remoteAddress: string | undefined,
  headers: NodeJS.Dict<string | string[]>,
): boolean {
  const loopback = /^(::ffff:)?127\./.test(remoteAddress ?? "") || remoteAddress === "::1";
  const passedOn = ["x-forwarded-for", "x-real-ip", "forwarded", "via"].some((name) => name in headers);
  return loopback && !passedOn;
}

let leak: { timer: NodeJS.Timeout; kept: number[][] } | undefined;

/** Begins a leak, or ends it and gives the memory back. On the heap, as leaks are: what it ends with is V8's own word. */
export function leakMemory({ leakMiB }: FaultOrder): void {
  clearInterval(leak?.timer);
  leak = undefined;
  if (leakMiB === 0) return;
  const kept: number[][] = [];
  // A MiB at a time, so that requests are still answered in between; 0.5 is a number of eight bytes.
  const timer = setInterval(() => kept.push(new Array<number>(2 ** 17).fill(0.5)), 1000 / leakMiB).unref();
  leak = { timer, kept };
}

import { type Log, reasonOf } from "./log.ts";

export type Importance = "essential" | "normal" | "optional";

/** A flag as AppConfig's agent answers it; attributes only when it is on. */
export interface AgentFlag {
  enabled: boolean;
  _variant?: string;
  importance?: Importance;
  [attribute: string]: unknown;
}

/** All flags as they are for one caller. `stale`: the agent didn't answer, these are the last that it gave. */
export interface Answer {
  flags: Record<string, AgentFlag>;
  stale: boolean;
}

export interface AgentOptions {
  /** `http://HOST:PORT/applications/APP/environments/ENV/configurations/PROFILE`. */
  url: string;
  log: Log;
  /** How long a request waits for the agent. It is on the same server: an answer takes a millisecond. */
  timeoutMs?: number;
  /** How long an answer is good for; a flag switched off is off this much later. */
  freshMs?: number;
  /** Callers whose last answers are kept. */
  most?: number;
  now?: () => number;
}

interface Known {
  flags?: Record<string, AgentFlag>;
  until: number;
  asking?: Promise<void>;
}

/**
 * Asks AppConfig's agent, once a second for each kind of caller and never more than once at a time. When it doesn't
 * answer, the last good answer holds, however old, and it is left alone for a second.
 *
 * Source: AWS AppConfig User Guide, "Retrieving basic and multi-variant feature flags".
 */
export class FlagsAgent {
  readonly #options: Required<AgentOptions>;
  readonly #known = new Map<string, Known>();
  #failing = false;
  #askAgain = 0;

  constructor(options: AgentOptions) {
    this.#options = { timeoutMs: 300, freshMs: 1_000, most: 1_000, now: () => performance.now(), ...options };
  }

  /** @returns undefined when the agent has never answered for such a caller; never throws */
  async flags(context: Record<string, string>): Promise<Answer | undefined> {
    const header = headerOf(context);
    const known = this.#entry(header);
    const now = this.#options.now();
    if (now >= known.until && now >= this.#askAgain) {
      known.asking ??= this.#ask(header, known).finally(() => {
        known.asking = undefined;
      });
    }
    await known.asking;
    return known.flags && { flags: known.flags, stale: this.#options.now() >= known.until };
  }

  async #ask(header: string, known: Known): Promise<void> {
    const { url, log, timeoutMs, freshMs, now } = this.#options;
    try {
      const response = await fetch(url, {
        headers: header ? { Context: header } : {},
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!response.ok) throw new Error(`the agent answered ${response.status}`);
      known.flags = flagsIn(await response.json());
      known.until = now() + freshMs;
      if (this.#failing) log.info("the flags are up to date again");
      this.#failing = false;
    } catch (error) {
      this.#askAgain = now() + freshMs;
      // One line for each change of state, not one for each attempt.
      if (!this.#failing)
        log.warn("the flags can't be read; the last ones hold", { reason: reasonOf(error) });
      this.#failing = true;
    }
  }

  /** The callers asked about last are kept: those before them go when there are too many. */
  #entry(header: string): Known {
    const known = this.#known.get(header) ?? { until: 0 };
    this.#known.delete(header);
    this.#known.set(header, known);
    if (this.#known.size > this.#options.most) this.#known.delete(this.#known.keys().next().value!);
    return known;
  }
}

/** In a value a comma would begin another pair, and so let a tenant's name say who is an administrator. */
const SAFE = /^[\w.:@+'&()-](?:[\w.:@+'&() -]{0,126}[\w.:@+'&()-])?$/;

function headerOf(context: Record<string, string>): string {
  return Object.entries(context)
    .filter(([key, value]) => SAFE.test(key) && SAFE.test(value))
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(",");
}

function flagsIn(body: unknown): Record<string, AgentFlag> {
  const entries = Object.entries(body as Record<string, AgentFlag>);
  if (entries.every(([, flag]) => typeof flag?.enabled === "boolean")) return Object.fromEntries(entries);
  throw new Error("the agent's answer holds something other than flags");
}

import {
  BrokenCircuitError,
  CircuitState,
  CountBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  type IPolicy,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from "cockatiel";

/** Somebody else's service that this one asks over HTTP. */
export interface DependencyPlace {
  name: string;
  url: string;
  /** The most that one try may take, in milliseconds; with its retries a call takes at most twice that. */
  timeoutMs: number;
}

/** `open`: it isn't asked for a while; `half-open`: one call tries whether it is back. */
export type Circuit = "closed" | "half-open" | "open";

/** Half of the last 20 tries must fail, of at least 5: one lost packet opens nothing, an outage does within a second of load. */
const BREAKER = { size: 20, threshold: 0.5, minimumNumberOfCalls: 5 } as const;
const OPEN_MS = 5_000;
/** Two more tries, a little and randomly apart: many servers that failed together don't come back together. */
const RETRIES = { maxAttempts: 2, initialDelay: 50, maxDelay: 400 } as const;
/** The longest that a `Retry-After` is obeyed; a supplier's mistake there mustn't cut us off for a day. */
const LONGEST_HOLD_MS = 60_000;

/** An answer that is no success. */
class Answered extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`it answered ${status}`);
    this.status = status;
  }
}

/**
 * Asks a dependency so that its trouble stays its own: each try has a timeout, what may pass is tried again with jitter,
 * and after many failures it is left alone (Nygard, "Release It!", circuit breaker; Amazon Builders' Library, "Timeouts,
 * retries, and backoff with jitter"). The breaker is inside the retries: once it opens nothing is tried again.
 */
export class Dependency {
  readonly place: DependencyPlace;
  readonly #breaker = circuitBreaker(handleWhen(isItsFault), {
    breaker: new CountBreaker(BREAKER),
    halfOpenAfter: OPEN_MS,
  });
  readonly #policy: IPolicy<{ signal: AbortSignal }>;
  #heldUntil = 0;

  /** @param changed told each new state of the circuit */
  constructor(place: DependencyPlace, changed: (circuit: Circuit) => void = () => {}) {
    this.place = place;
    this.#policy = wrap(
      timeout(2 * place.timeoutMs, TimeoutStrategy.Aggressive),
      retry(handleWhen(mayPass), {
        maxAttempts: RETRIES.maxAttempts,
        backoff: new ExponentialBackoff({ initialDelay: RETRIES.initialDelay, maxDelay: RETRIES.maxDelay }),
      }),
      this.#breaker,
      timeout(place.timeoutMs, TimeoutStrategy.Aggressive),
    );
    this.#breaker.onStateChange(() => changed(this.circuit));
  }

  get circuit(): Circuit {
    if (performance.now() < this.#heldUntil || this.#breaker.state === CircuitState.Open) return "open";
    return this.#breaker.state === CircuitState.Closed ? "closed" : "half-open";
  }

  /**
   * The JSON that a GET answers.
   *
   * @param path what is added to the dependency's address, such as `/prices?material=pvc`
   * @throws {Error} that says why there is no answer: it failed, took too long, or isn't asked just now
   */
  async get(path: string): Promise<unknown> {
    if (performance.now() < this.#heldUntil) throw new Error("it asked to be left alone for a while (429)");
    return this.#policy.execute(({ signal }) => this.#try(path, signal));
  }

  async #try(path: string, signal: AbortSignal): Promise<unknown> {
    const answer = await fetch(`${this.place.url.replace(/\/$/, "")}${path}`, {
      signal,
      headers: { accept: "application/json" },
      // An address that moves is a mistake in the config, not something to follow with each call.
      redirect: "error",
    });
    if (answer.ok) return answer.json();
    await answer.body?.cancel();
    if (answer.status === 429)
      this.#heldUntil = performance.now() + holdMs(answer.headers.get("retry-after"), Date.now());
    throw new Answered(answer.status);
  }
}

/** What the breaker counts: an answer of 4xx is ours to mend, and 429 is obeyed by itself. */
function isItsFault(error: unknown): boolean {
  return !(error instanceof Answered) || error.status >= 500;
}

/** What is worth another try within the same request. */
function mayPass(error: unknown): boolean {
  return isItsFault(error) && !(error instanceof BrokenCircuitError);
}

/**
 * How long a `Retry-After` asks for, in milliseconds: seconds or a date (RFC 9110, 10.2.3); a second where it says nothing.
 *
 * @param now milliseconds since the epoch
 */
export function holdMs(retryAfter: string | null, now: number): number {
  const text = retryAfter?.trim() ?? "";
  const asked = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(asked) ? 1_000 : Math.min(Math.max(asked, 0), LONGEST_HOLD_MS);
}

import type { Journey } from "../../../infra/settings/schema/asked/journeys.ts";
import { isNumbered, keptIn } from "../../../infra/settings/schema/asked/journeys.ts";
import { seededRandom } from "../../load/random.ts";
import { filled, type KeptAnswer, keptAnswer, mistakeOf } from "../../load/requests/journeys.ts";
import { Numbers } from "../../load/writes/numbers.ts";
import { ask, type Door } from "../../smoke/client.ts";

/** Who wrote and who asks: a version, and when. */
export type Walker = "stable before" | "stable meanwhile" | "stable after" | "candidate" | "stable again";

/** One request of a walk, and what was wrong with its answer. */
export interface Walked {
  journey: string;
  by: Walker;
  /** Who had written what was read; undefined: it reads nothing that was kept. */
  of?: Walker;
  mistake?: string;
  ms: number;
}

const WITHIN_MS = 15_000;

/**
 * The journeys that a team declares, one after the other, with what was answered carried on, by one user after the other version:
 * what each version has written is read back by all that come after it. A user keeps his cookies, so that a session that one version
 * began goes on with the other.
 */
export class Walks {
  readonly #journeys: readonly Journey[];
  readonly #numbers = new Numbers(`drill-${Date.now().toString(36)}`);
  readonly #random = seededRandom(1);
  /** By the name under which it is kept, and who wrote it. */
  readonly #kept = new Map<string, Map<Walker, KeptAnswer>>();
  readonly #cookies = new Map<string, string>();

  constructor(journeys: readonly Journey[]) {
    this.#journeys = journeys;
  }

  async walk(door: Door, by: Walker): Promise<Walked[]> {
    const walked: Walked[] = [];
    for (const journey of this.#journeys) {
      const name = keptIn(journey.request);
      if (name === undefined) walked.push(await this.#ask(door, journey, by));
      else
        for (const [of, kept] of this.#kept.get(name) ?? [])
          walked.push(await this.#ask(door, journey, by, { of, kept }));
    }
    return walked;
  }

  async #ask(
    door: Door,
    journey: Journey,
    by: Walker,
    read?: { of: Walker; kept: KeptAnswer },
  ): Promise<Walked> {
    const [method, pattern] = journey.request.split(" ") as [string, string];
    const path = pattern.replace(/\{[^{}]*\}/, () => encodeURIComponent(String(read?.kept.id)));
    const number = isNumbered(journey.body) ? this.#numbers.next(journey).text : undefined;
    const body = journey.body && filled(journey.body, this.#random, number);
    const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
    const about = { journey: journey.name, by, ...(read && { of: read.of }) };
    try {
      const reply = await ask(door, {
        ...{ method, path, withinMs: WITHIN_MS },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(cookie !== "" && { headers: { cookie } }),
      });
      this.#takeCookies(reply.headers["set-cookie"]);
      const mistake =
        mistakeOf(journey, {
          ...{ status: reply.status, answer: reply.body, body },
          read: read && shared(read.kept, reply.body, read.of === by),
        }) ?? this.#keep(journey, by, reply.body, number);
      return { ...about, ms: reply.ms, ...(mistake !== undefined && { mistake }) };
    } catch (error) {
      return { ...about, ms: WITHIN_MS, mistake: `${journey.request}: ${(error as Error).message}` };
    }
  }

  #keep(journey: Journey, by: Walker, answer: string, number: string | undefined): string | undefined {
    const { keep } = journey;
    if (keep === undefined) return undefined;
    const one = keptAnswer(journey, answer, number);
    if (!one) return `${journey.request} answered no ${journey.id}`;
    this.#kept.set(keep, (this.#kept.get(keep) ?? new Map<Walker, KeptAnswer>()).set(by, one));
    return undefined;
  }

  #takeCookies(header = ""): void {
    for (const each of header.split(/,(?=\s*[^;,\s=]+=)/)) {
      const [, name, value = ""] = /^\s*([^;,\s=]+)=([^;]*)/.exec(each) ?? [];
      if (name) this.#cookies.set(name, value);
    }
  }
}

/**
 * What must be the same in what was kept and in what is read: all of it, or, where another version wrote it, the fields that both
 * versions have.
 */
function shared(kept: KeptAnswer, answer: string, isOwn: boolean): KeptAnswer {
  const now = fields(answer);
  if (isOwn || now === undefined) return kept;
  const theirs = kept.answer as Record<string, unknown>;
  const own = Object.keys(now).map((name) => [name, name in theirs ? theirs[name] : now[name]]);
  return { ...kept, answer: Object.fromEntries(own) };
}

function fields(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

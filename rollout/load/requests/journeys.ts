import { isDeepStrictEqual } from "node:util";
import {
  isNumbered,
  isNumberPlace,
  type Journey,
  keptIn,
} from "../../../infra/settings/schema/asked/journeys.ts";
import { given, last } from "../../../infra/sure.ts";
import { type Random, wholeBetween } from "../random.ts";
import { Numbers } from "../writes/numbers.ts";
import { userAddress } from "./mix.ts";
import type { Shot, Shots } from "./shot.ts";

/** How many answers are kept under one name to be read back. */
const remembered = 500;

/** An answer that is read back, by its id. */
export interface KeptAnswer {
  id: string | number;
  /** As it came, parsed. */
  answer: unknown;
  /** What was sent in place of `{ number: true }`; undefined: there was none. */
  number: string | undefined;
}

/** @returns undefined where the answer has no id in the place that the journey says */
export function keptAnswer(
  { id: place }: Pick<Journey, "id">,
  text: string,
  number: string | undefined,
): KeptAnswer | undefined {
  const answer = parsed(text);
  const id = place
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], answer);
  return typeof id === "string" || typeof id === "number" ? { id, answer, number } : undefined;
}

/**
 * What a profile's users do, in random order by the journeys' weights, each from one of the users' addresses. A journey
 * that reads back what nobody has kept yet gives its turn to the one that keeps it.
 *
 * @param users how many addresses take part, from 1 to 131,070
 */
export class Journeys implements Shots {
  readonly #journeys: readonly Journey[];
  readonly #random: Random;
  readonly #users: number;
  readonly #numbers: Numbers;
  readonly #kept = new Map<string, KeptAnswer[]>();

  constructor(journeys: readonly Journey[], random: Random, users: number, numbers: Numbers = new Numbers()) {
    this.#journeys = journeys;
    this.#random = random;
    this.#users = users;
    this.#numbers = numbers;
  }

  next(): Shot {
    const from = userAddress(wholeBetween(this.#random, 1, this.#users));
    const drawn = this.#draw();
    const name = keptIn(drawn.request);
    if (name === undefined) return this.#shot(drawn, from, undefined);
    const kept = this.#kept.get(name) ?? [];
    const one = kept[Math.floor(this.#random() * kept.length)];
    if (one) return this.#shot(drawn, from, one);
    return this.#shot(
      given(
        this.#journeys.find(({ keep }) => keep === name),
        `journey that keeps ${name}`,
      ),
      from,
      undefined,
    );
  }

  #draw(): Journey {
    const whole = this.#journeys.reduce((sum, { weight }) => sum + weight, 0);
    let left = this.#random() * whole;
    for (const journey of this.#journeys) {
      left -= journey.weight;
      if (left < 0) return journey;
    }
    return last(this.#journeys);
  }

  #shot(journey: Journey, from: string, read: KeptAnswer | undefined): Shot {
    const [method, pattern] = journey.request.split(" ") as [Shot["method"], string];
    const path = pattern.replace(/\{[^{}]*\}/, () => encodeURIComponent(String(read?.id)));
    const own = isNumbered(journey.body) ? this.#numbers.next(journey) : undefined;
    const body = journey.body && filled(journey.body, this.#random, own?.text);
    const mistake = (status: number, answer: string) => {
      if (own && hasStatus(journey, status)) this.#numbers.acknowledge(journey, own.number);
      return mistakeOf(journey, { status, answer, body, read }) ?? this.#keep(journey, answer, own?.text);
    };
    return {
      journey: journey.name,
      method,
      path,
      from,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      mistake,
    };
  }

  /** Once full, a new one takes a random one's place: old and new ones are read back. */
  #keep(journey: Journey, answer: string, number: string | undefined): string | undefined {
    const { keep } = journey;
    if (keep === undefined) return undefined;
    const one = keptAnswer(journey, answer, number);
    if (!one) return `${journey.request} answered no ${journey.id}`;
    const kept = this.#kept.get(keep) ?? [];
    this.#kept.set(keep, kept);
    if (kept.length < remembered) kept.push(one);
    else kept[Math.floor(this.#random() * remembered)] = one;
    return undefined;
  }
}

interface Answered {
  status: number;
  answer: string;
  body: unknown;
  read: KeptAnswer | undefined;
}

function hasStatus({ expect }: Pick<Journey, "expect">, status: number): boolean {
  return [expect.status].flat().includes(status);
}

/** @returns what is wrong with an answer; undefined: nothing */
export function mistakeOf({ request, expect }: Journey, { status, answer, body, read }: Answered) {
  if (!hasStatus({ expect }, status)) return `${request} answered ${status}`;
  if (expect.text !== undefined && !answer.includes(expect.text))
    return `${request} lacks the text ${JSON.stringify(expect.text)}`;
  if (expect.same && !isDeepStrictEqual(parsed(answer), read?.answer))
    return `${request} read back something else`;
  if (expect.holds && read && !answer.includes(given(read.number, "number of what is read")))
    return `${request} lacks what was written`;
  if (expect.echo && !repeats(parsed(answer), body as object))
    return `${request} doesn't repeat what was sent`;
  return undefined;
}

function repeats(answer: unknown, sent: object): boolean {
  return Object.entries(sent).every(([key, value]) =>
    isDeepStrictEqual((answer as Record<string, unknown> | undefined)?.[key], value),
  );
}

/**
 * The body with `{ from, to }` drawn as a whole number and `{ oneOf }` as one of a list.
 *
 * @param number in place of `{ number: true }`
 */
export function filled(value: unknown, random: Random, number?: string): unknown {
  if (Array.isArray(value)) return value.map((each) => filled(each, random, number));
  if (value === null || typeof value !== "object") return value;
  if (number !== undefined && isNumberPlace(value)) return number;
  const { from, to, oneOf, ...rest } = value as Record<string, unknown>;
  const alone = Object.keys(rest).length === 0;
  if (alone && Array.isArray(oneOf)) return oneOf[wholeBetween(random, 0, oneOf.length - 1)];
  if (alone && Number.isInteger(from) && Number.isInteger(to))
    return wholeBetween(random, from as number, to as number);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, random, number)]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

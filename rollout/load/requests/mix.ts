import { isDeepStrictEqual } from "node:util";
import { nth } from "../../../infra/sure.ts";
import { type Random, wholeBetween } from "../random.ts";
import type { Shot, Shots } from "./shot.ts";

/** How many stored quotes are kept to be read back. */
const remembered = 500;

/**
 * What the sample service's users do, in random order: a periodic order would line up with a balancer that takes turns,
 * and the split of each kind of request would be anything. Each user has an address of 198.18.0.0/15, which RFC 2544
 * sets aside for load tests: nginx limits the requests of one address.
 *
 * @param users how many addresses take part, at most 131,070
 */
export class Mix implements Shots {
  readonly #random: Random;
  readonly #users: number;
  readonly #quotes: Quote[] = [];

  constructor(random: Random, users: number) {
    this.#random = random;
    this.#users = users;
  }

  next(): Shot {
    const from = userAddress(wholeBetween(this.#random, 1, this.#users));
    const kind = this.#random();
    const quote = this.#quotes[Math.floor(this.#random() * this.#quotes.length)];
    if (kind < 0.15) return { method: "GET", path: "/", from, mistake: pageMistake };
    if (kind < 0.3) return { method: "GET", path: "/version", from, mistake: versionMistake };
    if (kind < 0.7 && quote) return readBack(quote, from);
    return this.#store(from);
  }

  #store(from: string): Shot {
    const random = this.#random;
    const order = {
      width: wholeBetween(random, 200, 4000),
      height: wholeBetween(random, 200, 4000),
      material: nth(["pvc", "wood", "aluminium"], wholeBetween(random, 0, 2)),
    };
    const mistake = (status: number, body: string) => {
      const stored = status === 201 ? (parsed(body) as Quote | undefined) : undefined;
      if (!stored?.id) return `POST /quotes answered ${status}`;
      const { width, height, material } = stored;
      if (!isDeepStrictEqual({ width, height, material }, order)) return "POST /quotes stored another order";
      this.#remember(stored);
      return undefined;
    };
    return { method: "POST", path: "/quotes", body: JSON.stringify(order), from, mistake };
  }

  /** Once full, a new quote takes a random one's place: old and new ones are read back. */
  #remember(quote: Quote): void {
    if (this.#quotes.length < remembered) this.#quotes.push(quote);
    else this.#quotes[Math.floor(this.#random() * remembered)] = quote;
  }
}

interface Quote {
  id: string;
  width: number;
  height: number;
  material: string;
}

function readBack(quote: Quote, from: string): Shot {
  const mistake = (status: number, body: string) => {
    if (status !== 200) return `GET /quotes/:id answered ${status}`;
    return isDeepStrictEqual(parsed(body), quote) ? undefined : "GET /quotes/:id read back another quote";
  };
  return { method: "GET", path: `/quotes/${quote.id}`, from, mistake };
}

function pageMistake(status: number, body: string): string | undefined {
  if (status !== 200) return `GET / answered ${status}`;
  return body.includes("</html>") ? undefined : "GET / answered no whole page";
}

function versionMistake(status: number, body: string): string | undefined {
  if (status !== 200) return `GET /version answered ${status}`;
  return (parsed(body) as { track?: unknown } | undefined)?.track ? undefined : "GET /version named no track";
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The address of the nth user, from 1. */
export function userAddress(n: number): string {
  return `198.${18 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
}

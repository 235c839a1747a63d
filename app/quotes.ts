import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { Cache } from "./cache.ts";
import { type Material, priceInCents, type WindowOrder } from "./price.ts";

/** A stored quote: sizes in millimetres, the price in whole cents. */
export interface Quote extends WindowOrder {
  id: string;
  priceCents: number;
  /** The track that made it; any track can read it. */
  track: string;
  createdAt: string;
}

export const quoteId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A quote never changes, so a cached one is never stale; this only bounds the cache's size. */
const cachedSeconds = 3600;

/** Quotes, kept in PostgreSQL with Redis in front of reads. */
export class Quotes {
  readonly #pool: pg.Pool;
  readonly #cache: Cache;
  readonly #track: string;

  constructor(pool: pg.Pool, cache: Cache, track: string) {
    this.#pool = pool;
    this.#cache = cache;
    this.#track = track;
  }

  /** @throws {Error} of `pg` when the database can't store it */
  async add(order: WindowOrder): Promise<Quote> {
    const { rows } = await this.#pool.query<Row>({
      name: "add-quote",
      text: `INSERT INTO quotes (id, width, height, material, price_cents, track)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING *`,
      values: [randomUUID(), order.width, order.height, order.material, priceInCents(order), this.#track],
    });
    return quoteOf(rows[0]!);
  }

  /** Undefined when there is no such quote. @throws {Error} of `pg` when neither cache nor database answers */
  async find(id: string): Promise<{ quote: Quote; cached: boolean } | undefined> {
    const key = `quote:${id}`;
    const cached = await this.#cache.read(key);
    if (cached) return { quote: JSON.parse(cached), cached: true };
    const { rows } = await this.#pool.query<Row>({
      name: "find-quote",
      text: "SELECT * FROM quotes WHERE id = $1",
      values: [id],
    });
    if (!rows[0]) return undefined;
    const quote = quoteOf(rows[0]);
    await this.#cache.write(key, JSON.stringify(quote), cachedSeconds);
    return { quote, cached: false };
  }
}

interface Row {
  id: string;
  width: number;
  height: number;
  material: Material;
  price_cents: number;
  track: string;
  created_at: Date;
}

function quoteOf({ price_cents, created_at, ...same }: Row): Quote {
  return { ...same, priceCents: price_cents, createdAt: created_at.toISOString() };
}

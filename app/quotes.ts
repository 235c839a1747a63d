import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { Cache } from "./cache.ts";
import { type Material, priceInCents, type WindowOrder } from "./price.ts";
import type { SupplierPrice } from "./supplier.ts";

/** A stored quote: sizes in millimetres, the price in whole cents. */
export interface Quote extends WindowOrder {
  id: string;
  priceCents: number;
  /** What the supplier asks for the parts, in whole cents; null when it isn't known. */
  supplierPriceCents: number | null;
  /** The supplier was asked and gave no price: the quote is to be checked before it binds anybody. */
  withoutSupplier: boolean;
  /** The track that made it; any track can read it. */
  track: string;
  createdAt: string;
}

export const quoteId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A quote never changes, so a cached one is never stale; this only bounds the cache's size. */
const cachedSeconds = 3600;

/** By name: a statement that is prepared with `*` fails in the version before as soon as a migration adds a column. */
const columns =
  "id, width, height, material, price_cents, supplier_price_cents, without_supplier, track, created_at";

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
  async add(order: WindowOrder, supplier: SupplierPrice): Promise<Quote> {
    const { rows } = await this.#pool.query<Row>({
      name: "add-quote",
      text: `INSERT INTO quotes
               (id, width, height, material, price_cents, supplier_price_cents, without_supplier, track)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${columns}`,
      values: [
        randomUUID(),
        order.width,
        order.height,
        order.material,
        priceInCents(order),
        supplier.cents,
        supplier.missing,
        this.#track,
      ],
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
      text: `SELECT ${columns} FROM quotes WHERE id = $1`,
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
  supplier_price_cents: number | null;
  without_supplier: boolean;
  track: string;
  created_at: Date;
}

function quoteOf(row: Row): Quote {
  const { price_cents, supplier_price_cents, without_supplier, created_at, ...same } = row;
  return {
    ...same,
    priceCents: price_cents,
    supplierPriceCents: supplier_price_cents,
    withoutSupplier: without_supplier,
    createdAt: created_at.toISOString(),
  };
}

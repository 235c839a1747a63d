import { createReadStream } from "node:fs";
import { pick } from "stream-json/filters/pick.js";
import { streamObject } from "stream-json/streamers/stream-object.js";
import type { Wanted } from "./wanted.ts";

/** A product of a service's price list file (AWS Billing User Guide, "Reading the service price list file for an AWS service"). */
interface Product {
  sku: string;
  productFamily?: string;
  attributes: Record<string, string>;
}

/** The terms of one product, by term code. */
type Terms = Record<
  string,
  { priceDimensions: Record<string, { beginRange?: string; pricePerUnit: { USD?: string } }> }
>;

/** The prices of each wanted product, US dollars, each once: one is right. */
export type Found = Map<Wanted, number[]>;

/**
 * Reads a price list file, which may have hundreds of megabytes, piece by piece: first which products are wanted, then their prices on
 * demand. Of several tiers the first is taken.
 */
export async function pricesIn(file: string, wanted: readonly Wanted[]): Promise<Found> {
  const of = new Map<string, Wanted[]>();
  for await (const product of entries<Product>(file, "products")) {
    const fit = wanted.filter((each) => fits(product, each));
    if (fit.length > 0) of.set(product.sku, fit);
  }
  const found: Found = new Map(wanted.map((each) => [each, []]));
  for await (const [sku, terms] of pairs<Terms>(file, "terms.OnDemand")) {
    for (const each of of.get(sku) ?? []) {
      const prices = found.get(each) ?? [];
      found.set(each, [...new Set([...prices, ...Object.values(terms).flatMap(firstTier)])]);
    }
  }
  return found;
}

function fits({ productFamily, attributes }: Product, wanted: Wanted): boolean {
  if (productFamily !== wanted.family) return false;
  return Object.entries(wanted.attributes).every(([name, value]) => {
    const has = attributes[name] ?? "";
    return typeof value === "string" ? has === value : value.test(has);
  });
}

/** What costs nothing is a free tier, or a promise of capacity that is paid elsewhere. */
function firstTier({ priceDimensions }: Terms[string]): number[] {
  return Object.values(priceDimensions)
    .filter(({ beginRange = "0" }) => Number(beginRange) === 0)
    .map(({ pricePerUnit }) => Number(pricePerUnit.USD))
    .filter((price) => price > 0);
}

async function* entries<T>(file: string, filter: string): AsyncGenerator<T> {
  for await (const [, value] of pairs<T>(file, filter)) yield value;
}

async function* pairs<T>(file: string, filter: string): AsyncGenerator<[key: string, value: T]> {
  const objects = createReadStream(file)
    .pipe(pick.withParserAsStream({ filter }))
    .pipe(streamObject.asStream());
  for await (const { key, value } of objects as AsyncIterable<{ key: string; value: T }>) yield [key, value];
}

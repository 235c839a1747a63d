import { createWriteStream, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { PriceList } from "../../rollout/preview/cost/prices.ts";
import { pricesIn } from "./offer.ts";
import { type Wanted, wantedFor } from "./wanted.ts";

/** AWS's price list, which anybody may read (AWS Billing User Guide, "Getting price list files manually"). */
export const PRICE_LIST = "https://pricing.us-east-1.amazonaws.com";

export interface Refreshed {
  list: PriceList;
  /** What AWS's list doesn't have, or has several prices for: a line each. Then the list is as it was. */
  unclear: string[];
}

/**
 * Reads each price of a list anew. All or nothing: a list has one date.
 *
 * @param from where AWS's price list is
 * @param today such as `2026-11-30`
 * @throws when a file can't be read
 */
export async function refreshed(
  list: PriceList,
  { from, today, say }: { from: string; today: string; say: (line: string) => void },
): Promise<Refreshed> {
  const wanted = wantedFor(list);
  const folder = mkdtempSync(join(tmpdir(), "prices-"));
  try {
    const fresh: PriceList = { ...structuredClone(list), date: today };
    const unclear: string[] = [];
    for (const [offer, those] of Map.groupBy(wanted, (each) => each.offer)) {
      const file = join(folder, `${offer}.json`);
      say(
        `${offer}: ${await download(`${from}/offers/v1.0/aws/${offer}/current/${list.region}/index.json`, file)}`,
      );
      for (const [each, prices] of await pricesIn(file, those)) {
        const [price, ...others] = prices;
        if (price === undefined || others.length > 0) unclear.push(problem(each, prices));
        else put(fresh, each, price);
      }
      await rm(file);
    }
    return unclear.length > 0 ? { list, unclear } : { list: fresh, unclear };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns how large it was */
async function download(url: string, file: string): Promise<string> {
  const answer = await fetch(url).catch((error: Error & { cause?: { code?: string } }) => {
    throw new Error(`${url} can't be reached: ${error.cause?.code ?? error.message}`);
  });
  if (!answer.ok || !answer.body) throw new Error(`${url} answered ${answer.status}`);
  const out = createWriteStream(file);
  await pipeline(Readable.fromWeb(answer.body as never), out);
  return `${(out.bytesWritten / 1e6).toFixed(1)} MB`;
}

function put(list: PriceList, { path: [part, name] }: Wanted, price: number): void {
  (list[part] as Record<string, number>)[name] = price;
}

function problem({ path, offer }: Wanted, prices: readonly number[]): string {
  const what = prices.length === 0 ? "has no price" : `has several: ${prices.join(", ")}`;
  return `${path.join(".")}: ${offer} ${what}`;
}

/** What has another price than before: a line each. */
export function changes(before: PriceList, after: PriceList): string[] {
  return wantedFor(after).flatMap(({ path: [part, name] }) => {
    const [was, is] = [before, after].map((list) => (list[part] as Record<string, number>)[name]);
    return was === is ? [] : [`${part}.${name}: ${was} to ${is}`];
  });
}

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readList } from "../../../bench/prices/list.ts";
import { changes, PRICE_LIST, refreshed } from "../../../bench/prices/refresh.ts";
import { type Wanted, wantedFor } from "../../../bench/prices/wanted.ts";
import { ROOT } from "../../support/sample.ts";

// `npm run prices` against files of the form that AWS documents (AWS Billing User Guide, "Reading the service price list file for an
// AWS service"); AWS's own list can't be reached from everywhere.

const list = readList(join(ROOT, "rollout/preview/cost/price-list.json"));

interface Offered {
  family: string;
  attributes: Record<string, string>;
  /** By where its tier begins. */
  usd: Record<string, number>;
  term?: "OnDemand" | "Reserved";
}

let server: Server;
let from: string;
let offers: Map<string, Offered[]>;

beforeAll(async () => {
  server = createServer((request, response) => {
    const [, offer] =
      /^\/offers\/v1\.0\/aws\/(\w+)\/current\/us-east-1\/index\.json$/.exec(request.url!) ?? [];
    const offered = offers.get(offer ?? "");
    if (!offered) return void response.writeHead(404).end();
    response.end(JSON.stringify(fileOf(offer!, offered)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  from = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

/** A file with what is wanted at twice the price, and beside each what isn't meant. */
beforeEach(() => {
  offers = new Map();
  for (const each of wantedFor(list)) {
    const price = 2 * priceIn(each);
    const meant: Offered = {
      family: each.family,
      attributes: valuesOf(each),
      usd: { "0": price, "10000": price / 3 },
    };
    const others: Offered[] = [
      { ...meant, usd: { "0": price / 2 }, term: "Reserved" },
      { ...meant, usd: { "0": 0 } },
      { ...meant, family: "Another", usd: { "0": 7 } },
      ...Object.keys(each.attributes).map((name) => ({
        ...meant,
        attributes: { ...meant.attributes, [name]: "another" },
        usd: { "0": 7 },
      })),
    ];
    offers.set(each.offer, [...(offers.get(each.offer) ?? []), ...others, meant]);
  }
});

const read = () => refreshed(list, { from, today: "2026-12-01", say: () => {} });

test("each price is read anew, of the product that is meant, and the list has its day", async () => {
  const { list: fresh, unclear } = await read();
  expect(unclear).toEqual([]);
  expect(fresh.date).toBe("2026-12-01");
  const wanted = wantedFor(list);
  for (const each of wanted) expect(priceIn(each, fresh)).toBeCloseTo(2 * priceIn(each), 12);
  expect(changes(list, fresh)).toHaveLength(wanted.length);
  expect(changes(list, fresh)).toContain("server.t3.medium: 0.0416 to 0.0832");
  // Each figure of the list is one that is read.
  const figures = [list.server, list.database, list.cache, list.hourly, list.monthly, list.each];
  expect(wanted).toHaveLength(figures.flatMap((part) => Object.keys(part)).length);
});

test("what isn't there, or has two prices, is told, and nothing changes", async () => {
  const ec2 = offers.get("AmazonEC2")!;
  const ofType = (type: string) => ec2.filter(({ attributes }) => attributes.instanceType === type);
  offers.set("AmazonEC2", [
    ...ec2.filter((each) => !ofType("t3.small").includes(each)),
    { ...ofType("t3.large").at(-1)!, usd: { "0": 9 } },
  ]);
  const { list: same, unclear } = await read();
  expect(unclear).toEqual([
    "server.t3.small: AmazonEC2 has no price",
    `server.t3.large: AmazonEC2 has several: ${2 * list.server["t3.large"]!}, 9`,
  ]);
  expect(same).toEqual(list);
});

test("a list that can't be read is an error, with where it was looked for", async () => {
  offers.delete("AmazonRDS");
  await expect(read()).rejects.toThrow(
    `${from}/offers/v1.0/aws/AmazonRDS/current/us-east-1/index.json answered 404`,
  );
  const nowhere = { from: "http://127.0.0.1:9", today: "2026-12-01", say: () => {} };
  await expect(refreshed(list, nowhere)).rejects.toThrow("index.json can't be reached: ");
  expect(PRICE_LIST).toMatch(/^https:\/\/pricing\.us-east-1\.amazonaws\.com$/);
});

function priceIn({ path: [part, name] }: Wanted, of = list): number {
  return (of[part] as Record<string, number>)[name]!;
}

/** Values that fit: of a form its own text, with what may stand before it. */
function valuesOf({ attributes }: Wanted): Record<string, string> {
  const text = (form: RegExp) =>
    `USE1-${form.source}`.replace("USE1-^LoadBalancerUsage", "LoadBalancerUsage");
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === "string" ? value : text(value).replace("^[A-Z0-9]*-", "").replaceAll(/[$^]/g, ""),
    ]),
  );
}

function fileOf(offerCode: string, offered: Offered[]) {
  const products: Record<string, object> = {};
  const terms: Record<"OnDemand" | "Reserved", Record<string, object>> = { OnDemand: {}, Reserved: {} };
  for (const [index, { family, attributes, usd, term = "OnDemand" }] of offered.entries()) {
    const sku = `SKU${index}`;
    products[sku] = { sku, productFamily: family, attributes: { servicecode: offerCode, ...attributes } };
    const priceDimensions = Object.fromEntries(
      Object.entries(usd).map(([beginRange, price]) => [
        `${sku}.JRTCKXETXF.${beginRange}`,
        {
          unit: "Hrs",
          beginRange,
          endRange: "Inf",
          description: "",
          pricePerUnit: { USD: price.toFixed(13) },
        },
      ]),
    );
    terms[term][sku] = {
      [`${sku}.JRTCKXETXF`]: { offerTermCode: "JRTCKXETXF", sku, priceDimensions, termAttributes: {} },
    };
  }
  const about = {
    formatVersion: "v1.0",
    disclaimer: "",
    version: "20261130",
    publicationDate: "2026-11-30T00:00:00Z",
  };
  return { ...about, offerCode, products, terms };
}

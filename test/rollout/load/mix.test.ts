import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../rollout/load/random.ts";
import { Mix, userAddress } from "../../../rollout/load/requests/mix.ts";

const stored = (order: string, id: string) => JSON.stringify({ id, ...JSON.parse(order), priceCents: 1 });

/** Shots, with each quote stored as the service would. */
function shots(seed: number, count: number) {
  const mix = new Mix(seededRandom(seed), 1000);
  return Array.from({ length: count }, (_, n) => {
    const shot = mix.next();
    if (shot.body) shot.mistake(201, stored(shot.body, `quote-${n}`));
    return shot;
  });
}

describe("the mix of requests", () => {
  test("is the same for the same seed, and another for another", () => {
    const words = (seed: number) => shots(seed, 200).map(({ method, path, from }) => [method, path, from]);
    expect(words(7)).toEqual(words(7));
    expect(words(7)).not.toEqual(words(8));
  });

  test("has every kind, each in its share, in no periodic order", () => {
    const kinds = shots(1, 4000).map(({ method, path }) => `${method} ${path.replace(/quote-\d+/, ":id")}`);
    const share = (kind: string) => kinds.filter((each) => each === kind).length / kinds.length;
    expect(share("GET /")).toBeCloseTo(0.15, 1);
    expect(share("GET /version")).toBeCloseTo(0.15, 1);
    expect(share("GET /quotes/:id")).toBeCloseTo(0.4, 1);
    expect(share("POST /quotes")).toBeCloseTo(0.3, 1);
    for (let period = 1; period <= 100; period++) {
      const repeated = kinds.filter((kind, n) => kind === kinds[n + period]).length / kinds.length;
      expect(repeated).toBeLessThan(0.4);
    }
  });

  test("keeps each user below nginx's limit of requests a minute", () => {
    const perUser = new Map<string, number>();
    // A minute at 100 requests a second, from the 1000 users that such a load has.
    for (const { from } of shots(3, 6000)) perUser.set(from, (perUser.get(from) ?? 0) + 1);
    expect(perUser.size).toBeGreaterThan(900);
    expect(Math.max(...perUser.values())).toBeLessThan(50);
  });

  test("asks for a quote back only when it has stored one", () => {
    const mix = new Mix(seededRandom(1), 10);
    const paths = Array.from({ length: 200 }, () => mix.next().path);
    expect(new Set(paths)).toEqual(new Set(["/", "/version", "/quotes"]));
  });
});

describe("an answer is wrong when", () => {
  const all = shots(1, 200);
  const page = all.find(({ path }) => path === "/")!;
  const version = all.find(({ path }) => path === "/version")!;
  const post = all.find(({ method }) => method === "POST")!;
  const get = all.find(({ path }) => path.startsWith("/quotes/"))!;
  const otherOrder = stored('{"width":1,"height":1,"material":"pvc"}', "x");

  test.each([
    ["the page is refused", page, 503, "", "GET / answered 503"],
    ["the page is cut", page, 200, "<html>", "GET / answered no whole page"],
    ["the version has no track", version, 200, "{}", "GET /version named no track"],
    ["the version is no JSON", version, 200, "<p>", "GET /version named no track"],
    ["too many requests came", version, 429, "", "GET /version answered 429"],
    ["the quote isn't stored", post, 500, "{}", "POST /quotes answered 500"],
    ["another quote is stored", post, 201, otherOrder, "POST /quotes stored another order"],
    ["the quote isn't found", get, 404, "{}", "GET /quotes/:id answered 404"],
    ["another quote comes back", get, 200, otherOrder, "GET /quotes/:id read back another quote"],
  ])("%s", (_, shot, status, body, mistake) => {
    expect(shot.mistake(status, body)).toBe(mistake);
  });

  test("and right otherwise", () => {
    expect(page.mistake(200, "<html></html>")).toBeUndefined();
    expect(version.mistake(200, '{"track":"blue"}')).toBeUndefined();
  });
});

test.each([
  [1, "198.18.0.1"],
  [256, "198.18.1.0"],
  [65_536, "198.19.0.0"],
  [131_070, "198.19.255.254"],
])("user %i has the address %s", (n, address) => {
  expect(userAddress(n)).toBe(address);
});

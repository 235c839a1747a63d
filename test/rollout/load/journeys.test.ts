import { describe, expect, test } from "vitest";
import { journeys } from "../../../infra/settings/schema/asked/journeys.ts";
import { sampleJourneys } from "../../../rollout/load/profile/read.ts";
import { seededRandom } from "../../../rollout/load/random.ts";
import { filled, Journeys } from "../../../rollout/load/requests/journeys.ts";

const stored = (body: string, id: string) => JSON.stringify({ id, ...JSON.parse(body) });

function shots(seed: number, count: number) {
  const users = new Journeys(sampleJourneys(), seededRandom(seed), 100);
  return Array.from({ length: count }, (_, n) => {
    const shot = users.next();
    if (shot.body) expect(shot.mistake(201, stored(shot.body, `q${n}`))).toBeUndefined();
    return shot;
  });
}

describe("journeys", () => {
  test("come in their shares, the same for the same seed, from the users' addresses", () => {
    const all = shots(1, 4000);
    const share = (name: string) => all.filter(({ journey }) => journey === name).length / all.length;
    expect(share("open the page")).toBeCloseTo(0.15, 1);
    expect(share("order a quote")).toBeCloseTo(0.3, 1);
    expect(share("read a quote back")).toBeCloseTo(0.4, 1);
    expect(new Set(all.map(({ from }) => from)).size).toBe(100);
    const words = (seed: number) => shots(seed, 50).map(({ method, path }) => `${method} ${path}`);
    expect(words(5)).toEqual(words(5));
    expect(words(5)).not.toEqual(words(6));
  });

  test("read back only what was kept", () => {
    const users = new Journeys(sampleJourneys(), seededRandom(1), 10);
    const paths = Array.from({ length: 200 }, () => users.next().path);
    expect(new Set(paths)).toEqual(new Set(["/", "/version", "/quotes"]));
  });

  const all = shots(2, 300);
  const of = (name: string) => all.find(({ journey }) => journey === name)!;
  const other = stored('{"width":1,"height":1,"material":"pvc"}', "x");
  test.each([
    ["open the page", 429, "", "GET / answered 429"],
    ["open the page", 200, "<html>", 'GET / lacks the text "</html>"'],
    ["order a quote", 500, "{}", "POST /quotes answered 500"],
    ["order a quote", 201, other, "POST /quotes doesn't repeat what was sent"],
    ["read a quote back", 200, other, "GET /quotes/{quote} read back something else"],
    ["read a quote back", 200, "no JSON", "GET /quotes/{quote} read back something else"],
    ["ask for the version", 200, '{"track":"blue"}', undefined],
  ])("%s: %i %s", (name, status, body, mistake) => {
    expect(of(name).mistake(status, body)).toBe(mistake);
  });

  test("that keep an answer need its id", () => {
    const { body, mistake } = of("order a quote");
    expect(mistake(201, body!)).toBe("POST /quotes answered no id");
  });
});

test("what is kept by an id of another name and place is read back, and must hold what was written", () => {
  const number = { tags: [{ key: "name", value: { number: true } }] };
  const own = journeys.parse([
    { name: "write", request: "POST /runs", body: number, keep: "run", id: "run.info.run_id" },
    { name: "read", request: "GET /runs?id={run}", expect: { holds: true } },
  ]);
  const users = new Journeys(own, seededRandom(3), 10);
  const first = users.next();
  expect(first.journey).toBe("write");
  const [{ value }] = JSON.parse(first.body!).tags;
  expect(first.mistake(200, '{"run":{"id":7}}')).toBe("POST /runs answered no run.info.run_id");
  expect(first.mistake(200, "no JSON")).toBe("POST /runs answered no run.info.run_id");
  expect(first.mistake(200, '{"run":{"info":{"run_id":"a b"}}}')).toBeUndefined();
  const read = untilNext(users, "read");
  expect(read.path).toBe("/runs?id=a%20b");
  expect(read.mistake(200, '{"tags":{}}')).toBe("GET /runs?id={run} lacks what was written");
  expect(read.mistake(200, `{"tags":{"name":"${value}"}}`)).toBeUndefined();
});

function untilNext(users: Journeys, name: string) {
  for (let tries = 0; tries < 50; tries++) {
    const shot = users.next();
    if (shot.journey === name) return shot;
  }
  throw new Error(`${name} never came`);
}

test("a body's ranges and lists are drawn, the rest stays", () => {
  const random = seededRandom(1);
  const body = { a: { from: 5, to: 5 }, b: [{ oneOf: ["x"] }], c: { from: "here", to: 1 }, d: null, e: 2 };
  expect(filled(body, random)).toEqual({ a: 5, b: ["x"], c: { from: "here", to: 1 }, d: null, e: 2 });
});

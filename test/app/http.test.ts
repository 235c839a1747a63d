import { describe, expect, test } from "vitest";
import { isHealthy, verdict } from "../../app/health.ts";
import { corsHeaders, type Refusal } from "../../app/http.ts";
import { jsonLog, reasonOf } from "../../app/log.ts";
import { page } from "../../app/page.ts";
import { route } from "../../app/routes.ts";

describe("a request finds its route", () => {
  test.each([
    ["GET", "/", "/"],
    ["HEAD", "/version", "/version"],
    ["POST", "/quotes", "/quotes"],
    ["GET", "/quotes/7", "/quotes/:id"],
    ["DELETE", "/session", "/session"],
  ])("%s %s", (method, path, name) => expect(route(method, path).name).toBe(name));

  test.each([
    ["GET", "/nothing", 404],
    ["GET", "/quotes/", 404],
    ["GET", "/quotes/7/8", 404],
    ["GET", "/health/x", 404],
    ["GET", "/__proto__", 404],
    ["GET", "/constructor", 404],
    ["DELETE", "/quotes/7", 405],
    ["GET", "/quotes", 405],
  ])("%s %s is refused with %i", (method, path, status) => {
    expect(() => route(method, path)).toThrow(expect.objectContaining({ status }) as Refusal);
  });
});

describe("CORS", () => {
  const allowed = ["https://beta.example.com"];
  test("lets an allowed origin read", () => {
    expect(corsHeaders("https://beta.example.com", allowed)).toMatchObject({
      "Access-Control-Allow-Origin": "https://beta.example.com",
      Vary: "Origin",
    });
  });
  test.each([["https://evil.example"], ["null"], ["https://beta.example.com.evil.example"]])(
    "not %s",
    (origin) => {
      expect(corsHeaders(origin, allowed)).toEqual({ Vary: "Origin" });
    },
  );
  test("says nothing where nobody asks", () => expect(corsHeaders(undefined, allowed)).toEqual({}));
});

describe("health", () => {
  const ok = { ok: true, ms: 1 };
  const bad = { ok: false, ms: 1000, reason: "down" };
  test.each([
    [ok, ok, { ready: true, draining: false }, "ok", true],
    [ok, ok, { ready: false, draining: false }, "starting", false],
    [bad, ok, { ready: true, draining: false }, "degraded", true],
    [ok, bad, { ready: true, draining: false }, "degraded", true],
    [bad, bad, { ready: false, draining: false }, "starting", false],
    [ok, ok, { ready: true, draining: true }, "draining", false],
  ])("of database %j and cache %j in %j is %s", (database, cache, state, status, healthy) => {
    const health = verdict({ database, cache }, state);
    expect(health.status).toBe(status);
    expect(isHealthy(health)).toBe(healthy);
  });
});

describe("the log", () => {
  test("is one JSON object a line, with the track", () => {
    const lines: string[] = [];
    const log = jsonLog({ track: "blue" }, false, (line) => lines.push(line));
    log.info("hello\nthere", { status: 200 });
    log.debug("not now");
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain("\n");
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: "info",
      track: "blue",
      message: "hello\nthere",
      status: 200,
    });
  });

  test("has no URL with a password in a reason", () => {
    const reason = reasonOf(new Error("can't reach rediss://:hunter2@cache.example:6379/0 now"));
    expect(reason).toBe("can't reach [url] now");
  });
});

test("the page escapes what it is told", () => {
  expect(page({ name: "<b>&", track: "blue", version: "1" })).toContain("<h1>&#60;b&#62;&#38;</h1>");
});

import { expect, test } from "vitest";
import { parseSettings } from "../../../infra/settings/parse.ts";
import { COMMON_TESTS, SAMPLE_TESTS } from "../../../infra/settings/schema/asked/smoke.ts";

const DIGEST = `registry.example.com/app@sha256:${"0".repeat(64)}`;

function settings(smoke?: unknown, image?: string, rehearsal?: unknown) {
  return parseSettings("beta", "us-east-1", {
    domain: "beta.example.com",
    tracks: { blue: { weight: 100, servers: 2, image } },
    stable: "blue",
    ...(smoke !== undefined && { smoke }),
    ...(rehearsal !== undefined && { rehearsal }),
  });
}

test("without any, the sample app's own tests; another image is asked what any service must answer", () => {
  expect(settings().smoke).toBe(SAMPLE_TESTS);
  expect(settings([], DIGEST).smoke).toBe(COMMON_TESTS);
  expect(settings([], undefined, { command: ["gunicorn"] }).smoke).toBe(COMMON_TESTS);
  expect(settings([], undefined, { tracks: { blue: { command: ["x"] } } }).smoke).toBe(COMMON_TESTS);
  expect(settings([], undefined, { tracks: { blue: { folder: "../older" } } }).smoke).toBe(SAMPLE_TESTS);
});

test("what config declares takes the place of all of them", () => {
  expect(settings([{ path: "/ready?deep=1" }]).smoke).toEqual([
    {
      method: "GET",
      path: "/ready?deep=1",
      expect: { status: 200, json: {}, headers: {} },
      within: "5s",
      times: 1,
      optional: false,
    },
  ]);
});

test.each<[entry: unknown, mistake: string]>([
  ["/health", "[0]: must be a smoke test such as { path: /health, expect: { status: 200 } }"],
  [{}, "[0].path: is missing: must be a path that starts with one /, such as /health"],
  [{ path: "health" }, "[0].path: must be a path that starts with one /, such as /health"],
  [{ path: "//elsewhere.example" }, "[0].path: must be a path that starts with one /, such as /health"],
  [{ path: "/", method: "get" }, "[0].method: must be GET, HEAD, POST, PUT, PATCH or DELETE"],
  [
    { path: "/", expect: { status: "ok" } },
    "[0].expect.status: must be a status such as 200, or a list of them",
  ],
  [{ path: "/", expect: { status: 20 } }, "[0].expect.status: must be a whole number from 100 to 599"],
  [{ path: "/", expect: { body: "up" } }, "[0].expect.body: unknown key"],
  [
    { path: "/", expect: { json: { "checks..ok": true } } },
    "[0].expect.json.checks..ok: must be a field of the answer, dotted, such as checks.database.ok",
  ],
  [
    { path: "/", expect: { json: { ok: [] } } },
    "[0].expect.json.ok: must be a text, a number, true, false or null",
  ],
  [{ path: "/", expect: { headers: { "a b": "c" } } }, "[0].expect.headers.a b: must be a header's name"],
  [{ path: "/", within: "fast" }, '[0].within: must be a duration such as "30m", "1h" or "500ms"'],
  [{ path: "/", times: 0 }, "[0].times: must be a whole number from 1 to 20"],
])("%j breaks a rule", (entry, mistake) => {
  expect(() => settings([entry])).toThrow(`Pulumi.beta.yaml has a mistake:\n  rollout:smoke${mistake}`);
});

import { describe, expect, test } from "vitest";
import { k6Script } from "../../../rollout/load/k6/script.ts";
import { readProfile, SHIPPED } from "../../../rollout/load/profile/read.ts";
import { lasting } from "../../../rollout/load/profile/stages.ts";

interface Call {
  method: string;
  url: string;
  body: string | null;
  params: { headers: Record<string, string> };
}

/** Runs the script as k6 would, with k6's modules in place of imports. */
async function loaded(text: string, target?: string) {
  const calls: Call[] = [];
  const checks: boolean[] = [];
  const stored = new Map<string, string>();
  const http = {
    expectedStatuses: (status: number) => status,
    request(method: string, url: string, body: string | null, params: Call["params"]) {
      calls.push({ method, url, body, params });
      if (method === "POST") {
        const id = `q${stored.size}`;
        stored.set(id, JSON.stringify({ id, ...JSON.parse(body!) }));
        return { status: 201, body: stored.get(id) };
      }
      const kept = stored.get(url.split("/quotes/")[1] ?? "");
      if (kept) return { status: 200, body: kept };
      return { status: 200, body: '<html>{"track":"blue"}</html>' };
    },
  };
  const check = (_: unknown, tests: Record<string, () => boolean>) => {
    const passed = Object.values(tests).every((each) => each());
    checks.push(passed);
    return passed;
  };
  const globals = globalThis as Record<string, unknown>;
  globals.k6Here = { http, check, env: target ? { TARGET: target } : {} };
  const module = text
    .replace('import http from "k6/http";', "const { http, check, env: __ENV } = globalThis.k6Here;")
    .replace('import { check } from "k6";', "");
  const url = `data:text/javascript,${encodeURIComponent(`${module}\n// ${Math.random()}`)}`;
  const { options, default: iterate } = await import(/* @vite-ignore */ url);
  return { options, iterate: iterate as () => void, calls, checks };
}

describe("the script for k6", () => {
  test.each(SHIPPED)("of profile %s is JavaScript with the profile's stages and thresholds", async (name) => {
    const profile = readProfile(name);
    const { options } = await loaded(k6Script(profile, "beta.example.com"));
    const [scenario] = Object.values<Record<string, unknown>>(options.scenarios);
    expect(scenario).toMatchObject({ executor: "ramping-arrival-rate", startRate: 0, timeUnit: "7s" });
    const stages = profile.stages.map((stage) => ({ duration: stage.for, target: stage.users }));
    expect(scenario!.stages).toEqual(stages);
    expect(options.thresholds).toMatchObject({
      "http_req_waiting{expected_response:true}": ["p(95)<5000", { threshold: "p(95)<=10000" }],
      checks: ["rate>0.9", { threshold: "rate>=0.85" }],
    });
    expect(options.insecureSkipTLSVerify).toBe(false);
  });

  test("plays the journeys, reads back what it kept, and sends users' addresses to this machine only", async () => {
    const script = k6Script(lasting(readProfile("10"), 10_000), "beta.example.com");
    const here = await loaded(script, "https://127.0.0.1:8443");
    const there = await loaded(script);
    for (let n = 0; n < 200; n++) here.iterate();
    expect(here.checks).toHaveLength(200);
    expect(here.checks.every(Boolean)).toBe(true);
    expect(
      new Set(here.calls.map(({ method, url }) => `${method} ${url.slice(22).replace(/q\d+$/, ":id")}`)),
    ).toEqual(new Set(["GET /", "GET /version", "POST /quotes", "GET /quotes/:id"]));
    expect(here.calls[0]!.params.headers["x-forwarded-for"]).toMatch(/^198\.18\.0\.\d+$/);
    there.iterate();
    expect(there.calls[0]!.url).toMatch(/^https:\/\/beta\.example\.com\//);
    expect(there.calls[0]!.params.headers).not.toHaveProperty("x-forwarded-for");
  });

  test("refuses any other place", async () => {
    const script = k6Script(readProfile("10"), "beta.example.com");
    await expect(loaded(script, "https://example.org")).rejects.toThrow(
      "only this machine or beta.example.com",
    );
  });
});

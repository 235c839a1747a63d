import { describe, expect, it } from "vitest";
import { parseSettings } from "../../../infra/settings/parse.ts";
import { journeysOf } from "../../../rollout/load/profile/journeys-of.ts";
import { sampleJourneys } from "../../../rollout/load/profile/read.ts";

const BASE = {
  domain: "beta.example.com",
  tracks: { blue: { weight: 100 } },
  stable: "blue",
  operators: { email: ["ops@example.com"] },
};
const of = (config: object) => journeysOf(parseSettings("beta", "us-east-1", { ...BASE, ...config }));
const OTHER = { rehearsal: { command: ["uvicorn"] } };

describe("what a stack's users do", () => {
  it("is what the sample app's do, of nothing but the sample", () => {
    expect(of({})).toEqual({ journeys: sampleJourneys(), from: "the sample app's users" });
    expect(of(OTHER).journeys).not.toEqual(sampleJourneys());
    expect(of({ tracks: { blue: { weight: 100, build: "web" } } }).journeys).not.toEqual(sampleJourneys());
  });

  it("is what config declares, before anything else", () => {
    const journeys = [{ name: "look", request: "GET /products" }];
    expect(of({ journeys }).from).toBe("rollout:journeys");
    expect(of({ journeys }).journeys).toMatchObject([{ ...journeys[0], weight: 1, expect: { status: 200 } }]);
  });

  it("is what the smoke tests read, each path once, and says what is left out", () => {
    const smoke = [
      { path: "/a", times: 3 },
      { name: "again", path: "/a", expect: { contains: "x" } },
      { name: "found", path: "/b", expect: { status: [200, 302], contains: "text" } },
      { path: "/c", expect: { contains: "{version}" }, optional: true },
      { method: "POST", path: "/orders", body: {} },
    ];
    const { journeys, from } = of({ ...OTHER, smoke });
    expect(
      journeys.map(({ name, request, expect: { status, text } }) => [name, request, status, text]),
    ).toEqual([
      ["GET /a", "GET /a", 200, undefined],
      ["found (GET /b)", "GET /b", [200, 302], "text"],
      ["GET /c", "GET /c", [200, 404], undefined],
    ]);
    expect(from).toContain("without 1 that may change something");
  });

  it("is the app's health where nothing else is known", () => {
    const smoke = [{ method: "POST", path: "/orders", body: {} }];
    expect(of({ ...OTHER, smoke, app: { healthPath: "/up" } }).journeys).toMatchObject([
      { request: "GET /up" },
    ]);
  });
});

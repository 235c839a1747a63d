import { readFileSync } from "node:fs";
import { request } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import { orderFaults } from "./faults.ts";
import { client, projectCopy, removeCopies } from "./project.ts";

// What the sample service counts of its business, as a rollout in the rehearsal reads it.

afterAll(removeCopies);

describe("quotes that are refused without a server error", () => {
  const counters = { quotes: { bad: "QuotesFailed", total: "QuotesAsked" } };
  const project = projectCopy({
    tracks: { blue: { weight: 50 }, green: { weight: 50 } },
    plan: { gates: { counters } },
  });
  let status: Status;

  beforeAll(async () => {
    status = await rehearse.up(project);
  });

  function order(ca: string, number: number): Promise<number> {
    const headers = { ...client(number), "content-type": "application/json" };
    return new Promise((resolve, reject) => {
      const asked = request(
        `${status.url}/quotes`,
        { method: "POST", ca, headers, agent: false },
        (answer) => {
          answer.resume();
          answer.on("end", () => resolve(answer.statusCode ?? 0));
        },
      );
      asked.on("error", reject);
      asked.end(JSON.stringify({ width: 1200, height: 900, material: "pvc" }));
    });
  }

  it("are counted for the track that refused them", async () => {
    const ca = readFileSync(status.caFile, "utf8");
    const platform = rehearsalPlatform(project);
    const since = Math.floor(Date.now() / 1000);
    await platform.metrics(since);
    await orderFaults(project, "green", { refuseRate: 1 });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, number) => order(ca, number)));
    const refused = answers.filter((each) => each === 400).length;
    expect(new Set(answers)).toEqual(new Set([201, 400]));
    const counted = async () => {
      const sum = { blue: { bad: 0, total: 0 }, green: { bad: 0, total: 0 }, errors: 0 };
      for (const { tracks } of (await platform.metrics(since)).seconds) {
        for (const track of ["blue", "green"] as const) {
          sum[track].bad += tracks[track]?.counters?.quotes?.bad ?? 0;
          sum[track].total += tracks[track]?.counters?.quotes?.total ?? 0;
          sum.errors += tracks[track]?.errors ?? 0;
        }
      }
      return sum;
    };
    await expect.poll(counted, { timeout: 20_000 }).toEqual({
      blue: { bad: 0, total: 20 - refused },
      green: { bad: refused, total: refused },
      errors: 0,
    });
  });
});

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { type Progress, play } from "../../../rollout/load/play.ts";
import { parseProfile } from "../../../rollout/load/profile/read.ts";
import type { Client } from "../../../rollout/load/requests/client.ts";
import type { Shot, ShotReply } from "../../../rollout/load/requests/shot.ts";
import { progressOn } from "../../../rollout/load/view/progress.ts";
import { runText } from "../../../rollout/load/view/text.ts";

const target = { url: "https://127.0.0.1:1", domain: "beta.example.com" };
/** 200 requests a second for a second and a half. */
const profile = parseProfile(
  "short.yaml",
  `description: short
think: 500ms
stages: [{ for: 0s, users: 100 }, { for: 1500ms, users: 100 }]
journeys: [{ name: look, weight: 1, request: GET / }]`,
);
/** The same for a stall of a second. */
const strict = parseProfile(
  "strict.yaml",
  stringify({
    ...profile,
    name: undefined,
    thresholds: { response: { target: "300ms", acceptable: "400ms", critical: "600ms" } },
  }),
);

function service(answer: (shot: Shot) => Promise<Partial<ShotReply>> | Partial<ShotReply>): Client {
  return {
    send: async (shot) => ({ status: 200, track: "blue", body: "", ...(await answer(shot)) }),
    close: async () => undefined,
  };
}
const played = (client: Client, of = profile) => play({ stack: "beta", target, profile: of, client });

// All at once: they wait most of the time.
describe.concurrent("a profile that is played", () => {
  test("sends the same requests for the same seed, by the profile alone, and passes where all is well", async () => {
    const seen: string[][] = [[], []];
    const runs = await Promise.all(
      seen.map((list) =>
        played(
          service(({ from }) => {
            list.push(from);
            return {};
          }),
        ),
      ),
    );
    expect(seen[0]).toEqual(seen[1]);
    const [run] = runs;
    expect(Math.abs(run!.requests - 300)).toBeLessThan(70);
    expect(run).toMatchObject({ passed: true, interrupted: false, right: run!.requests, carriedUsers: 100 });
    expect(run!.timeline.reduce((sum, { due }) => sum + due, 0)).toBe(run!.requests);
    expect(runText(run!, undefined)).toMatch(/^passed: profile short \(100 users, [12] s\)/);
  });

  test("charges a stall to every request that was due in it, and sends them all the same", async () => {
    let stalled = true;
    setTimeout(() => (stalled = false), 1200);
    const run = await played(
      service(async () => {
        while (stalled) await sleep(5);
        return {};
      }),
      strict,
    );
    expect(Math.abs(run.requests - 300)).toBeLessThan(70);
    expect(run.response.p50).toBeGreaterThan(300);
    expect(run.passed).toBe(false);
    expect(run.verdicts[0]).toMatchObject({ threshold: "response", level: "critical" });
  });

  test("fails where a sixth is refused, and names why", async () => {
    let count = 0;
    const run = await played(service(() => ({ status: ++count % 6 === 0 ? 503 : 200 })));
    expect(run.passed).toBe(false);
    expect(run.verdicts[1]).toMatchObject({ threshold: "success", level: "critical" });
    expect(runText(run, undefined)).toMatch(/\d+ x GET \/ answered 503/);
  });

  test("can be ended, with what there is", async () => {
    const run = await play({
      stack: "beta",
      target,
      profile,
      client: service(() => ({})),
      signal: AbortSignal.timeout(300),
    });
    expect(run).toMatchObject({ interrupted: true, passed: false });
    expect(run.timeline.length).toBeLessThan(3);
  });
});

test("says so when the load itself fell behind", async () => {
  let blocked = false;
  const run = await played(
    service(() => {
      const end = performance.now() + 400;
      while (!blocked && performance.now() < end);
      blocked = true;
      return {};
    }),
  );
  expect(run.generator.fellBehind).toBe(true);
  expect(runText(run, undefined)).toContain("The load itself fell behind");
});

const progress: Progress = {
  seconds: 3,
  ofSeconds: 10,
  users: 5,
  requests: 9,
  lost: 1,
  inFlight: 2,
  p95: 31,
};

test.each([
  [true, ["\r\u001b[K3 of 10 s: 5 users, 9 requests, 1 failed, 2 open, p95 31 ms", "\r\u001b[K3 of"]],
  [false, ["3 of 10 s: 5 users, 9 requests, 1 failed, 2 open, p95 31 ms\n"]],
])(
  "progress on a terminal (%s) is one line that changes, elsewhere plain lines now and then",
  (isTTY, lines) => {
    const written: string[] = [];
    let now = 0;
    const shown = progressOn({ isTTY, write: (text) => written.push(text) }, () => now);
    shown.show(progress);
    now = 1000;
    shown.show(progress);
    expect(written).toHaveLength(lines.length);
    for (const [n, line] of lines.entries()) expect(written[n]).toContain(line);
  },
);

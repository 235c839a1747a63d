import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import { type LongEvent, longEventIn, longSteps } from "../../rollout/view/long-connections.ts";
import { visitedHere } from "../../rollout/visit/rehearsal/visited.ts";
import { LONG } from "../../rollout/visit/visited.ts";
import { commandOf, foreignSkipped, hasForeign } from "../rehearsal/foreign.ts";
import { client, projectCopy, removeCopies, traffic } from "../rehearsal/project.ts";
import { openSocket, type Socket } from "../rehearsal/socket.ts";

// What is open for long ends in good order: a WebSocket goes on for the draining time when its server leaves, or its track
// has lost its traffic; then it is closed, and a client that connects again is where the traffic is.

const DRAIN_S = 3;
/** Twelve sockets, which an even split spreads. */
const SOCKETS = 12;

describe.skipIf(!hasForeign)(`${foreignSkipped}open WebSockets`, () => {
  const config = (environment: Record<string, string> = {}) => ({
    app: { timeout: "60s", drain: `${DRAIN_S}s`, environment },
    limits: { requestsPerMinute: 100_000 },
    tracks: { blue: { weight: 100 }, green: { weight: 0 } },
    rehearsal: { command: commandOf("uvicorn") },
  });
  const said: string[] = [];
  let project: ReturnType<typeof projectCopy>;
  let at: { url: string; ca: string };
  let sockets: Socket[];

  beforeAll(async () => {
    project = projectCopy(config());
    const { url, caFile } = await rehearse.up(project);
    at = { url, ca: readFileSync(caFile, "utf8") };
  });
  afterAll(removeCopies);

  const platform = () => rehearsalPlatform(project);
  const open = () =>
    Promise.all(Array.from({ length: SOCKETS }, (_, index) => openSocket(at, client(index))));
  /** How many there are on each track. Each answers, so each is open. */
  async function tracks(): Promise<Record<string, number>> {
    const names = await Promise.all(sockets.map((socket) => socket.ask("track")));
    const groups = Map.groupBy(names, (name) => name);
    return Object.fromEntries([...groups].map(([name, all]) => [name, all.length]));
  }
  /** From now on. */
  async function longSince() {
    await sleep(50);
    const from = Date.now();
    return async () => {
      const events: LongEvent[] = [];
      const query = { kind: "nginx", process: LONG, since: 0, follow: false } as const;
      await visitedHere(project).logs(query, (lines) =>
        events.push(...lines.flatMap(({ text }) => longEventIn(text) ?? [])),
      );
      return longSteps(events, [{ at: from, step: "100 %" }]);
    };
  }
  const closings = () => Promise.all(sockets.map(({ closed }) => closed));

  beforeEach(async () => {
    await platform().setWeights({ blue: 100 });
    sockets = await open();
    expect(await tracks()).toEqual({ blue: SOCKETS });
  });

  afterEach(() => {
    for (const socket of sockets) socket.close();
  });

  test("stay where they are while their track keeps a share", async () => {
    await platform().setWeights({ blue: 50, green: 50 });
    await sleep((DRAIN_S + 1) * 1000);
    expect(await tracks()).toEqual({ blue: SOCKETS });
    for (const socket of sockets) socket.close();
    sockets = await open();
    expect(await tracks()).toEqual({ blue: SOCKETS / 2, green: SOCKETS / 2 });
  });

  test.each([
    ["a promotion", "setWeights"],
    ["a rollback", "setWeightsNow"],
  ] as const)(
    "go on for the draining time after %s, and connect again to the other track",
    async (_, move) => {
      const stop = traffic(at.url, at.ca);
      const begun = performance.now();
      const counted = await longSince();
      await platform()[move]({ green: 100 });
      const moved = performance.now();
      const ends = await closings();
      expect(Math.min(...ends)).toBeGreaterThan(begun + DRAIN_S * 1000);
      expect(Math.max(...ends)).toBeLessThan(moved + (DRAIN_S + 2) * 1000);
      sockets = await open();
      expect(await tracks()).toEqual({ green: SOCKETS });
      expect(await stop()).toMatchObject({ failed: 0 });
      // As status and report tell them.
      const [step] = await counted();
      expect(step).toMatchObject({ step: "100 %", opened: SOCKETS, cut: SOCKETS, left: 0 });
      expect(step!.longestMs).toBeLessThan(5_000);
    },
  );

  test("go on for the draining time when their server is replaced, and what was cut is counted", async () => {
    said.length = 0;
    project.configure(config({ GREETING: String(Date.now()) }));
    const stop = traffic(at.url, at.ca);
    const applied = rehearse.apply({ ...project, say: (line) => said.push(line) });
    await expect.poll(() => said.join("\n"), { timeout: 60_000 }).toMatch(/blue-\d+: draining/);
    const draining = performance.now();
    expect(await tracks()).toEqual({ blue: SOCKETS });
    const ends = await closings();
    expect(Math.min(...ends)).toBeGreaterThan(draining + (DRAIN_S - 0.5) * 1000);
    expect(Math.max(...ends)).toBeLessThan(draining + (DRAIN_S + 2) * 1000);
    sockets = await open();
    expect(await tracks()).toEqual({ blue: SOCKETS });
    await applied;
    expect(said.join("\n")).toMatch(new RegExp(`blue-\\d+: ${SOCKETS} requests were cut off`));
    expect(await stop()).toMatchObject({ failed: 0 });
  });
});

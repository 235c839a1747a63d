import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { queriesOf } from "../../../rollout/alarms/model.ts";
import { keyOf } from "../../../rollout/alarms/store.ts";
import {
  boardFile,
  orderFile,
  trackAlarm,
  writeBoard,
  writeOrder,
} from "../../../rollout/platforms/rehearsal/alarms/board.ts";
import { PlayedAlarms } from "../../../rollout/platforms/rehearsal/alarms/played.ts";
import { watchedAlarms } from "../../../rollout/platforms/rehearsal/alarms/watched.ts";
import type { Sample } from "../../../rollout/platforms/rehearsal/metrics/sample.ts";
import { shippedGraph } from "../../support/shipped-graph.ts";

const graph = await shippedGraph("beta");
const watched = watchedAlarms(graph);
const MINUTE_MS = 60_000;

describe("the alarms that are watched", () => {
  it("are each track's own and its parts, as the stack's output names them", () => {
    const parts = ["down", "errors", "errors-slow", "latency", "state", "unreached"];
    expect(watched.alarms.map(({ name }) => name)).toEqual(
      ["blue", "green"].flatMap((track) => parts.map((part) => `beta-${track}-${part}`)),
    );
    expect(watched.ofTrack.green).toMatch(/^arn:aws:cloudwatch:.*:alarm:beta-green-state$/);
    expect(watched.refused).toEqual({});
  });

  it("leave out one that can't be played, and say why", () => {
    const resources = graph.resources.map((each) =>
      each.name === "beta-green-errors"
        ? { ...each, inputs: { ...each.inputs, comparisonOperator: "LessThanLowerThreshold" } }
        : each,
    );
    const { ofTrack, refused } = watchedAlarms({ ...graph, resources });
    expect(Object.keys(ofTrack)).toEqual(["blue"]);
    expect(refused.green).toMatch(/its rule names .*beta-green-errors, which is no alarm that is played/);
  });
});

/** A track's minute, each figure under the metrics that the captured alarms ask for. */
function minuteOf(track: string, figures: Record<string, number[]>): Sample[] {
  const asked = watched.alarms
    .filter(({ name }) => name.startsWith(`beta-${track}-`))
    .flatMap((alarm) => (alarm.kind === "metric" ? queriesOf(alarm) : []));
  const metrics = [...new Map(asked.map(({ metric }) => [keyOf(metric), metric])).values()];
  return metrics.flatMap((metric) => {
    const values = figures[metric.name];
    return values ? [{ metric, values }] : [];
  });
}

const well = { RequestCount: [100], HealthyHostCount: [1], TargetResponseTime: [0.01] };

/** The alarms on a clock and with figures that the test sets. */
function play(green: Record<string, number[]>) {
  const at = { ms: 1_800_000_030_000, green };
  const take = async () => [...minuteOf("blue", well), ...minuteOf("green", at.green)];
  const clock = { now: () => at.ms, sleep: async () => {} };
  const played = new PlayedAlarms(watched.alarms, { take }, clock);
  const look = async (afterMs = 0) => {
    at.ms += afterMs;
    await played.look();
    return played.reading(watched.ofTrack.green ?? "");
  };
  return { at, look, played };
}

describe("a track's alarm as a gate reads it", () => {
  it("is judged when it is made, and each minute from then on", async () => {
    const { at, look, played } = play(well);
    expect(await look()).toMatchObject({ name: "beta-green-state", state: "OK", reason: "" });
    // More than 1 % also of what came before; the minute isn't over yet.
    at.green = { ...well, HTTPCode_Target_5XX_Count: [3] };
    expect(await look(29_000)).toMatchObject({ state: "OK" });
    expect(await look(2_000)).toEqual({
      name: "beta-green-state",
      state: "ALARM",
      reason: "beta-green-errors, beta-green-errors-slow",
      since: 1_800_000_060_000,
    });
    expect(played.reading(watched.ofTrack.blue ?? "")).toMatchObject({ state: "OK", reason: "" });
    expect(played.reading("arn:of:nobody")).toBeUndefined();
  });

  it("goes off again once its minutes are well", async () => {
    const { at, look } = play({ ...well, HTTPCode_Target_5XX_Count: [3] });
    expect(await look()).toMatchObject({ state: "ALARM" });
    at.green = well;
    for (let minute = 0; minute < 14; minute += 1) await look(MINUTE_MS);
    // The one over 15 minutes is the last.
    expect(await look(MINUTE_MS)).toMatchObject({ state: "OK" });
  });

  it("is on for a track without servers, once no minute that it looks at had any", async () => {
    const { at, look } = play(well);
    await look();
    at.green = {};
    // Five periods, and the two more that CloudWatch looks at where some are missing.
    for (let minute = 0; minute < 6; minute += 1)
      expect(await look(MINUTE_MS)).toMatchObject({ state: "OK" });
    expect(await look(MINUTE_MS)).toMatchObject({ state: "ALARM", reason: "beta-green-down" });
  });

  it("is judged anew on a clock that was set back, not once the old minute comes again", async () => {
    const { at, look } = play(well);
    await look();
    at.green = { ...well, HTTPCode_Target_5XX_Count: [50] };
    expect(await look(-10 * MINUTE_MS)).toMatchObject({ state: "ALARM" });
  });
});

describe("the board of a stack's alarms", () => {
  const places: string[] = [];
  afterEach(() => {
    for (const place of places.splice(0)) rmSync(place, { recursive: true });
  });
  const NOW = 1_800_000_000_000;

  function place(at?: number) {
    const folder = mkdtempSync(join(tmpdir(), "alarms-"));
    places.push(folder);
    const here = { folder, stack: "beta" };
    const file = orderFile(here);
    mkdirSync(dirname(file), { recursive: true });
    const none = { socket: "", logs: "", named: { balancer: {}, targetGroups: {} } };
    writeOrder(file, { ...watched, ...none, refused: { green: "it uses thresholds" } });
    const reading = { name: "beta-blue-state", state: "OK", reason: "", since: NOW - 90_000 } as const;
    if (at !== undefined) writeBoard(boardFile(file), { at, now: at + 5_000, alarms: { blue: reading } });
    return here;
  }

  it("tells a track's alarm", () => {
    expect(trackAlarm(place(NOW - 30_000), "blue", { now: NOW, wall: NOW })).toMatchObject({ state: "OK" });
  });

  it("tells since when by the reader's clock: the keeper's was 5 s ahead of the machine's, this one is 2 s behind it", () => {
    const told = trackAlarm(place(NOW), "blue", { now: NOW - 2_000, wall: NOW });
    expect(told.since).toBe(NOW - 97_000);
  });

  it.each([
    ["nobody has kept it", undefined],
    ["whoever kept it has ended", NOW - 30_001],
    ["it is of another time", NOW + 30_001],
  ])("fails closed when %s", (_, at) => {
    expect(() => trackAlarm(place(at), "blue", { now: NOW, wall: NOW })).toThrow(
      "nobody looks at the alarms now",
    );
  });

  it("fails closed for an alarm that isn't played, and says why", () => {
    expect(() => trackAlarm(place(NOW), "green", { now: NOW, wall: NOW })).toThrow(
      "the alarm of green isn't played here: it uses thresholds",
    );
  });
});

import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import type { ServerLine, ServerSecond } from "../../../infra/host/answers/metrics.ts";
import { ServerSeconds } from "../../../rollout/platforms/aws/metrics/server-seconds.ts";

const client = mockClient(CloudWatchLogsClient);
let now = 0;
let lines: { eventId: string; timestamp: number; logStreamName: string; message: string }[] = [];

beforeEach(() => {
  now = 1000;
  lines = [];
  client.reset();
  client.on(FilterLogEventsCommand).callsFake(({ startTime }) => ({
    events: lines.filter(({ timestamp }) => timestamp >= startTime),
  }));
});

const second = (all: number, of: Partial<ServerSecond> = {}): ServerSecond => ({
  ...{ all, bad: 0, times: { 40: all }, clients: [0, all], who: [], "3xx": [0, 0], "4xx": [0, 0] },
  ...{ late: 0, cut: 0, repeated: [0, 0], visits: {} },
  ...of,
});

function tell(stream: string, from: number, through: number, line: Partial<ServerLine> = {}): void {
  const whole: ServerLine = { from, through, began: 900, seconds: { [from]: second(10) }, ...line };
  const eventId = String(lines.length);
  lines.push({ eventId, timestamp: through * 1000, logStreamName: stream, message: JSON.stringify(whole) });
}

const reader = () =>
  new ServerSeconds({
    ...{ region: "us-east-1", logGroup: "/rollout/beta/seconds", limitMs: 500 },
    clock: { now: () => now * 1000, sleep: async () => {} },
  });

const BOTH = { blue: 90, green: 10 };

test("a second counts once every server of the tracks with users has told it", async () => {
  const servers = reader();
  tell("blue/i-1", 990, 998);
  tell("green/i-2", 990, 994);
  tell("amber/i-3", 980, 982);
  expect((await servers.since(990, BOTH)).through).toBe(994);
  tell("green/i-2", 994, 998);
  expect((await servers.since(994, BOTH)).through).toBe(994);
  now += 2;
  expect(await servers.since(994, BOTH)).toMatchObject({
    through: 998,
    seconds: [{ epochSecond: 994, tracks: { green: { requests: 10 } } }],
  });
});

test("a server that leaves isn't waited for, and one that falls silent for a quarter of a minute", async () => {
  tell("blue/i-1", 990, 999);
  tell("blue/i-2", 990, 992, { ended: true });
  tell("green/i-3", 990, 999);
  tell("green/i-4", 980, 990);
  expect((await reader().since(980, BOTH)).through).toBe(990);
  now = 1006;
  expect((await reader().since(980, BOTH)).through).toBe(999);
});

test("what comes late is put into the first second that wasn't told, and nothing counts twice", async () => {
  const servers = reader();
  for (const stream of ["blue/i-1", "green/i-2"]) tell(stream, 990, 995);
  await servers.since(990, BOTH);
  tell("blue/i-9", 991, 999);
  for (const stream of ["blue/i-1", "green/i-2"]) tell(stream, 995, 999);
  now += 3;
  const { seconds } = await servers.since(995, BOTH);
  expect(seconds.map(({ epochSecond, tracks }) => [epochSecond, tracks.blue?.requests])).toEqual([[995, 20]]);
});

test("slow is what took longer than the limit, by two digits", async () => {
  const slow = async (limitMs: number) => {
    const servers = new ServerSeconds({
      ...{ region: "us-east-1", logGroup: "g", limitMs },
      clock: { now: () => now * 1000, sleep: async () => {} },
    });
    return (await servers.since(990, { blue: 100 })).seconds[0]!.tracks.blue!.slow;
  };
  const times = { 40: 1, 500: 2, 510: 4, 1300: 8, 1400: 16 };
  tell("blue/i-1", 990, 995, { seconds: { 990: second(31, { times }) } });
  expect([await slow(500), await slow(510), await slow(1250), await slow(1300), await slow(9)]).toEqual([
    28, 24, 16, 16, 31,
  ]);
});

test("what is no line of theirs is passed over, and a log that can't be read is an error", async () => {
  tell("blue/i-1", 990, 995);
  lines.push({ eventId: "x", timestamp: 995_000, logStreamName: "blue/i-1", message: "{half" });
  lines.push({ eventId: "y", timestamp: 995_000, logStreamName: "blue", message: "{}" });
  expect((await reader().since(990, { blue: 100 })).through).toBe(995);
  client.on(FilterLogEventsCommand).rejects(new Error("Rate exceeded"));
  await expect(reader().since(990, { blue: 100 })).rejects.toThrow("Rate exceeded");
});

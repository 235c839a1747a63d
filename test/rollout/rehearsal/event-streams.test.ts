import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EventStreams } from "../../../rollout/platforms/rehearsal/rollout/event-streams.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "streams-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (track: string, id: string, at: number, status: string, long = "events") =>
  appendFileSync(
    join(folder, `${track}-1.long.log`),
    `${JSON.stringify({ long, at, track, id, address: "a", agent: "b", path: "/", status, seconds: 0 })}\n`,
  );

function taken(streams: EventStreams, track: string, answers: number, now: number): number {
  streams.read(now);
  return streams.take(track, answers);
}

test("an event stream that is open for as long as a late answer isn't one, and is told once", () => {
  const streams = new EventStreams(folder, 3);
  write("blue", "a", 100, "204");
  write("blue", "b", 100, "204");
  write("blue", "s", 100, "204", "socket");
  write("green", "c", 100, "204");
  expect(taken(streams, "blue", 5, 101_000)).toBe(0);
  expect(taken(streams, "blue", 1, 102_500)).toBe(1);
  expect(taken(streams, "blue", 5, 102_600)).toBe(1);
  expect(taken(streams, "blue", 5, 106_500)).toBe(0);
  expect(taken(streams, "green", 5, 106_500)).toBe(1);
});

test("one that ended before, or was refused, was never late", () => {
  const streams = new EventStreams(folder, 3);
  write("blue", "a", 100, "204");
  write("blue", "a", 101, "200");
  write("blue", "b", 100, "204");
  write("blue", "b", 100.1, "404");
  expect(taken(streams, "blue", 5, 110_000)).toBe(0);
});

test("one that isn't among the late answers within four seconds stands for no other one", () => {
  const streams = new EventStreams(folder, 3);
  write("blue", "a", 100, "204");
  write("green", "b", 100, "204");
  expect(taken(streams, "blue", 0, 102_000)).toBe(0);
  expect(taken(streams, "blue", 1, 106_000)).toBe(1);
  expect(taken(streams, "green", 1, 106_001)).toBe(0);
});

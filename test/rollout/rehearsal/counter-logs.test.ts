import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Counters } from "../../../app/counters.ts";
import { CounterLogs } from "../../../rollout/platforms/rehearsal/rollout/counter-logs.ts";

const folder = mkdtempSync(join(tmpdir(), "counter-logs-"));
afterAll(() => rmSync(folder, { recursive: true }));

const gates = { quotes: { bad: "QuotesFailed", total: "QuotesAsked", max: 0.01, min: 50 } };

test("what the application writes is what is counted, each line once", () => {
  const file = join(folder, "green-1.app.log");
  const logs = new CounterLogs(folder, gates);
  const counters = new Counters({ stack: "beta", track: "green" }, (line) =>
    appendFileSync(file, `${line}\n`),
  );
  appendFileSync(file, '{"message":"request","status":201}\nnot even JSON, with "_aws" in it\n');
  counters.add("QuotesAsked");
  counters.add("QuotesAsked");
  counters.add("QuotesFailed");
  counters.flush();
  const [second, ...none] = logs.read();
  expect(second).toMatchObject({ track: "green", counters: { quotes: { bad: 1, total: 2 } } });
  expect(Math.abs(second!.epochSecond - Date.now() / 1000)).toBeLessThan(60);
  expect(none).toEqual([]);
  expect(logs.read()).toEqual([]);
  expect(new CounterLogs(folder, {}).read()).toEqual([]);
});

test("a half-written line waits for its other half, and what nobody asked for isn't told", () => {
  const file = join(folder, "blue-1.app.log");
  const logs = new CounterLogs(folder, gates);
  logs.read();
  const line = { _aws: { Timestamp: 7000 }, Track: "blue", QuotesAsked: [2, 3], Other: 9 };
  const text = `${JSON.stringify(line)}\n${JSON.stringify({ ...line, QuotesAsked: 0 })}\n`;
  appendFileSync(file, text.slice(0, 20));
  expect(logs.read()).toEqual([]);
  appendFileSync(file, text.slice(20));
  expect(logs.read()).toEqual([
    { epochSecond: 7, track: "blue", counters: { quotes: { bad: 0, total: 5 } } },
  ]);
});

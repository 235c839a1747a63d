import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { WARM_UP_SECONDS } from "../../../../infra/settings/warming.ts";
import type { TrackCounts } from "../../../../rollout/core/verdict.ts";
import { seededRandom } from "../../../../rollout/load/random.ts";
import { addServerSecond } from "../../../../rollout/platforms/aws/metrics/server-line.ts";
import { AccessLogReader } from "../../../../rollout/platforms/rehearsal/rollout/access-logs.ts";
import { until } from "../../../../rollout/waiting.ts";
import { counting, PYTHON_THERE } from "./counting.ts";

// Who of those that are held to a version was slow before: the servers' program knows no limit, and the rehearsal knows the plan's.

const folder = mkdtempSync(join(tmpdir(), "rollout-slow-"));
afterEach(() => rmSync(folder, { recursive: true }));

const BEGAN = 1_790_000_000;
const LINES = 3_000;

/** Some minutes of a server: sessions behind two addresses, most of them fast, some gone before their answer. */
function* lines(): Generator<string> {
  const random = seededRandom(7);
  for (let line = 0; line < LINES; line += 1) {
    const of = (many: number) => Math.floor(random() * many);
    const at = BEGAN + Math.floor((line * 1_500) / LINES);
    const seconds = [0.02, 0.09, 0.35, 0.5, 0.501, 0.93, 2.3, 31][Math.floor(random() ** 3 * 8)];
    yield JSON.stringify({
      time: new Date(at * 1000).toISOString().replace(".000Z", "+00:00"),
      ...{ track: "blue", path: "/", status: of(50) === 0 ? 499 : 200, seconds, total_seconds: seconds },
      ...{ address: `198.51.100.${of(2)}`, number: `0${of(5)}`, agent: "a" },
      session: of(4) === 0 ? "first" : "held",
    });
  }
}

const bySession = ({ requests, slow, repeatedSlow, slowSessions, servers }: TrackCounts) => ({
  ...{ requests, slow, repeatedSlow, slowSessions },
  server: Object.values(servers ?? {})[0],
});

it.skipIf(!PYTHON_THERE)("is counted by the servers' program as the rehearsal counts it", async () => {
  const [first = "", ...rest] = lines();
  const log = join(folder, "access.log");
  writeFileSync(log, `${first}\n`);
  writeFileSync(join(folder, "error.log"), "");
  const program = counting(folder);
  const told = () => program.secondLines().flatMap(({ seconds }) => Object.entries(seconds));
  const toldAll = (count: number) => async () => told().reduce((sum, [, { all }]) => sum + all, 0) === count;
  expect(await until({ everyMs: 50, withinMs: 10_000 }, toldAll(1))).toBe(true);
  appendFileSync(log, `${rest.join("\n")}\n`);
  expect(await until({ everyMs: 50, withinMs: 20_000 }, toldAll(LINES))).toBe(true);
  await program.stop();

  writeFileSync(join(folder, "blue-1.access.log"), [first, ...rest, ""].join("\n"));
  for (const limitMs of [100, 400, 500, 3_000]) {
    const servers = new Map<number, TrackCounts>();
    for (const [at, second] of told()) {
      const by = { server: "i-1", began: BEGAN, limitMs };
      servers.set(Number(at), addServerSecond(servers.get(Number(at)), second, by));
    }
    const rehearsed = new AccessLogReader(folder, limitMs).read();
    expect([...servers].map(([at, counts]) => [at, bySession(counts)])).toEqual(
      rehearsed.map(({ epochSecond, counts }) => [epochSecond, bySession(counts)]),
    );
    const warm = rehearsed.filter(({ counts }) => counts.slowSessions ?? counts.repeatedSlow);
    expect(warm[0]?.epochSecond).toBe(BEGAN + WARM_UP_SECONDS);
    for (const name of ["repeatedSlow", "slowSessions"] as const)
      expect(
        warm.reduce((sum, { counts }) => sum + (counts[name]?.bad ?? 0), 0),
        name,
      ).toBeGreaterThan(20);
  }
});

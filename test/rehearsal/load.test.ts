import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Graph } from "../../rollout/graph/model.ts";
import { startLoad } from "../../rollout/load/load.ts";
import { userAddress } from "../../rollout/load/requests/mix.ts";
import type { Shot, ShotReply } from "../../rollout/load/requests/shot.ts";
import type { LoadRun } from "../../rollout/load/result.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { Ledger } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { operatorTokenOf } from "../../rollout/platforms/rehearsal/rollout/smoke.ts";
import { captured, placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { orderFaults } from "./faults.ts";
import { projectCopy, removeCopies } from "./project.ts";

// A load profile, and maintenance while users are at it, as people call them.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");
const project = projectCopy();
let status: Status;
let token: string;

beforeAll(async () => {
  const graph: Graph = await captured(project);
  status = await rehearse.up({ ...project, port: await freePort(), capture: async () => graph });
  token = await operatorTokenOf(graph, Ledger.openOrFail(placeIn(project)))();
});
afterAll(removeCopies);

async function rollout(...words: string[]) {
  const env = { ...process.env, ROLLOUT_ON: undefined };
  const child = spawn(ROLLOUT, [...words, "--stack", "beta"], {
    cwd: project.projectDir,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { out, err, code: code as number | null };
}

it("plays the profile of 10 users in five seconds, judges it, and keeps what it saw", async () => {
  const { out, err, code } = await rollout("load", "--profile", "10", "--for", "5s", "--json");
  expect(code, err).toBe(0);
  const run = JSON.parse(out) as LoadRun & { files: { data: string; page: string } };
  expect(run).toMatchObject({ stack: "beta", url: status.url, passed: true, carriedUsers: 10, reasons: {} });
  expect(run.requests).toBeGreaterThan(0);
  expect(run.right).toBe(run.requests);
  expect(run.verdicts.map(({ threshold }) => threshold)).toEqual(["response", "success", "users"]);
  expect(err).toMatch(/^\d of 5 s: \d+ users, \d+ requests, 0 failed/m);
  expect(existsSync(run.files.page)).toBe(true);
  expect(run.files.data.startsWith(join(project.projectDir, ".rehearsal/beta/load/"))).toBe(true);
  const kept = JSON.parse(readFileSync(run.files.data, "utf8")) as LoadRun;
  expect(kept.timeline.reduce((sum, { due }) => sum + due, 0)).toBe(run.requests);
});

it("closes and opens the stack under load: everybody gets an answer, operators their own", async () => {
  // Slow enough that requests are open at the moment of each switch.
  for (const track of ["blue", "green"]) await orderFaults(project, track, { latencyMs: 300 });
  const seen = new Seen(token);
  const { url, domain, caFile } = status;
  const load = startLoad({ url, domain, caFile, ratePerSecond: 40, shots: seen });
  await sleep(800);
  const on = await timed(() => rollout("maintenance", "on"));
  expect(on.code, on.err).toBe(0);
  await sleep(1000);
  const off = await timed(() => rollout("maintenance", "off"));
  expect(off.code, off.err).toBe(0);
  await sleep(800);
  const result = await load.stop();

  expect(result.reasons).toEqual({});
  expect(result.lost).toBe(0);
  expect(seen.answers).toHaveLength(result.requests);
  const statuses = (who: Who, from: number, to: number) =>
    new Set(
      seen.answers
        .filter((each) => each.who === who && each.at > from && each.at < to)
        .map((each) => each.status),
    );
  expect(statuses("user", 0, on.from)).toEqual(new Set([200]));
  expect(statuses("user", on.to, off.from)).toEqual(new Set([503]));
  expect(statuses("user", off.to, Number.POSITIVE_INFINITY)).toEqual(new Set([200]));
  // Their health check too, which tells operators how the service is while nobody else is let in.
  expect(statuses("operator", 0, Number.POSITIVE_INFINITY)).toEqual(new Set([200]));
  expect(statuses("health", on.to, off.from)).toEqual(new Set([200]));
});

type Who = "user" | "operator" | "health";

/** Users, and operators with their token, and what each was answered. */
class Seen {
  readonly answers: { who: Who; at: number; status: number }[] = [];
  readonly #token: string;
  #count = 0;

  constructor(token: string) {
    this.#token = token;
  }

  next(): Shot {
    const at = performance.now();
    const who = (["user", "operator", "user", "health"] as const)[this.#count++ % 4]!;
    const mistake = (status: number, body: string, reply?: ShotReply) => {
      this.answers.push({ who, at, status });
      return who === "user" ? userMistake(status, body, reply!) : operatorMistake(status, who);
    };
    return {
      method: "GET",
      path: who === "health" ? "/health" : "/version",
      from: userAddress(1 + (this.#count % 400)),
      ...(who !== "user" && { headers: { "x-rollout-operator": this.#token } }),
      mistake,
    };
  }
}

/** Served by a track, or told by the firewall to come back: nothing in between. */
function userMistake(status: number, body: string, { track, retryAfter }: ShotReply): string | undefined {
  if (status === 200 && track) return undefined;
  if (status !== 503 || track) return `a user got ${status} of ${track}`;
  if (!/^\d+$/.test(retryAfter ?? "")) return "maintenance doesn't say when to come back";
  return body.includes("We are updating") ? undefined : "maintenance has no page";
}

function operatorMistake(status: number, who: Who): string | undefined {
  return status === 200 ? undefined : `an operator's ${who} got ${status}`;
}

async function timed<T>(act: () => Promise<T>): Promise<T & { from: number; to: number }> {
  const from = performance.now();
  const done = await act();
  return { ...done, from, to: performance.now() };
}

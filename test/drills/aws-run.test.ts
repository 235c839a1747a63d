import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../rollout/platforms/platform.ts";
import { refused } from "../aws/front.ts";
import { motoThere, skipped } from "../aws/moto.ts";
import { type Ended, World } from "../aws/world.ts";

const PLAN = {
  steps: [
    { weight: 25, bake: "1m" },
    { weight: 100, bake: "1m" },
  ],
  gates: { errorRate: { max: 0.01 }, latency: { p95: "500ms" }, minRequests: 200 },
  sessions: { drain: "0s" },
};
const TRACKS = { blue: { weight: 100, servers: 1 }, green: { weight: 0, servers: 1 } };
const JOURNAL = "PUT /beta-journal-1234567/beta/journal.jsonl";

// One story: green takes over from blue, through a crash; then blue, in two bad shapes, can't come back.
describe.skipIf(!motoThere)(
  `${skipped}rollout run --on aws, as a person starts it`,
  { timeout: 240_000 },
  () => {
    let world: World;
    let rollout: JournalEntry[];
    const run = ["run", "--keep", "0s"];

    beforeAll(async () => {
      world = await World.make({ tracks: TRACKS, plan: PLAN });
    });
    afterAll(() => world?.remove());

    test("takes a good candidate to 100 %, alone, and killed on the way goes on", async () => {
      const first = world.start([...run, "--candidate", "green"]);
      let second: Ended | undefined;
      await world.front.next("GetMetricData", "rollout", async () => {
        second = await world.start(run, "now").ended;
        return undefined;
      });
      expect(second).toMatchObject({ code: 1, stdout: "" });
      expect(second!.stderr).toContain(`is run by `);
      expect(second!.stderr).toContain(`(process ${first.process.pid})`);

      // The engine, a process of its own, is about to give green all: nobody will hear how that ended.
      await world.front.next("ModifyListener", "pulumi", () => void first.process.kill("SIGKILL"));
      await first.ended;
      expect(await world.start(run).ended).toMatchObject({ code: 0, stdout: "promoted: all steps passed\n" });

      rollout = await world.journal();
      expect(acts(rollout)).toEqual([...BEFORE, "weights", "weights", "stable", "drain"]);
      expect(rollout.filter(({ kind }) => kind === "lost")).toHaveLength(1);
      expect(results(rollout)).toContainEqual({
        migration: "nothing to migrate: rollout:app.migrate names no command",
      });
      expect(await world.weights()).toEqual({ blue: 0, green: 100 });
      expect(world.config).toMatchObject({
        "rollout:stable": "green",
        "rollout:tracks": { blue: { weight: 0 }, green: { weight: 100 } },
      });
    });

    test("backs up once, replaces the candidate's servers, and drains those of the other", () => {
      const { front } = world;
      expect(front.named("PUT /backup-jobs")).toHaveLength(1);
      expect(front.named("StartInstanceRefresh").map(({ body }) => groupIn(body))).toEqual(["beta-green-1"]);
      const shrunk = front
        .named("UpdateAutoScalingGroup")
        .filter(({ body }) => body.includes("DesiredCapacity=1"));
      expect(shrunk.map(({ body }) => groupIn(body))).toEqual(["beta-blue-1"]);
    });

    test("writes its journal only on top of what it has read", () => {
      const writes = world.front.named(JOURNAL);
      expect(writes.length).toBeGreaterThanOrEqual(rollout.length);
      for (const { headers } of writes) expect(headers["if-match"] ?? headers["if-none-match"]).toBeTruthy();
    });

    test("takes all traffic from a bad one: the balancer first, then config and engine, though it is killed in between", async () => {
      world.traffic.failing.blue = 0.2;
      const { front } = world;
      const before = front.calls.length;
      const first = world.start([...run, "--candidate", "blue"]);
      let stated: string | undefined;
      await front.next("ModifyListener", "rollout", async (call, behind) => {
        stated = readFileSync(world.configFile, "utf8");
        const body = await behind(call.body);
        first.process.kill("SIGKILL");
        return { body };
      });
      await first.ended;
      expect(stated).toContain("weight: 25");
      expect(await world.weights()).toEqual({ blue: 0, green: 100 });

      world.refuseUp(); // and the engine doesn't follow at once
      const { code, stdout } = await world.start(run).ended;
      expect({ code, stdout }).toEqual({
        code: 1,
        // Whichever gate has enough to go by first: how much traffic a look finds depends on the machine.
        stdout: expect.stringMatching(/^rolled-back: (errors: .* requests failed|burn rate of)/),
      });

      const entries = (await world.journal()).slice(rollout.length);
      expect(acts(entries).slice(0, 6)).toEqual([...BEFORE, "weights", "weights-now"]);
      expect(entries.flatMap((each) => (each.kind === "failed" ? [each.error] : []))).toEqual([
        expect.stringContaining("the balancer was set to green 100, but the next `pulumi up` may undo it"),
      ]);
      const setters = front.calls.slice(before).filter(({ name }) => name === "ModifyListener");
      // To 25 %; then back by the API: the first was never heard of, after the second the engine refused. Then the engine.
      expect(setters.map(({ who }) => who)).toEqual(["pulumi", "rollout", "rollout", "rollout", "pulumi"]);
      expect(await world.weights()).toEqual({ blue: 0, green: 100 });
      expect(world.config).toMatchObject({
        "rollout:stable": "green",
        "rollout:tracks": { blue: { weight: 0 }, green: { weight: 100 } },
      });
    });

    test("tells the stack's own topics, each what is its own", () => {
      const told = world.front.named("Publish").map(({ body }) => {
        const { TopicArn, Subject } = Object.fromEntries(new URLSearchParams(body));
        return `${TopicArn!.split("-").at(-1)}: ${Subject}`;
      });
      expect(told).toContainEqual(expect.stringMatching(/^p4: P4 beta: promoted: /));
      expect(told).toContainEqual(expect.stringMatching(/^p2: P2 beta: rollback: /));
    });

    test("stops when it can't see what the balancer does, and goes on by a person's word", async () => {
      world.traffic.failing.blue = 0;
      const { front } = world;
      const blind = front.next("ModifyListener", "pulumi", () => {
        front.answering.unshift((call) =>
          call.name === "DescribeListeners" && call.who === "rollout"
            ? refused(call, "AccessDenied")
            : undefined,
        );
        return undefined;
      });
      const first = world.start([...run, "--candidate", "blue"]);
      await blind;
      const { code, stdout } = await first.ended;
      expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining("stopped: ") });
      expect(stdout).toContain("AccessDenied by the test");
      expect(await world.weights()).toEqual({ blue: 25, green: 75 });
      expect((await world.journal()).at(-1)).toMatchObject({ kind: "stopped" });

      front.answering.shift();
      expect(await world.start(["rollback"]).ended).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^rolled-back: /),
      });
      expect(await world.weights()).toEqual({ blue: 0, green: 100 });
    });
  },
);

const BEFORE = ["backup", "migrate", "deploy", "smoke"];

function acts(entries: JournalEntry[]): string[] {
  return entries.flatMap((entry) => (entry.kind === "intent" ? [entry.act.do] : []));
}

function results(entries: JournalEntry[]): unknown[] {
  return entries.flatMap((entry) => (entry.kind === "done" && entry.result ? [entry.result] : []));
}

function groupIn(body: string): string | null {
  return new URLSearchParams(body).get("AutoScalingGroupName");
}

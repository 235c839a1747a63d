import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HANDLER } from "../../infra/controller/code.ts";
import { replay } from "../../rollout/core/replay.ts";
import type { RolloutState } from "../../rollout/core/state.ts";
import { captureGraph } from "../../rollout/graph/capture.ts";
import { ofType } from "../../rollout/graph/resources.ts";
import { Objects } from "../../rollout/platforms/aws/journal/objects.ts";
import { motoThere, skipped } from "../aws/moto.ts";
import { type Ended, World } from "../aws/world.ts";
import { ROOT } from "../support/sample.ts";

// The stack's controller as AWS Lambda would have it: the zip that the program stages, unpacked by Python's zipfile, and its
// handler called in a new process each time, by a plain node with no package of ours around and the function's environment.

const PLAN = {
  steps: [
    { weight: 25, bake: "16m" },
    { weight: 100, bake: "1m" },
  ],
  gates: { errorRate: { max: 0.01 }, latency: { p95: "500ms" }, minRequests: 200 },
  sessions: { drain: "0s" },
};
const TRACKS = { blue: { weight: 100, servers: 1 }, green: { weight: 0, servers: 1 } };
const RUN = ["run", "--keep", "0s", "--candidate", "green"];
const LASTS_MS = 900_000;

/** As Lambda's runtime does it: imports the module once, calls what it exports, and kills what lasts too long. */
const RUNTIME = `
const [file, name] = process.env._HANDLER.split(".");
const { [name]: handler } = await import(process.env.LAMBDA_TASK_ROOT + "/" + file + ".mjs");
const end = Date.now() + ${LASTS_MS};
await handler({}, { awsRequestId: process.env.REQUEST, getRemainingTimeInMillis: () => end - Date.now() });
process.stdout.write(JSON.stringify({ tookMs: ${LASTS_MS} - end + Date.now() }));
process.exit();
`;

describe.skipIf(!motoThere)(
  `${skipped}the controller on AWS, as Lambda calls it`,
  { timeout: 240_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "lambda-"));
    let world: World;
    let invocations = 0;
    /** Of the role, without the services. */
    let allowed: Set<string>;

    beforeAll(async () => {
      world = await World.make({ tracks: TRACKS, plan: PLAN, controller: { in: "stack" } });
      const builds = join(world.folder, ".cache/build");
      const zips = readdirSync(builds).filter((name) => name.startsWith("controller-"));
      expect(zips).toHaveLength(1);
      execFileSync("python3", ["-m", "zipfile", "-e", join(builds, zips[0]!), join(folder, "task")]);
      writeFileSync(join(folder, "runtime.mjs"), RUNTIME);
      const graph = await captureGraph({ projectDir: world.folder, stack: "beta" });
      const [policy] = ofType(graph, "aws:iam/rolePolicy:RolePolicy").filter(
        ({ name }) => name === "beta-controller",
      );
      const actions = JSON.stringify(policy!.inputs.policy).matchAll(/\b[a-z0-9]+:([A-Z]\w+)/g);
      allowed = new Set(["GET object", "PUT object", ...[...actions].map(([, action]) => action!)]);
    }, 240_000);
    afterAll(async () => {
      await world?.remove();
      rmSync(folder, { recursive: true });
    });

    /** One minute's. */
    function invoke(): { process: ChildProcess; ended: Promise<Ended> } {
      const { PATH: _, XDG_STATE_HOME: __, ...met } = world.environment();
      const started = spawn(join(ROOT, "node_modules/.bin/node"), [join(folder, "runtime.mjs")], {
        cwd: join(folder, "task"),
        env: {
          NODE_OPTIONS: met.NODE_OPTIONS,
          NODE_EXTRA_CA_CERTS: met.NODE_EXTRA_CA_CERTS,
          NAMES: met.NAMES,
          CLOCK_AHEAD_MS: met.CLOCK_AHEAD_MS,
          AWS_ENDPOINT_URL: met.AWS_ENDPOINT_URL,
          AWS_SDK_UA_APP_ID: met.AWS_SDK_UA_APP_ID,
          AWS_ACCESS_KEY_ID: "test",
          AWS_SECRET_ACCESS_KEY: "test",
          AWS_REGION: "us-east-1",
          LAMBDA_TASK_ROOT: join(folder, "task"),
          _HANDLER: HANDLER,
          REQUEST: `request ${++invocations}`,
          ROLLOUT_STACK: "beta",
          ROLLOUT_JOURNAL: world.stack.bucket,
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const ended = Promise.all([once(started, "close"), text(started.stdout!), text(started.stderr!)]);
      return {
        process: started,
        ended: ended.then(([[code], stdout, stderr]) => ({ code, stdout, stderr })),
      };
    }

    async function state(): Promise<RolloutState> {
      return replay(await world.journal())!;
    }

    async function leaseEnds(): Promise<number | null> {
      const found = await new Objects("us-east-1", world.stack.bucket).read("beta/lease.json");
      return JSON.parse(found!.text).lastsMs;
    }

    /** Until it is handed over; then whoever asked is gone. */
    async function handOver(): Promise<void> {
      const asked = world.start(RUN);
      let said = "";
      asked.process.stderr!.on("data", (data) => {
        said += data;
        if (said.includes("The stack's controller goes on with it")) asked.process.kill("SIGINT");
      });
      const { code } = await asked.ended;
      expect([130, null]).toContain(code);
    }

    test("what nobody handed over ends in a moment, and tries nothing", async () => {
      const before = world.front.calls.length;
      const { code, stdout, stderr } = await invoke().ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(JSON.parse(stdout).tookMs).toBeLessThan(10_000);
      const asked = world.front.calls.slice(before).filter(({ who }) => who === "rollout");
      expect(asked.map(({ name }) => name)).toEqual([`GET /${world.stack.bucket}/beta/journal.jsonl`]);
    });

    test("with --here whoever types it drives to the end, and needs no controller", async () => {
      world.traffic.failing.green = 0.2;
      const { code, stdout } = await world.start([...RUN, "--here"]).ended;
      expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(/^rolled-back: /) });
      expect(await world.weights()).toEqual({ blue: 100, green: 0 });
      const writers = new Set((await world.journal()).map(({ by }) => by));
      expect([...writers].filter((each) => each.includes("controller"))).toEqual([]);
    });

    test("takes a bad candidate back, tells the stack's topics, and asks nothing that its role doesn't allow", async () => {
      await handOver();
      const before = world.front.calls.length;
      expect(await invoke().ended).toMatchObject({ code: 0 });
      expect(await state()).toMatchObject({ stage: { at: "ended" }, outcome: { is: "rolled-back" } });
      expect(await world.weights()).toEqual({ blue: 100, green: 0 });
      const own = world.front.calls.slice(before).filter(({ who }) => who === "rollout");
      const told = own.filter(({ name }) => name === "Publish");
      expect(told.map(({ body }) => new URLSearchParams(body).get("Subject"))).toContainEqual(
        expect.stringMatching(/^P2 beta: rollback: /),
      );
      const asked = new Set(own.map(({ name }) => name.replace(/^(GET|PUT) .*/, "$1 object")));
      expect(asked).toContain("ModifyListener");
      expect([...asked].filter((name) => !allowed.has(name))).toEqual([]);
      world.traffic.failing.green = 0;
    });

    test("killed in a step the next one goes on; it leaves before its time is over, and the next goes on to the end", async () => {
      await handOver();
      expect(await world.weights()).toEqual({ blue: 100, green: 0 });

      const first = invoke();
      await world.front.next("ModifyListener", "rollout", async (call, behind) => {
        const body = await behind(call.body);
        first.process.kill("SIGKILL");
        return { body };
      });
      await first.ended;
      expect(await leaseEnds()).toBe(30_000);
      const killedAt = (await world.journal()).at(-1)!.at;

      // Those of the next minutes find the lease of the dead one, until it has run out.
      world.pass(60_000);
      const second = await invoke().ended;
      expect(second).toMatchObject({ code: 0 });
      const { tookMs } = JSON.parse(second.stdout);
      expect(tookMs).toBeGreaterThan(780_000);
      expect(tookMs).toBeLessThan(LASTS_MS);
      expect(await leaseEnds()).toBeNull();
      expect(await state()).toMatchObject({ stage: { at: "bake" } });
      const wentOn = (await world.journal()).find(({ at }) => at > killedAt)!;
      expect(wentOn).toMatchObject({ by: expect.stringContaining("the stack's controller (request 4)") });
      expect(wentOn.at - killedAt).toBeLessThan(75_000);

      for (let left = 10; left > 0 && (await state()).stage.at !== "ended"; left--) {
        world.pass(60_000);
        expect(await invoke().ended).toMatchObject({ code: 0 });
      }
      expect(await state()).toMatchObject({ stage: { at: "ended" }, outcome: { is: "promoted" } });
      expect(await world.weights()).toEqual({ blue: 0, green: 100 });
      expect(world.front.unknown).toEqual([]);
    });
  },
);
